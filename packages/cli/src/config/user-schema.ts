import { networkSet } from '@duoport/net';
import { allPermissions, type Permission } from '@duoport/server';
import { z } from 'zod';
import { parseExpiry } from '../accounts/rule-values.ts';
import { parseRate } from '../flags/values.ts';
import { facts, line, written } from './kinds.ts';
import { usageKeys } from './usage-schema.ts';

export const network = line().refine((text) => {
  try {
    networkSet([text]);
    return true;
  } catch {
    return false;
  }
}, 'A network is written 10.0.0.0/8 or 2001:db8::/32.');

const permission = z.enum([...allPermissions] as [Permission, ...Permission[]]).exclude(['none']);

/** A path as the user sees it. */
export const inside = line(4096).regex(
  /^(?:\/(?!\.{1,2}(?:\/|$))[^/]+)+$/,
  'Write a path like /in or /in/box.',
);

/** One of `users`. */
export const user = z.strictObject({
  name: line().meta(facts('The name to log in with.')),
  password: line(1024)
    .optional()
    .meta(facts('Its password; numbers stand in quotes.', { otherwise: 'the hash', writeOnly: true })),
  'password-hash': line(512)
    .optional()
    .meta(
      facts('Instead of the password: its hash by argon2, bcrypt or crypt(3).', {
        otherwise: 'the password',
        writeOnly: true,
      }),
    ),
  permissions: z
    .union([z.enum(['all', 'read']), z.array(permission)])
    .default('all')
    .meta(
      facts(
        `\`read\`: list and fetch. Or a list of ${permission.options.map((word) => `\`${word}\``).join(', ')}.`,
      ),
    ),
  directory: line(4096)
    .optional()
    .meta(
      facts('The folder of this machine that is all this user sees.', {
        otherwise: 'the `directory` of all',
      }),
    ),
  home: line(4096)
    .startsWith('/', 'Write a path that begins with /, as the user sees it.')
    .default('/')
    .meta(facts('Where in it the user begins.')),
  paths: z
    .record(inside, z.union([z.enum(['all', 'read', 'none']), z.array(permission)]))
    .optional()
    .meta(
      facts('Other permissions at and below certain paths; the longest path counts.', {
        otherwise: 'the same everywhere',
        examples: [{ '/in': ['write'], '/secret': 'none' }],
      }),
    ),
  folders: z
    .record(inside, line(4096))
    .optional()
    .meta(
      facts('More folders of this machine, by the path where the user sees them.', {
        otherwise: 'none',
        examples: [{ '/shared': '/srv/shared' }],
      }),
    ),
  enabled: z
    .boolean()
    .optional()
    .meta(facts('`false`: no logins.', { otherwise: 'true' })),
  expires: written(parseExpiry)
    .optional()
    .meta(
      facts('No logins from then on.', {
        otherwise: 'never',
        examples: ['2027-01-31', '2027-01-31T18:00:00Z'],
      }),
    ),
  networks: z
    .array(network)
    .min(1, 'Name a network, or leave the key out.')
    .optional()
    .meta(facts('Logins from these networks only.', { otherwise: 'all', examples: [['10.0.0.0/8']] })),
  'require-tls': z
    .enum(['control', 'data', 'both'])
    .optional()
    .meta(facts('What this user may not do in clear.', { otherwise: '`tls.require`' })),
  modes: z
    .array(z.enum(['passive', 'active']))
    .min(1, 'Name a mode, or leave the key out.')
    .optional()
    .meta(facts('The modes of this user.', { otherwise: 'those of the server' })),
  sessions: z
    .int()
    .min(1)
    .max(1_000_000)
    .optional()
    .meta(
      facts(
        'Sessions at the same time, on all workers, and on all servers with the same database of accounts.',
        { otherwise: 'no limit' },
      ),
    ),
  'rate-down': written(parseRate)
    .optional()
    .meta(
      facts('Bytes a second to the client, all sessions together.', {
        otherwise: 'no limit',
        examples: ['10M'],
      }),
    ),
  'rate-up': written(parseRate)
    .optional()
    .meta(
      facts('Bytes a second from the client, all sessions together.', {
        otherwise: 'no limit',
        examples: ['500k'],
      }),
    ),
  ...usageKeys,
});

/** What holds for users whom another place knows: the same keys, but for who it is; what is left out says nothing. */
export const ruleWords = user.omit({ name: true, password: true, 'password-hash': true }).extend({
  permissions: user.shape.permissions.unwrap().optional(),
  home: user.shape.home.unwrap().optional(),
});

export type RuleWords = z.output<typeof ruleWords>;
