import {
  type AcceptedConnection,
  AdvertisedAddress,
  type AdvertisedRule,
  type Awaitable,
  type DataDoor,
  type LookupHost,
  type PeerPolicy,
  PortPool,
  type PortRange,
  type ProxyTrust,
  proxyTrust,
  type Rates,
  SinglePort,
  TlsServer,
  type TlsServerSettings,
  type Trace,
  type TruncationPolicy,
  UserSeats,
} from '@duoport/net';
import { limits } from '@duoport/protocol';
import type { Accounts } from './accounts/accounts.ts';
import { DataFailures } from './data-failures.ts';
import type { Admit, Guard } from './defence/guard.ts';
import type { HashAlgorithm } from './files/hash.ts';
import type { ServerLog } from './log.ts';

/** One address to listen on. */
export interface ListenOptions {
  /** Address to bind; default: all, both families. */
  readonly host?: string | undefined;
  /** Default 21; 0: a free one. */
  readonly port?: number | undefined;
  /** TLS from the first byte (the custom of port 990). Default: explicit TLS where there is a certificate. */
  readonly implicitTls?: boolean | undefined;
  /** Descriptor of a socket that is bound already, instead of `host` and `port`: from a process before this one, or the service manager. */
  readonly fd?: number | undefined;
}

/**
 * What may have to be under TLS. `login`: name and password; the client may go back to clear after it, where CCC is allowed. `control`: the
 * control connection from the login on to its end. `data`: every data connection.
 */
export type TlsPart = 'login' | 'control' | 'data';

/** What may be set; everything but `accounts` has a safe default. Times are milliseconds. */
export interface ServerOptions {
  readonly accounts: Accounts;
  readonly listen?: readonly ListenOptions[];
  readonly passive?: {
    readonly enabled?: boolean | undefined;
    readonly ports?: PortRange | undefined;
    /** What 227 says: an address, a name, or rules by client network. Default: where the control connection came in. */
    readonly address?: string | readonly AdvertisedRule[] | undefined;
    /** Finds out the addresses of a name in `address`. Default: the system's resolver. */
    readonly lookup?: LookupHost | undefined;
  };
  readonly active?: {
    readonly enabled?: boolean | undefined;
    /** Source port of the data connections that the server dials; 20 needs the right to bind it. Default: any. */
    readonly sourcePort?: number | PortRange | undefined;
  };
  /** `awaited`: there will be a certificate, which a reload brings; until then AUTH is answered with 431. */
  readonly tls?: TlsServerSettings | 'awaited' | undefined;
  /**
   * Passive data connections come in on the port of the control connection, so that a firewall needs one open port. Under TLS
   * with session tickets it is exact; otherwise a transfer is refused with 425 where it could be somebody else's. A door of
   * another process, when that one accepts the connections. Default off.
   */
  readonly singlePort?: boolean | DataDoor | undefined;
  /** What must be under TLS, one or several. Default: nothing. */
  readonly requireTls?: 'none' | 'both' | TlsPart | readonly TlsPart[] | undefined;
  /** A TLS upload that ends without close_notify may have been cut short. Default: refused with 426. */
  readonly truncation?: TruncationPolicy | undefined;
  /** Whose data connections are accepted and dialled. Default: exactly the control connection's peer; `any` allows FXP. */
  readonly peers?: PeerPolicy | undefined;
  /**
   * Networks of load balancers that begin their connections with a PROXY header (version 1 or 2): the client is then who the header
   * says, and only its word holds in peer checks and limits. Everybody else must not send one. Default: nobody.
   */
  readonly proxy?:
    | { readonly control?: readonly string[] | undefined; readonly data?: readonly string[] | undefined }
    | undefined;
  /** Looks at each connection to a port with implicit TLS before the handshake; true: it is somebody else's (ACME's, say). */
  readonly divert?: ((connection: AcceptedConnection) => Awaitable<boolean>) | undefined;
  /** Names that HOST may ask for (RFC 7151). */
  readonly hosts?: readonly string[] | undefined;
  readonly greeting?: string | undefined;
  /** MODE Z. Default on. */
  readonly deflate?: boolean | undefined;
  /** HASH and its older kin: they cost a read of the whole file. Default on. */
  readonly hash?: boolean | undefined;
  /** A checksum that is computed of uploads while they come, so that HASH needs no read: always this one, or the client's. Default none. */
  readonly checksum?: HashAlgorithm | 'client' | undefined;
  /** SITE PROBE and SITE NONCE: tell a client what became of its data connection. Default on. */
  readonly probe?: boolean | undefined;
  /** Sessions at once; more are greeted with 421. */
  readonly maxSessions?: number | undefined;
  readonly maxSessionsPerAddress?: number | undefined;
  /** Who keeps the rates of users, when they have sessions in other processes too. Default: this server. */
  readonly rates?: Rates | undefined;
  /** Wrong logins on one connection before it is ended. Default 3. */
  readonly maxLoginAttempts?: number | undefined;
  /** TLS handshakes of control connections at once; beyond, AUTH gets 431 and implicit TLS is ended. Default 500. */
  readonly maxHandshakes?: number | undefined;
  /**
   * Commands a second of one session: what comes faster waits, and a session that does not stop is ended. Default: 100 before the login,
   * no limit after it.
   */
  readonly commandsPerSecond?: number | undefined;
  /** Who is asked about every login and told of every offence; `Defence` is one. Default: nobody. */
  readonly guard?: Guard | undefined;
  /** Who may not even say a word. Default: everybody may. */
  readonly admit?: Admit | undefined;
  readonly timeouts?: {
    readonly login?: number | undefined;
    readonly idle?: number | undefined;
    readonly data?: number | undefined;
    readonly stall?: number | undefined;
    /** A session whose commands come too fast all the time. Default 30 s. */
    readonly flood?: number | undefined;
  };
  readonly log?: ServerLog | undefined;
  /** Called for each session; the trace it returns gets every control line (redacted) and connection event. */
  readonly trace?: ((session: number) => Trace | undefined) | undefined;
}

