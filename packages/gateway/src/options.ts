import {
  type AcceptedConnection,
  AdvertisedAddress,
  type AdvertisedRule,
  type Awaitable,
  type LookupHost,
  type LookupServices,
  lookupServices,
  type PeerPolicy,
  PortPool,
  type PortRange,
  type ProxyTrust,
  proxyTrust,
  TlsServer,
  type TlsServerSettings,
  type Trace,
  type TruncationPolicy,
  type UserLimits,
  UserSeats,
} from '@duoport/net';
import { limits } from '@duoport/protocol';
import type { Audit } from './audit.ts';
import type { ClientSide, Neighbours } from './client-side.ts';
import type { Balance } from './fleet/balance.ts';
import { type EjectionPolicy, type Fleet, fleetOf, type HealthEvent } from './fleet/fleet.ts';
import type { HealthOptions } from './fleet/health-monitor.ts';
import { Services } from './fleet/services.ts';
import type { GatewayLog } from './log.ts';
import { newMark } from './loop.ts';
import { Metrics } from './metrics.ts';
import type { CommandPolicy } from './rewrite.ts';
import type { Route, Upstream } from './upstream.ts';

export interface GatewayListen {
  /** Looks at each connection before anything is read of it or said to it; true: it is somebody else's from now on. */
  readonly divert?: ((connection: AcceptedConnection) => Awaitable<boolean>) | undefined;
  /** Address to bind; default: all, both families. */
  readonly host?: string | undefined;
  /** Default 21; 0: a free one. */
  readonly port?: number | undefined;
  /** Descriptor of a socket that is bound already, instead of `host` and `port`: from the service manager. */
  readonly fd?: number | undefined;
  readonly implicitTls?: boolean | undefined;
  /** Clients speak SOCKS 4, 4a or 5 first: where they want to go is `target` of a route's facts. Passive data connections come the same way. */
  readonly socks?: boolean | undefined;
}

/** What may be set; everything but where to has a safe default. Times are milliseconds. */
export interface GatewayOptions {
  readonly listen?: readonly GatewayListen[] | undefined;
  /** The servers, or what chooses them. */
  readonly to: readonly Upstream[] | Route;
  /** Which of several servers is tried first. Default `in-order`. */
  readonly balance?: Balance | undefined;
  /** Asks for SRV records. Default: the system's DNS servers. */
  readonly lookupServices?: LookupServices | undefined;
  /** When a server is left alone for a while. */
  readonly eject?: EjectionPolicy | undefined;
  /** Default: servers are not probed. */
  readonly health?: HealthOptions | undefined;
  /** Told when a server stops being used, and when it is used again. */
  readonly onHealth?: ((event: HealthEvent) => void) | undefined;
  /** The client's side. */
  readonly client?: {
    readonly ports?: PortRange | undefined;
    /** What 227 says: an address, a name, or rules by client network. Default: where the control connection came in. */
    readonly address?: string | readonly AdvertisedRule[] | undefined;
    /** Finds out the addresses of a name in `address`. Default: the system's resolver. */
    readonly lookup?: LookupHost | undefined;
    readonly tls?: TlsServerSettings | undefined;
    /** Port that active clients are dialled from. */
    readonly sourcePort?: number | PortRange | undefined;
    /** What clients in the private network of this machine are told, that come from its public address. Default `public`. */
    readonly neighbours?: Neighbours | undefined;
    /** Whose data connections are accepted and dialled. Default: exactly the control connection's peer. */
    readonly peers?: PeerPolicy | undefined;
    readonly truncation?: TruncationPolicy | undefined;
    /**
     * Networks of load balancers that begin their connections with a PROXY header (version 1 or 2). The client is then who the header
     * says, for the peer checks too. Nobody else's header is taken.
     */
    readonly proxy?:
      | { readonly control?: readonly string[] | undefined; readonly data?: readonly string[] | undefined }
      | undefined;
  };
  /**
   * Clients are steered here on their way to servers that they know by themselves (TPROXY, REDIRECT): data connections have the server's
   * address too, passive and active. Needs CAP_NET_ADMIN on Linux, with koffi. `to` is then `transparent()` or another route that
   * looks at `destination`.
   */
  readonly transparent?: boolean | undefined;
  /** The servers' side. */
  readonly server?: {
    /** Ports that active servers dial in to. */
    readonly ports?: PortRange | undefined;
  };
  readonly commands?: CommandPolicy | undefined;
  readonly greeting?: string | undefined;
  readonly maxSessions?: number | undefined;
  readonly maxSessionsPerAddress?: number | undefined;
  /** What each user may have, or what says it of a user. Default: nothing is limited. */
  readonly users?: UserLimits | ((user: string) => UserLimits | undefined) | undefined;
  readonly timeouts?: {
    readonly login?: number | undefined;
    readonly idle?: number | undefined;
    readonly connect?: number | undefined;
    readonly reply?: number | undefined;
    readonly data?: number | undefined;
    readonly stall?: number | undefined;
  };
  readonly log?: GatewayLog | undefined;
  readonly audit?: Audit | undefined;
  /** Called for each session; the traces it returns get every control line (redacted) and connection event of that side. */
  readonly trace?:
    | ((session: number) => { readonly client?: Trace; readonly server?: Trace } | undefined)
    | undefined;
}

