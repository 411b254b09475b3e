import { InvalidArgumentError } from 'commander';
import { z } from 'zod';
import {
  defaultPassivePorts,
  parseDuration,
  parseListen,
  parsePassiveAddress,
  parsePort,
  parsePortRange,
  parseWorkers,
} from '../flags/values.ts';
import { accounts } from './accounts-schema.ts';
import { acmeSchema } from './acme-schema.ts';
import { certificateLogins } from './certificate-schema.ts';
import { defence, floodLimits } from './defence-schema.ts';
import { hooksSchema } from './hooks-schema.ts';
import { facts, line, section, shortOr, written } from './kinds.ts';
import { logsSchema } from './logs-schema.ts';
import { metricsSchema } from './metrics-schema.ts';
import { processSchema } from './process-schema.ts';
import { proxySchema } from './proxy-schema.ts';
import { routerSchema } from './router-schema.ts';
import { tlsSchema } from './tls-schema.ts';
import { uploads } from './uploads-schema.ts';
import { inside, network, user } from './user-schema.ts';

const yes = (description: string) => z.boolean().default(true).meta({ description });
const no = (description: string) => z.boolean().default(false).meta({ description });
const time = (usual: string, description: string) =>
  written(parseDuration).prefault(usual).meta({ description });

/** What would otherwise not be one port. */
const port = (lowest: 0 | 1) => written((text) => parsePort(text, lowest));

const listener = shortOr('[HOST:]PORT', listenMap, {
  host: line()
    .optional()
    .meta(facts('The address to bind.', { otherwise: 'all addresses, both families' })),
  port: port(0).meta(facts('The port; 0 is any free one.', { examples: [21, 990] })),
  tls: z
    .enum(['explicit', 'implicit'])
    .default('explicit')
    .meta(facts('`implicit`: TLS from the first byte, as is the custom on port 990.')),
});

function listenMap(text: string): object {
  const { host, port: number } = parseListen(text);
  return { ...(host === undefined ? {} : { host }), port: number };
}

const address = shortOr('[NETWORK[,NETWORK]=]ADDRESS[:+N]', addressMap, {
  address: line()
    .refine(
      isAddress,
      'An address is written 203.0.113.7, ftp.example.org, local, interface:eth0, stun:HOST[:PORT], https://… or router.',
    )
    .meta(
      facts(
        'An address; a name, `interface:NAME`, `stun:HOST[:PORT]`, the `https://` address of a page that says it, or `router` (asked again and again); ' +
          'or `local`: where the client came in.',
      ),
    ),
  clients: z
    .array(network)
    .min(1, 'Name a network, or leave the key out.')
    .optional()
    .meta(facts('For clients in these networks only.', { otherwise: 'all', examples: [['10.0.0.0/8']] })),
  'port-offset': z
    .int()
    .min(-65_535)
    .max(65_535)
    .default(0)
    .meta(facts('What the outside adds to a port (port-mapped NAT).')),
});

function addressMap(text: string): object {
  const { address: named, clients, portOffset } = parsePassiveAddress(text);
  return {
    address: named,
    ...(clients === undefined ? {} : { clients }),
    ...(portOffset === undefined ? {} : { 'port-offset': portOffset }),
  };
}

function isAddress(text: string): boolean {
  try {
    return parsePassiveAddress(text).address === text;
  } catch (error) {
    if (error instanceof InvalidArgumentError) return false;
    throw error;
  }
}