/** The options with their defaults, and what all sessions share. */
export interface Settings {
  readonly accounts: Accounts;
  readonly passive: boolean;
  readonly active: boolean;
  readonly passivePorts: PortRange | undefined;
  readonly pool: PortPool;
  readonly advertised: AdvertisedAddress;
  readonly sourcePort: number | PortRange | undefined;
  readonly tls: TlsServer | undefined;
  /** Where passive data connections come in when they have no ports of their own. */
  readonly door: DataDoor | undefined;
  /** CCC is possible. */
  readonly allowClear: boolean;
  readonly requireTls: Readonly<Record<TlsPart, boolean>>;
  readonly truncation: TruncationPolicy;
  readonly peers: PeerPolicy;
  /** Whose PROXY headers are taken on control connections. */
  readonly proxy: ProxyTrust | undefined;
  readonly proxyData: readonly string[] | undefined;
  readonly divert: ServerOptions['divert'];
  readonly hosts: readonly string[];
  readonly greeting: string;
  readonly deflate: boolean;
  readonly hash: boolean;
  readonly checksum: HashAlgorithm | 'client' | undefined;
  readonly probe: boolean;
  /** Data connections that failed, of all sessions. */
  readonly failures: DataFailures;
  /** The sessions of each user. */
  readonly seats: UserSeats;
  readonly maxSessions: number;
  readonly maxSessionsPerAddress: number;
  readonly maxLoginAttempts: number;
  readonly maxHandshakes: number;
  readonly commandsPerSecond: number | undefined;
  readonly guard: Guard | undefined;
  readonly admit: Admit | undefined;
  readonly loginTimeout: number;
  readonly idleTimeout: number;
  readonly dataTimeout: number;
  readonly stallTimeout: number;
  readonly floodTimeout: number;
  readonly log: ServerLog | undefined;
  readonly trace: ServerOptions['trace'];
}

/**
 * `earlier`: settings that these follow on. What sessions share across the change is taken from there: ports, doors, counts.
 * @throws RangeError for a setting that cannot work, with what to do about it.
 */
