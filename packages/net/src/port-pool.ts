import type { Endpoint } from '@duoport/protocol';
import type { DataConnection } from './data-connection.ts';
import type { PeerPolicy } from './peer-check.ts';
import type { TraceContext } from './trace.ts';

/** Inclusive on both ends. */
export interface PortRange {
  readonly low: number;
  readonly high: number;
}

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

/** Data ports of one process: passive range of a server, active range of a client. */
export class PortPool {
  constructor(_options: PortPoolOptions = {}) {}
  /** Rejects with FTP_LIMIT when the range, the session or the address has no more; the message says which. */
  lease(_request: LeaseRequest): Promise<Lease> {
    throw new Error('not yet');
  }
  gauges(): PoolGauges {
    throw new Error('not yet');
  }
  /** Releases every lease and closes every listener. */
  close(): Promise<void> {
    throw new Error('not yet');
  }
}
