import type { Socket } from 'node:net';
import { type Endpoint, FtpClosedError, FtpLimitError } from '@duoport/protocol';
import { plainAddress } from './address-class.ts';
import type { DataConnection } from './data-connection.ts';
import type { DataDoor, DataPlace } from './data-door.ts';
import type { DataListener } from './data-listener.ts';
import { HostPorts } from './host-ports.ts';
import { ArmedLease, type LeaseEnd, type LeaseOwner } from './lease.ts';
import { RecentMap } from './limits/recent-map.ts';
import { netLimits } from './net-limits.ts';
import type { PeerPolicy } from './peer-check.ts';
import { checkRange, type PortRange, rangeSize } from './port-range.ts';
import type { ProxyTrust } from './proxy-intake.ts';
import type { TlsSession } from './tls-session.ts';
import { emit, type TraceContext } from './trace.ts';

export interface PortPoolOptions {
  /** Undefined: the system chooses; listeners are kept and reused all the same. */
  readonly ports?: PortRange | undefined;
  /** Leases one session may hold. Default: limits. */
  readonly perSession?: number | undefined;
  /** Leases one peer address may hold. Default: limits. */
  readonly perAddress?: number | undefined;
  /** Milliseconds a lease lives when nobody accepts from it. Default: limits. */
  readonly leaseTimeout?: number | undefined;
  /** Listeners kept open without a lease. Default: limits. */
  readonly keepOpen?: number | undefined;
  /**
   * Listens on addresses that are not those of this machine (IP_TRANSPARENT): a port each time, for they are as many as there are
   * servers. Leases reject with what it needs where it cannot be had.
   */
  readonly foreign?: boolean | undefined;
  /** Proxies in front, whose connections begin with a PROXY header: the peer checks are done on what it says. */
  readonly proxy?: ProxyTrust | undefined;
}

export interface LeaseRequest extends TraceContext {
  /** Address to listen on: usually the local address of the control connection. */
  readonly host: string;
  /** Address that may connect. Undefined: anybody, and the port is exclusive to this lease. */
  readonly peer: string | undefined;
  /** Whose lease it is: counts against `perSession`. */
  readonly session: object;
  /** How exactly the peer must match. Default exact. Anything wider makes the lease exclusive. */
  readonly policy?: PeerPolicy | undefined;
  /** Single-port: the data connection comes in at `door`, where the control connection came in. */
  readonly single?: SinglePlace | undefined;
  /** Somebody connected who may not, and was turned away; the lease stays armed. */
  onStray?(peer: Endpoint, because: string): void;
}

/** Where a data connection comes in that has no port of its own. */
export interface SinglePlace {
  readonly door: DataDoor;
  /** The control connection's own end. */
  readonly endpoint: Endpoint;
  /** The TLS that the data connection will have. */
  readonly tls: TlsSession | undefined;
}

export interface AcceptOptions {
  /** Milliseconds to wait for the connection. Default: limits. */
  readonly timeout?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** The right to one connection on one port from one peer. */
export interface Lease {
  readonly endpoint: Endpoint;
  /** A connection has already arrived and waits, paused. */
  readonly arrived: boolean;
  /** Still armed: neither used, released, nor timed out. */
  readonly live: boolean;
  /** Waits for the connection; ends the lease. Rejects with FTP_TIMEOUT (phase `accept`), FTP_CONNECTION or FTP_CLOSED. */
  accept(options?: AcceptOptions): Promise<DataConnection>;
  /** Gives the port back and drops a connection that waits. Harmless when the lease has ended. */
  release(): void;
}

export interface PoolGauges {
  /** Leases that are armed now. */
  readonly leases: number;
  /** Ports that are listened on now. */
  readonly listeners: number;
  /** Ports of the range; undefined when the system chooses. */
  readonly capacity: number | undefined;
  /** Connections that wait for their accept(). */
  readonly held: number;
  /** Since the start: leases given, used, timed out, refused because full, and strangers turned away. */
  readonly given: number;
  readonly used: number;
  readonly expired: number;
  readonly refused: number;
  readonly strays: number;
}

/**
 * Data ports of one process: passive range of a server, active range of a client. A lease is for a port *and* a peer address,
 * so what is scarce is ports × client addresses, not ports.
 */
export class PortPool {
  readonly #options: PortPoolOptions;
  readonly #hosts = new Map<string, HostPorts>();
  readonly #perSession = new Map<object, number>();
  readonly #perAddress = new Map<string, number>();
  /** By the address of the client. */
  readonly #lastPort = new RecentMap<string, number>(netLimits.rememberedPeers);
  readonly #counts = { leases: 0, held: 0, given: 0, used: 0, expired: 0, refused: 0, strays: 0 };
  readonly #atDoors = new Set<ArmedLease>();
  #closed = false;
  #shrunk = false;

