import type { AdvertisedRule } from '@duoport/net';
import { type Command, Option } from 'commander';
import { placeOf } from '../accounts/place.ts';
import {
  type ListenAddress,
  type ModeSet,
  type PortRange,
  parseDuration,
  parseListen,
  parseModes,
  parsePassiveAddress,
  parsePort,
  parsePortRange,
  parseUser,
  parseWorkers,
  repeated,
  type UserSpec,
} from './values.ts';

/** The flags of `duoport serve`. */
export interface ServeFlags {
  readonly config?: string;
  readonly listen?: readonly ListenAddress[];
  readonly listenTls?: readonly ListenAddress[];
  readonly user?: readonly UserSpec[];
  readonly accounts?: string;
  readonly anonymous?: boolean;
  readonly passivePorts?: PortRange;
  readonly passiveAddress?: readonly AdvertisedRule[];
  readonly singlePort?: boolean;
  readonly openRouter?: boolean;
  readonly workers?: number;
  readonly dataTimeout?: number;
  readonly activeSourcePort?: number;
  readonly modes?: ModeSet;
  readonly tlsCert?: string;
  readonly tlsKey?: string;
  readonly tlsSelfSigned?: boolean;
  readonly requireTls?: 'control' | 'data' | 'both';
  readonly grace: number;
  readonly trace?: boolean;
  readonly json?: boolean;
  readonly quiet?: boolean;
  readonly verbose?: boolean;
}

/** Flags that mean the same for the clients of a gateway or a relay as for those of `serve`. */
export const frontFlags = [
  'listenTls',
  'passivePorts',
  'passiveAddress',
  'activeSourcePort',
  'dataTimeout',
  'tlsCert',
  'tlsKey',
  'tlsSelfSigned',
  'requireTls',
  'grace',
  'trace',
  'json',
  'quiet',
  'verbose',
] as const satisfies readonly (keyof ServeFlags)[];

export type FrontFlags = Pick<ServeFlags, (typeof frontFlags)[number]>;

/** Adds the flags of {@link ServeFlags} to a command, or those of them that have a meaning there. */
export function addServeFlags(command: Command, names?: ReadonlySet<keyof ServeFlags>): Command {
  for (const option of options()) {
    if (names?.has(option.attributeName() as keyof ServeFlags) ?? true) command.addOption(option);
  }
  return command;
}

/** `--require-tls` alone means `both`, whatever word comes after it: otherwise it would swallow the folder. */
export function spellOutRequireTls(words: readonly string[]): readonly string[] {
  // There it always has its word.
  if (words[0] === 'user' || words[0] === 'group') return words;
  return words.map((word) => (word === '--require-tls' ? '--require-tls=both' : word));
}

function options(): readonly Option[] {
  return [
    new Option(
      '--config <file>',
      'settings: YAML, JSON or TOML (docs/reference/config.md); flags given here win',
    ),
    new Option(
      '--listen <[host:]port>',
      'where to listen; may be repeated; port 0 is any free one',
    ).argParser(repeated(parseListen)),
    new Option(
      '--listen-tls <[host:]port>',
      'the same for TLS from the first byte (990 by custom)',
    ).argParser(repeated(parseListen)),
    new Option('--user <name:password[:ro]>', 'who may log in; :ro may only read; may be repeated').argParser(
      repeated(parseUser),
    ),
    new Option('--anonymous', 'let anybody in to read'),
    new Option(
      '--accounts <where>',
      'users of a database (duoport user): an SQLite file, or postgres://user@host/database',
    ).argParser((text) => placeOf(text)),
    new Option('--passive-ports <lo-hi>', 'passive mode: ports for data connections').argParser(
      parsePortRange,
    ),
    new Option(
      '--passive-address <[net=]addr[:+n]>',
      'passive mode: address or name to announce (behind NAT), or who is asked for it: router, stun:HOST, https://…, interface:NAME; NET= only to clients in that network, :+N or :-N when the outside has port P at P+N or P-N; may be repeated, the first that fits counts',
    ).argParser(repeated(parsePassiveAddress)),
    new Option(
      '--single-port',
      'passive mode: data connections come in on the control port; for clients with TLS exactly, for others only when there is no doubt',
    ),
    new Option(
      '--open-router',
      'have the router at home open the ports, and close them at the end (PCP, NAT-PMP, UPnP)',
    ),
    new Option(
      '--workers <count>',
      'run the sessions in so many processes, for machines with several cores (default: 1)',
    ).argParser(parseWorkers),
    new Option(
      '--data-timeout <time>',
      'how long to wait for a data connection to come about (default: 30s)',
    ).argParser(parseDuration),
    new Option('--active-source-port <port>', 'active mode: dial from this port (20 by custom)').argParser(
      (text) => parsePort(text),
    ),
    new Option('--modes <modes>', 'passive, active or passive,active').argParser(parseModes),
    new Option('--tls-cert <file>', 'certificate, PEM'),
    new Option('--tls-key <file>', 'its key, PEM'),
    new Option('--tls-self-signed', 'make a certificate for this run').conflicts(['tlsCert', 'tlsKey']),
    new Option('--require-tls [what]', 'refuse what is not under TLS; alone: both').choices([
      'control',
      'data',
      'both',
    ]),
    new Option('--grace <time>', 'how long running transfers may go on after Ctrl-C')
      .argParser(parseDuration)
      .default(10_000, '10s'),
    new Option('--trace', 'draw the connections of every session as a timeline, on stderr'),
    new Option('--json', 'print JSON, one object a line: when ready, and all that happens'),
    new Option('-q, --quiet', 'print nothing about sessions'),
    new Option('-v, --verbose', 'print connections and not only logins and transfers'),
  ];
}
