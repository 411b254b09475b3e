import type { Endpoint } from '@duoport/protocol';

/** One of the two ends of an FTP conversation. */
export type Side = 'client' | 'server';

/** Names one connection of one session: the control connection, or the n-th data connection. */
export type ConnectionName = 'control' | `data-${number}`;

/** What happened, as plain data: safe to print, to store and to send to another process. */
export type TraceEvent = {
  /** Milliseconds on the monotonic clock (`performance.now()`): subtract the first event's to get time since the start. */
  readonly at: number;
} & TraceFact;

/** {@link TraceEvent} without its time. */
export type TraceFact =
  /** A line of the control connection, without CRLF; secrets are redacted by whoever emits it. */
  | { readonly kind: 'line'; readonly from: Side; readonly text: string }
  /** `by` waits for a data connection on `on`; `advertised` is what the peer is told, when it differs. */
  | {
      readonly kind: 'listen';
      readonly connection: ConnectionName;
      readonly by: Side;
      readonly on: Endpoint;
      readonly advertised?: Endpoint;
    }
  /** `by` starts to connect. */
  | {
      readonly kind: 'dial';
      readonly connection: ConnectionName;
      readonly by: Side;
      readonly to: Endpoint;
      readonly from?: { readonly address?: string; readonly port?: number };
    }
  /** The TCP connection is up: `by` dialled it, from `from` to `to`. */
  | {
      readonly kind: 'open';
      readonly connection: ConnectionName;
      readonly by: Side;
      readonly from: Endpoint;
      readonly to: Endpoint;
    }
  /** The TLS handshake is done. */
  | {
      readonly kind: 'tls';
      readonly connection: ConnectionName;
      readonly protocol: string;
      readonly cipher: string;
      /** The session of the control connection was resumed. */
      readonly reused: boolean;
    }
  /** TLS ended and the connection goes on in clear (RFC 4217 §5, CCC). */
  | { readonly kind: 'clear'; readonly connection: ConnectionName }
  | { readonly kind: 'first-byte'; readonly connection: ConnectionName; readonly from: Side }
  /** `from` sent its FIN. The first of these names who closed first. */
  | { readonly kind: 'fin'; readonly connection: ConnectionName; readonly from: Side }
  | { readonly kind: 'reset'; readonly connection: ConnectionName; readonly from: Side }
  /** The socket of `by` is gone; counts are bytes of payload as `by` saw them. */
  | {
      readonly kind: 'closed';
      readonly connection: ConnectionName;
      readonly by: Side;
      readonly sent: number;
      readonly received: number;
    }
  /** Somebody else connected to the data port and was turned away; the lease stays armed. */
  | {
      readonly kind: 'stray';
      readonly connection: ConnectionName;
      readonly peer: Endpoint;
      readonly because: string;
    }
  | {
      readonly kind: 'failed';
      readonly connection: ConnectionName;
      readonly phase: string;
      readonly error: string;
    }
  /** A choice that was made for the user, and why. */
  | {
      readonly kind: 'decision';
      readonly connection?: ConnectionName | undefined;
      readonly what: string;
      readonly chosen: string;
      readonly because: string;
    };

/** Receives the events of a session. Must not throw and must not block. */
export type Trace = (event: TraceEvent) => void;

/** Where a connection's events go: pass the same trace for all connections of a session. */
export interface TraceContext {
  readonly trace?: Trace | undefined;
  /** Default: `control` for control connections, `data-1` for data connections. */
  readonly connection?: ConnectionName | undefined;
  /** Which end of the conversation this process is. */
  readonly side: Side;
}

/** Stamps `fact` with the monotonic clock and hands it to `trace`. Call as `if (trace) emit(trace, {…})`: free when unset. */
export function emit(trace: Trace, fact: TraceFact): void {
  trace({ at: performance.now(), ...fact });
}

/** The end of the conversation that is not `side`. */
export function otherSide(side: Side): Side {
  return side === 'client' ? 'server' : 'client';
}
