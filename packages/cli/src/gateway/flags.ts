import type { Balance, ServerMode } from '@duoport/gateway';
import { type Command, Option } from 'commander';
import { addServeFlags, type ServeFlags } from '../flags/serve-flags.ts';
import {
  type PortRange,
  parseDuration,
  parseFingerprint,
  parsePortRange,
  parseUser,
  repeated,
  type UserSpec,
} from '../flags/values.ts';
import { parseUpstream, type UpstreamUrl } from './upstream-url.ts';

/** Flags that mean the same for the gateway's clients as for those of `serve`. */
const shared = [
  'listen',
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

/** The flags of `duoport gateway`. */
export interface GatewayFlags extends Pick<ServeFlags, (typeof shared)[number]> {
  readonly to: readonly UpstreamUrl[];
  readonly balance?: Balance;
  readonly healthInterval?: number;
  readonly healthUser?: UserSpec;
  readonly serverMode?: ServerMode;
  readonly serverPorts?: PortRange;
  readonly serverAddress?: string;
  readonly serverCa?: string;
  readonly serverFingerprint?: string;
  readonly serverInsecure?: boolean;
  readonly readOnly?: boolean;
}

/** Adds the flags of {@link GatewayFlags} to a command. */
export function addGatewayFlags(command: Command): Command {
  for (const option of own()) command.addOption(option);
  return addServeFlags(command, new Set(shared));
}

function own(): readonly Option[] {
  return [
    new Option(
      '--to <[who=]url[;weight=n]>',
      'the server: ftp://HOST[:PORT], or ftps://HOST[:PORT] for TLS towards it; may be repeated: another one is tried when one cannot be used; WHO= says for whom it is: user:NAME, host:NAME, sni:NAME, net:NETWORK',
    )
      .argParser(repeated(parseUpstream))
      .makeOptionMandatory(),
    new Option(
      '--balance <how>',
      'which of several servers is tried first (default: in-order); sticky: the same for the same user',
    ).choices(['in-order', 'weighted', 'least-connections', 'sticky']),
    new Option(
      '--health-interval <time>',
      'probe the servers so often, and try those that fail last: connection, greeting, TLS',
    ).argParser(parseDuration),
    new Option(
      '--health-user <name:password>',
      'probe the login with this user too, and passive data connections',
    ).argParser(parseUser),
    new Option(
      '--server-mode <mode>',
      'how data connections to the server come about, whatever the client asks for (default: same)',
    ).choices(['same', 'passive', 'active', 'PASV', 'EPSV', 'PORT', 'EPRT']),
    new Option('--server-ports <lo-hi>', 'active mode: listen for the server on these ports').argParser(
      parsePortRange,
    ),
    new Option(
      '--server-address <addr>',
      'active mode: the address that the server is told, when it is not the local one (NAT)',
    ),
    new Option('--server-ca <file>', 'trust the certificates in this PEM file for servers'),
    new Option(
      '--server-fingerprint <sha256>',
      'accept exactly the server certificate with this SHA-256',
    ).argParser(parseFingerprint),
    new Option('--server-insecure', 'accept any server certificate'),
    new Option('--read-only', 'let nothing pass that changes files'),
  ];
}