/** The options with their defaults, and what all sessions share. */
export interface Settings {
  readonly route: Route;
  readonly fleet: Fleet;
  readonly services: Services;
  readonly client: ClientSide;
  /** Who may say whose control connection it is. */
  readonly proxy: ProxyTrust | undefined;
  readonly transparent: boolean;
  readonly tls: TlsServer | undefined;
  readonly allowClear: boolean;
  readonly truncation: TruncationPolicy;
  readonly serverPool: PortPool;
  readonly commands: CommandPolicy;
  readonly greeting: string;
  /** Says in the greeting which gateway this is. */
  readonly mark: string;
  readonly maxSessions: number;
  readonly maxSessionsPerAddress: number;
  readonly users: UserSeats;
  readonly loginTimeout: number;
  readonly idleTimeout: number;
  readonly connectTimeout: number;
  readonly replyTimeout: number;
  readonly stallTimeout: number;
  /** Told everything: counts, and passes it on. */
  readonly log: GatewayLog;
  readonly metrics: Metrics;
  readonly audit: Audit | undefined;
  readonly trace: GatewayOptions['trace'];
}

/** @throws RangeError for a setting that cannot work, with what to do about it. */
export function settingsOf(options: GatewayOptions): Settings {
  const { to, client = {}, server = {}, commands = {}, timeouts = {}, transparent = false } = options;
  const { requireTls = 'none' } = commands;
  if (requireTls !== 'none' && client.tls === undefined)
    throw new RangeError('requireTls needs a certificate: set client.tls.cert and client.tls.key.');
  if (typeof to !== 'function' && to.length === 0)
    throw new RangeError('A gateway needs a server to go to: set to.');
  const { address } = client;
  const metrics = new Metrics();
  const dataTimeout = timeouts.data ?? limits.dataTimeout;
  return {
    route: typeof to === 'function' ? to : () => ({ upstreams: to }),
    services: new Services({
      lookup: options.lookupServices ?? lookupServices,
      random: Math.random,
      now: () => performance.now(),
    }),
    fleet: fleetOf({ balance: options.balance, eject: options.eject, changed: options.onHealth }),
    client: {
      pool: new PortPool({
        ports: client.ports,
        proxy: proxyTrust(client.proxy?.data),
        foreign: transparent,
      }),
      advertised: new AdvertisedAddress({
        rules: typeof address === 'string' ? [{ address }] : address,
        lookup: client.lookup,
      }),
      peers: client.peers ?? { kind: 'exact' },
      sourcePort: client.sourcePort,
      neighbours: client.neighbours ?? 'public',
      transparent,
      dataTimeout,
    },
    proxy: proxyTrust(client.proxy?.control),
    transparent,
    tls: client.tls && new TlsServer(client.tls),
    allowClear: client.tls?.allowClear === true && requireTls !== 'control' && requireTls !== 'both',
    truncation: client.truncation ?? 'strict',
    serverPool: new PortPool({ ports: server.ports }),
    commands,
    mark: newMark(),
    greeting: options.greeting ?? 'duoport FTP gateway ready.',
    maxSessions: options.maxSessions ?? 10_000,
    maxSessionsPerAddress: options.maxSessionsPerAddress ?? Number.POSITIVE_INFINITY,
    users: new UserSeats(options.users),
    loginTimeout: timeouts.login ?? limits.loginTimeout,
    idleTimeout: timeouts.idle ?? limits.idleTimeout,
    connectTimeout: timeouts.connect ?? limits.greetingTimeout,
    replyTimeout: timeouts.reply ?? limits.replyTimeout,
    stallTimeout: timeouts.stall ?? limits.stallTimeout,
    log: (event) => {
      metrics.count(event);
      options.log?.(event);
    },
    metrics,
    audit: options.audit,
    trace: options.trace,
  };
}