/** The settings file of `duoport serve`. Each key is described here and nowhere else. */
export const settingsSchema = z.strictObject({
  directory: line(4096)
    .default('.')
    .meta(
      facts(
        'The folder that users see who have none of their own. Relative names in the file are meant from the file on.',
      ),
    ),
  listeners: z
    .array(listener)
    .min(1, 'Name at least one, or leave the key out.')
    .optional()
    .meta(
      facts('Where to listen for control connections.', {
        otherwise: 'the first free port of 21, 2121 and up',
        examples: [[21, '192.0.2.1:2121', { port: 990, tls: 'implicit' }]],
      }),
    ),
  users: z
    .array(user)
    .optional()
    .meta(facts('Who may log in.', { otherwise: 'one user whose password is made up at each start' })),
  accounts,
  'certificate-logins': certificateLogins,
  anonymous: section('Logins without an account, which may only read.', {
    enabled: no('Lets anybody in who says `anonymous` or `ftp`.'),
    directory: line(4096)
      .optional()
      .meta(facts('What they see.', { otherwise: 'the `directory` of all' })),
    'drop-folder': inside.optional().meta(
      facts('A folder of it where they may store, and see nothing: each file gets a name of its own.', {
        otherwise: 'they store nothing',
        examples: ['/incoming'],
      }),
    ),
  }),
  passive: section('Passive mode: the client dials the data connection.', {
    enabled: yes('Off: PASV and EPSV are refused.'),
    ports: written(parsePortRange)
      .prefault(`${defaultPassivePorts.low}-${defaultPassivePorts.high}`)
      .meta(facts('The ports for data connections, LO-HI; the firewall has to let them in.')),
    addresses: z
      .array(address)
      .optional()
      .meta(
        facts('What the reply to PASV names; the first that fits the client counts.', {
          otherwise: 'the address that the client dialled',
          examples: [['10.0.0.0/8=local', '203.0.113.7']],
        }),
      ),
    'single-port': no(
      'Data connections come in on the control port: exact with TLS, otherwise only where there is no doubt.',
    ),
  }),
  active: section('Active mode: the server dials the data connection.', {
    enabled: yes('Off: PORT and EPRT are refused.'),
    'source-port': port(1)
      .optional()
      .meta(
        facts('Dial from this port; 20 is the custom and needs the right to bind it.', { otherwise: 'any' }),
      ),
  }),
  data: section('What holds for data connections of both modes.', {
    peers: z
      .union([z.enum(['same', 'tls', 'any']), z.array(network).min(1)])
      .default('same')
      .meta(
        facts(
          'Whose data connections are taken and dialled. `same`: the address of the control connection. `tls`: any that resumes its TLS ' +
            'session. A list of networks: those too. `any`: everybody’s, which lets others steal data (FXP).',
        ),
      ),
  }),
  proxy: proxySchema,
  process: processSchema,
  router: routerSchema,
  tls: tlsSchema,
  acme: acmeSchema,
  limits: section('How much there may be at once.', {
    sessions: z.int().min(1).max(1_000_000).default(10_000).meta(facts('Sessions in all; more get 421.')),
    'sessions-per-address': z
      .int()
      .min(1)
      .max(1_000_000)
      .optional()
      .meta(facts('Sessions of one client address.', { otherwise: 'as many as in all' })),
    ...floodLimits,
  }),
  defence,
  timeouts: section('How long things may take: `30s`, `500ms`, `5m`, `1h`; a plain number is seconds.', {
    login: time('60s', 'From the greeting to the end of the login.'),
    idle: time('5m', 'Without a command and without a transfer.'),
    data: time('30s', 'Until the data connection is there, dialled by either side.'),
    stall: time('60s', 'A transfer in which no byte moves.'),
    shutdown: time('10s', 'What running transfers get when the server is told to end.'),
  }),
  uploads,
  protocol: section('What the server says and offers.', {
    greeting: line(500).default('duoport FTP server ready.').meta(facts('The text of the 220.')),
    'host-names': z.array(line()).default([]).meta(facts('Names that HOST may ask for (RFC 7151).')),
    deflate: yes('Compressed transfers (MODE Z).'),
    hash: yes('Checksums (HASH, XCRC …): each reads the whole file.'),
    probe: yes('SITE PROBE and SITE NONCE: tell a client what became of its data connection.'),
  }),
  workers: written(parseWorkers)
    .prefault(1)
    .meta(
      facts(
        'Processes that run sessions, for machines with several cores. They share the passive ports out.',
      ),
    ),
  logs: logsSchema,
  metrics: metricsSchema,
  hooks: hooksSchema,
});

/** What a server is to be, every key with its value. */
export type Settings = z.output<typeof settingsSchema>;