export function settingsOf(options: ServerOptions, earlier?: Settings): Settings {
  const passive = options.passive?.enabled ?? true;
  const active = options.active?.enabled ?? true;
  if (!passive && !active)
    throw new RangeError('Passive and active mode are both off: no data can be transferred.');
  const ports = options.passive?.ports;
  if (ports !== undefined) checkRange(ports, 'passive.ports');
  if (typeof options.active?.sourcePort === 'object')
    checkRange(options.active.sourcePort, 'active.sourcePort');
  const requireTls = requiredParts(options.requireTls);
  if (Object.values(requireTls).includes(true) && options.tls === undefined) {
    throw new RangeError('requireTls needs a certificate: set tls.cert and tls.key.');
  }
  checkSinglePort(options);
  const address = options.passive?.address;
  const rules = typeof address === 'string' ? [{ address }] : address;
  const timeouts = options.timeouts ?? {};
  const proxies = options.proxy?.data;
  if (earlier && listensAtDoor(options.singlePort) !== listensAtDoor(earlier.door))
    throw new RangeError('singlePort cannot be changed while the server runs: start it anew.');
  return {
    accounts: options.accounts,
    passive,
    active,
    passivePorts: ports,
    pool:
      earlier && samePool(earlier, { ports, proxies })
        ? earlier.pool
        : new PortPool({ ports, proxy: proxyTrust(proxies) }),
    advertised: new AdvertisedAddress({ rules, lookup: options.passive?.lookup }),
    sourcePort: options.active?.sourcePort,
    tls: options.tls && new TlsServer(options.singlePort ? ticketing(options.tls) : options.tls),
    door: options.singlePort === true ? (earlier?.door ?? new SinglePort()) : options.singlePort || undefined,
    allowClear: typeof options.tls === 'object' && options.tls.allowClear === true && !requireTls.control,
    requireTls,
    truncation: options.truncation ?? 'strict',
    peers: options.peers ?? { kind: 'exact' },
    proxy: proxyTrust(options.proxy?.control),
    proxyData: proxies,
    divert: options.divert,
    hosts: options.hosts ?? [],
    greeting: options.greeting ?? 'duoport FTP server ready.',
    deflate: options.deflate ?? true,
    hash: options.hash ?? true,
    checksum: options.hash === false ? undefined : options.checksum,
    probe: options.probe ?? true,
    failures: earlier?.failures ?? new DataFailures(),
    seats: earlier?.seats ?? new UserSeats({}, options.rates),
    maxSessions: options.maxSessions ?? 10_000,
    maxSessionsPerAddress: options.maxSessionsPerAddress ?? Number.POSITIVE_INFINITY,
    maxLoginAttempts: options.maxLoginAttempts ?? limits.loginAttempts,
    maxHandshakes: options.maxHandshakes ?? limits.handshakes,
    commandsPerSecond: options.commandsPerSecond,
    guard: options.guard,
    admit: options.admit,
    loginTimeout: timeouts.login ?? limits.loginTimeout,
    idleTimeout: timeouts.idle ?? limits.idleTimeout,
    dataTimeout: timeouts.data ?? limits.dataTimeout,
    stallTimeout: timeouts.stall ?? limits.stallTimeout,
    floodTimeout: timeouts.flood ?? limits.floodTimeout,
    log: options.log,
    trace: options.trace,
  };
}

function samePool(
  earlier: Settings,
  {
    ports,
    proxies,
  }: { readonly ports: PortRange | undefined; readonly proxies: readonly string[] | undefined },
): boolean {
  return sameRange(earlier.passivePorts, ports) && String(earlier.proxyData) === String(proxies);
}

/** The server's own port is the door, and not that of another process. */
function listensAtDoor(door: ServerOptions['singlePort']): boolean {
  return door === true || door instanceof SinglePort;
}

/** Who has to log in under TLS has to be under TLS to do so. */
function requiredParts(required: ServerOptions['requireTls'] = 'none'): Settings['requireTls'] {
  const words: readonly string[] = typeof required === 'string' ? [required] : required;
  const control = words.includes('control') || words.includes('both');
  return {
    login: control || words.includes('login'),
    control,
    data: words.includes('data') || words.includes('both'),
  };
}

function sameRange(one: PortRange | undefined, other: PortRange | undefined): boolean {
  return one?.low === other?.low && one?.high === other?.high;
}

function checkSinglePort({ singlePort, passive, tls, peers }: ServerOptions): void {
  if (!singlePort) return;
  if (passive?.enabled === false || passive?.ports !== undefined)
    throw new RangeError(
      'singlePort is a way of passive mode without ports of its own: leave out passive.ports.',
    );
  if (typeof tls === 'object' && tls.binding === 'off')
    throw new RangeError(
      'singlePort knows data connections by their TLS tickets: tls.binding must not be off.',
    );
  if (peers?.kind === 'any')
    throw new RangeError('singlePort cannot tell connections from anywhere apart: peers must not be any.');
}

/** TLS 1.3 tickets run out after two transfers; a session of TLS 1.2 can be resumed for ever, and its id or ticket says whose it is. */
function ticketing(tls: TlsServerSettings | 'awaited'): TlsServerSettings | 'awaited' {
  return tls === 'awaited' || tls.minVersion === 'TLSv1.3' ? tls : { ...tls, maxVersion: 'TLSv1.2' };
}

function checkRange({ low, high }: PortRange, name: string): void {
  const port = (value: number) => Number.isInteger(value) && value >= 1 && value <= 65_535;
  if (!port(low) || !port(high))
    throw new RangeError(`${name} ${low}-${high}: ports are whole numbers from 1 to 65535.`);
  if (low > high)
    throw new RangeError(`${name} ${low}-${high}: the lower port must come first: ${high}-${low}.`);
}
