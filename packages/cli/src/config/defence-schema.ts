import { type Offence, offences, usualWeights } from '@duoport/server';
import { z } from 'zod';
import { parseDuration } from '../flags/values.ts';
import { facts, line, section, written } from './kinds.ts';
import { network } from './user-schema.ts';

const time = (usual: string, description: string) =>
  written(parseDuration).prefault(usual).meta({ description });
const count = (most: number) => z.int().min(1).max(most);

const points: Readonly<Record<Offence, string>> = {
  login: 'A wrong name or password.',
  'foreign-protocol': 'It speaks HTTP, SMTP or SSH.',
  'too-many-sessions': 'It wants more than `limits.sessions-per-address`.',
  'wrong-peer': 'It came to a data port that is somebody else’s.',
  bounce: 'PORT to a third machine, or to a port that is none for data.',
  flood: 'It does not stop to send commands too fast.',
};

type WeightKey = `weight-${Offence}`;

/** `weight-login` and its like: points of what an address does wrong. */
const weights = Object.fromEntries(
  offences.map((offence) => [
    `weight-${offence}`,
    z
      .number()
      .min(0)
      .max(1000)
      .default(usualWeights[offence])
      .meta(facts(`Points. ${points[offence]}`)),
  ]),
) as Record<WeightKey, z.ZodDefault<z.ZodNumber>>;

/** The section `defence`. */
export const defence = section('Who is kept out, and for how long.', {
  enabled: z
    .boolean()
    .default(true)
    .meta(facts('`false`: nobody is banned by itself and no answer is held up; what was banned by hand is.')),
  allow: z
    .array(network)
    .default(['127.0.0.0/8', '::1'])
    .meta(
      facts('Never banned by themselves, nor by a list. This machine is, for a proxy on it speaks for many.'),
    ),
  lists: z
    .array(line(4096))
    .default([])
    .meta(
      facts('Files of networks that are kept out, one a line, read again with the settings.', {
        examples: [['/etc/duoport/blocked.txt']],
      }),
    ),
  answer: z
    .enum(['refuse', 'drop'])
    .default('refuse')
    .meta(facts('What a banned client gets: `refuse` is 421, `drop` an end without a word.')),
  threshold: z
    .number()
    .min(1)
    .max(1_000_000)
    .default(20)
    .meta(
      facts(
        'Points at which an address is banned; five times as many where somebody has logged in from it, four times for its /24 or /64, ' +
          'sixteen times for its /48.',
      ),
    ),
  'half-life': time('10m', 'After which half of the points are gone.'),
  ban: time('10m', 'The first ban of an address; each of the next is twice as long.'),
  'longest-ban': time('24h', 'No ban that comes by itself is longer.'),
  delay: time('250ms', 'What the answer to a wrong login waits; twice as long with each point.'),
  'longest-delay': time('8s', 'No answer waits longer.'),
  ...weights,
});

/** Keys of it that are times. */
export const defenceTimes = ['half-life', 'ban', 'longest-ban', 'delay', 'longest-delay'] as const;

/** Keys of the section `limits` that are about logins and floods. */
export const floodLimits = {
  'login-attempts': count(1000).default(3).meta(facts('Wrong logins on one connection; then it is ended.')),
  'logins-per-minute': count(1_000_000)
    .optional()
    .meta(
      facts('Logins in all; what comes faster waits up to 10 s, then gets 421.', { otherwise: 'no limit' }),
    ),
  'logins-per-minute-per-address': count(1_000_000)
    .default(600)
    .meta(facts('The same of one address, or one /64 of IPv6; not for those in `defence.allow`.')),
  'commands-per-second': count(1_000_000)
    .optional()
    .meta(
      facts('Commands of one session; what comes faster waits, and after 30 s of that it is ended.', {
        otherwise: '100 before the login, no limit after it',
      }),
    ),
  'tls-handshakes': count(1_000_000)
    .default(500)
    .meta(facts('TLS handshakes of control connections at once, in each process; more get 431.')),
};