  constructor(options: PortPoolOptions = {}) {
    if (options.ports) checkRange(options.ports);
    this.#options = options;
  }

  /** Rejects with FTP_LIMIT when the range, the session or the address has no more; the message says which. */
  async lease(request: LeaseRequest): Promise<Lease> {
    if (this.#closed) throw new FtpClosedError('The port pool is closed');
    const peer = request.peer === undefined ? undefined : plainAddress(request.peer);
    const asked = peer === request.peer ? request : { ...request, peer };
    this.#checkCaps(asked);
    this.#count(asked, 1);
    if (asked.single) return this.#atDoor(asked, asked.single);
    try {
      const ports = this.#ports(asked.host);
      const last = peer === undefined ? undefined : this.#lastPort.get(peer);
      const isExclusive = peer === undefined || (asked.policy !== undefined && asked.policy.kind !== 'exact');
      const lease = await ports.claim({ peer, isExclusive, last }, (listener) =>
        this.#arm(listener, ports, asked),
      );
      if (!lease) throw this.#full();
      return lease;
    } catch (error) {
      this.#count(asked, -1);
      throw error;
    }
  }

  /** A connection that came to that port by another way than through its listener: true when a lease takes it. */
  offer(socket: Socket, port: number): boolean {
    return [...this.#hosts.values()].some((ports) => ports.offer(socket, port));
  }

  gauges(): PoolGauges {
    let listeners = 0;
    for (const ports of this.#hosts.values()) listeners += ports.size;
    const { ports } = this.#options;
    return { ...this.#counts, listeners, capacity: ports && rangeSize(ports) };
  }

  /** From now on only ports that are leased are listened on: another process may have the rest. */
  shrink(): void {
    this.#shrunk = true;
    for (const ports of this.#hosts.values()) ports.trimAll();
  }

  /** Releases every lease and closes every listener. */
  async close(): Promise<void> {
    this.#closed = true;
    for (const lease of [...this.#atDoors]) lease.release();
    await Promise.all([...this.#hosts.values()].map((ports) => ports.close()));
    this.#hosts.clear();
  }

  async #atDoor(request: LeaseRequest, { door, endpoint, tls }: SinglePlace): Promise<Lease> {
    let place: DataPlace | undefined;
    const owner = {
      ended: (ended: ArmedLease, how: LeaseEnd) => {
        this.#atDoors.delete(ended);
        place?.end();
        this.#ended(request, how);
      },
      held: this.#held,
      awaited: () => place?.awaited(),
    };
    const lease = this.#give(endpoint, request, owner);
    this.#atDoors.add(lease);
    const { peer = '', policy } = request;
    const { port } = endpoint;
    const expected = { peer, port, policy, secure: tls !== undefined, marks: tls?.marks.slice() ?? [] };
    try {
      place = await door.expect(expected, {
        came: (connection, ticketed) => {
          const socket = connection.take();
          if (!lease.offer(socket, connection.peer, ticketed)) socket.on('error', () => {}).destroy();
        },
        refused: (because) => lease.refuse(because),
      });
    } catch (error) {
      lease.release();
      throw error;
    }
    if (!lease.live) place.end();
    return lease;
  }

  #ports(host: string): HostPorts {
    let ports = this.#hosts.get(host);
    if (!ports) {
      const onStray = () => {
        this.#counts.strays += 1;
      };
      const { ports: range, proxy, foreign } = this.#options;
      ports = new HostPorts({ host, range, proxy, foreign, onStray });
      this.#hosts.set(host, ports);
    }
    return ports;
  }

  #arm(listener: DataListener, ports: HostPorts, request: LeaseRequest): ArmedLease {
    if (this.#closed) throw new FtpClosedError('The port pool is closed');
    const owner = {
      ended: (lease: ArmedLease, how: LeaseEnd) => {
        listener.remove(lease);
        this.#ended(request, how);
        if (listener.idle) ports.trim(listener, this.#keepOpen);
      },
      held: this.#held,
    };
    const lease = this.#give(listener.endpoint, request, owner);
    listener.add(lease);
    if (request.peer !== undefined) this.#lastPort.keep(request.peer, listener.endpoint.port);
    return lease;
  }

  get #keepOpen(): number {
    const { keepOpen, foreign } = this.#options;
    return foreign || this.#shrunk ? 0 : (keepOpen ?? netLimits.idleListeners);
  }

  #give(endpoint: Endpoint, request: LeaseRequest, owner: LeaseOwner): ArmedLease {
    const timeout = this.#options.leaseTimeout ?? netLimits.leaseTimeout;
    const lease = new ArmedLease(endpoint, request, owner, timeout);
    this.#counts.given += 1;
    const { trace, connection = 'data-1', side: by } = request;
    if (trace) emit(trace, { kind: 'listen', connection, by, on: endpoint });
    return lease;
  }

  readonly #held = (change: 1 | -1): void => {
    this.#counts.held += change;
  };

  #ended(request: LeaseRequest, how: LeaseEnd): void {
    this.#count(request, -1);
    if (how !== 'released') this.#counts[how] += 1;
  }

  #count(request: LeaseRequest, change: 1 | -1): void {
    this.#counts.leases += change;
    add(this.#perSession, request.session, change);
    if (request.peer !== undefined) add(this.#perAddress, request.peer, change);
  }

  #checkCaps(request: LeaseRequest): void {
    const perSession = this.#options.perSession ?? netLimits.leasesPerSession;
    const perAddress = this.#options.perAddress ?? netLimits.leasesPerAddress;
    if ((this.#perSession.get(request.session) ?? 0) >= perSession) {
      throw this.#refuse(
        `This session holds ${perSession} data ports already`,
        'leasesPerSession',
        perSession,
      );
    }
    if (request.peer !== undefined && (this.#perAddress.get(request.peer) ?? 0) >= perAddress) {
      const text = `The address ${request.peer} holds ${perAddress} data ports already`;
      throw this.#refuse(text, 'leasesPerAddress', perAddress);
    }
  }

  #full(): FtpLimitError {
    const { ports } = this.#options;
    const size = ports ? rangeSize(ports) : 0;
    const where = ports
      ? `None of the ${size} data ports ${ports.low}-${ports.high} is free for this peer`
      : 'No data port is free';
    return this.#refuse(`${where}: try again later, or widen the range`, 'ports', size);
  }

  #refuse(text: string, limit: string, value: number): FtpLimitError {
    this.#counts.refused += 1;
    return new FtpLimitError(text, { limit, value });
  }
}

/** Keeps nothing that is counted no more. */
function add<Key>(counts: Map<Key, number>, key: Key, change: 1 | -1): void {
  const held = (counts.get(key) ?? 0) + change;
  if (held > 0) counts.set(key, held);
  else counts.delete(key);
}
