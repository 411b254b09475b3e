import type { Balance, Neighbours, ServerMode } from '@duoport/gateway';
import { networkSet } from '@duoport/net';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { addServeFlags, type FrontFlags, frontFlags, type ServeFlags } from '../flags/serve-flags.ts';
import {
  type ListenAddress,
  type PortRange,
  parseDuration,
  parseFingerprint,
  parseListen,
  parsePortRange,
  parseRate,
  parseUser,
  parseWhole,
  repeated,
  type UserSpec,
} from '../flags/values.ts';
import { parseUpstream, type UpstreamUrl } from './upstream-url.ts';

/** The flags of `duoport gateway`. */
export interface GatewayFlags extends FrontFlags, Pick<ServeFlags, 'listen' | 'singlePort'> {
  readonly passTls?: boolean;
  readonly fxp?: readonly string[];
  readonly state?: string;
  readonly to?: readonly UpstreamUrl[];
  readonly forward?: 'login' | 'sni' | 'socks';
  readonly transparent?: boolean;
  readonly allow?: readonly string[];
  readonly proxyFrom?: readonly string[];
  readonly proxyDataFrom?: readonly string[];
  readonly sendProxy?: 1 | 2;
  readonly balance?: Balance;
  readonly healthInterval?: number;
  readonly healthUser?: UserSpec;
  readonly serverMode?: ServerMode;
  readonly serverPorts?: PortRange;
  readonly serverAddress?: string;
  readonly serverCa?: string;
  readonly serverFingerprint?: string;
  readonly serverInsecure?: boolean;
  readonly neighbours?: Neighbours;
  readonly readOnly?: boolean;
  readonly audit?: string;
  readonly metrics?: ListenAddress;
  readonly userSessions?: number;
  readonly userRate?: number;
}

/** Adds the flags of {@link GatewayFlags} to a command. */
export function addGatewayFlags(command: Command): Command {
  for (const option of own()) command.addOption(option);
  return addServeFlags(command, new Set([...frontFlags, 'listen', 'singlePort']));
}

function own(): readonly Option[] {
  return [
    new Option(
      '--to <[who=]url[;weight=n]>',
      'the server: ftp://HOST[:PORT], or ftps://HOST[:PORT] for TLS towards it, or ftp+srv://DOMAIN; may be repeated: another one is tried when one cannot be used; WHO= says for whom it is: user:NAME, host:NAME, sni:NAME, net:NETWORK',
    ).argParser(repeated(parseUpstream)),
    ...choices(),
    new Option(
      '--pass-tls',
      'TLS begins at the client and ends at the server; a server is then written ftps://HOST[:PORT];data=LO-HI with its passive range, which the gateway listens on too; passive mode only',
    ),
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
    new Option(
      '--fxp <net>',
      "let data connections go to and come from this network, and not the client's own address only; may be repeated; any: everybody's",
    ).argParser(repeated(parseFxp)),
    new Option(
      '--neighbours <address>',
      'passive clients in the private network of this gateway that dial its public address are told the public one (default), or the private one where the reply names an address (227)',
    ).choices(['public', 'private']),
    new Option('--read-only', 'let nothing pass that changes files'),
    new Option('--user-sessions <count>', 'so many sessions at the same time for each user').argParser(
      parseWhole,
    ),
    new Option(
      '--user-rate <bytes>',
      'so many bytes a second for each user in each direction, all sessions together: 500k, 10M',
    ).argParser(parseRate),
    new Option(
      '--metrics <[host:]port>',
      'counters for Prometheus at http://HOST:PORT/metrics (default host: 127.0.0.1)',
    ).argParser(parseListen),
    new Option(
      '--audit <file>',
      'add every command to this file: who, where, verb, path, reply; one JSON object a line',
    ),
    ...proxies(),
    stateOption(),
  ];
}

export function stateOption(): Option {
  return new Option(
    '--state <dir>',
    'where running gateways are asked by status, drain and restart (default: ~/.local/state/duoport/gateway)',
  );
}

/** Servers that the client chooses. */
function choices(): readonly Option[] {
  return [
    new Option(
      '--forward <how>',
      'the client names its server; login: with USER name@host[:port]; sni: in its TLS handshake; socks: it takes this for its SOCKS proxy',
    ).choices(['login', 'sni', 'socks']),
    new Option(
      '--transparent',
      'the server is the one that the client dialled: the firewall steers its connections here (Linux, TPROXY or REDIRECT)',
    ),
    new Option(
      '--allow <net|name>',
      'servers that clients may choose: 203.0.113.0/24, ftp.example.org, "*.example.org", "*"; may be repeated; networks only with --transparent',
    ).argParser(repeated((text) => text)),
  ];
}

function proxies(): readonly Option[] {
  return [
    new Option(
      '--proxy-from <net>',
      'load balancers that begin control connections with a PROXY header; may be repeated',
    ).argParser(repeated(parseNetwork)),
    new Option('--proxy-data-from <net>', 'the same for data connections').argParser(repeated(parseNetwork)),
    new Option(
      '--send-proxy <version>',
      'tell the server who the client is, with a PROXY header: 1 or 2',
    ).argParser(parseProxyVersion),
  ];
}

/** Servers that transfer among each other (FXP, RFC 959 figure 2). */
function parseFxp(text: string): string {
  return text === 'any' ? text : parseNetwork(text);
}

function parseNetwork(text: string): string {
  try {
    return networkSet([text]).text[0] ?? text;
  } catch (cause) {
    throw new InvalidArgumentError(cause instanceof Error ? cause.message : String(cause));
  }
}

function parseProxyVersion(text: string): 1 | 2 {
  if (text !== '1' && text !== '2')
    throw new InvalidArgumentError('PROXY headers have the versions 1 and 2.');
  return text === '1' ? 1 : 2;
}
