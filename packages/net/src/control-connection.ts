import type { Endpoint } from '@duoport/protocol';
import type { StartTlsOptions } from './data-connection.ts';
import type { RawStream } from './raw-stream.ts';
import type { TlsSession } from './tls-session.ts';
import type { TlsFacts } from './tls-settings.ts';
import type { TraceContext } from './trace.ts';

/** What the owner of a control connection is told. Plain method calls: one object serves a whole session. */
export interface ControlHandler {
  /** Bytes as they came; the chunk is not reused. */
  bytes(chunk: Uint8Array): void;
  /** The peer sent its FIN; it may still read. */
  end(): void;
  /** The connection is gone; called once, last. `error`: why, when it was not an orderly close. */
  closed(error?: Error): void;
}

/** A server as a client names it. */
export interface ConnectionTarget {
  /** Name or address. */
  readonly host: string;
  readonly port: number;
}

/** One control connection, of either end. */
export interface ControlConnection {
  readonly peer: Endpoint;
  readonly local: Endpoint;
  /** Where the peer meant to go, when that is known (PROXY header, REDIRECT) and is not `local`. */
  readonly destination?: Endpoint | undefined;
  /** Whom the peer asked for, when this end is a proxy (SOCKS) to it. */
  readonly target?: ConnectionTarget | undefined;
  readonly secure: boolean;
  readonly tls: TlsFacts | undefined;
  /** From now on the connection's events (open, tls, fin, reset, closed) go to this trace; `open` is told at once. */
  observe(context: TraceContext): void;
  /** Starts delivery. Nothing is read before this is called. May be called again to change the handler. */
  handle(handler: ControlHandler): void;
  /** One call is one segment (Nagle's algorithm is off): NAT helpers look at segment starts only. Coalesce before, not here. */
  write(bytes: Uint8Array): void;
  /** Bytes that the kernel has not taken yet: grows when the peer never reads. */
  readonly pendingWrite: number;
  /** Calls `done` once everything written so far has been taken by the kernel, or the connection is gone. */
  flushed(done: () => void): void;
  pause(): void;
  resume(): void;
  /**
   * Turns the running connection into TLS (RFC 4217 §4). Call it in the same tick as the write of the 234 (server) or the
   * arrival of the 234 (client): bytes that were delivered before cannot be part of the handshake. Rejects with
   * FTP_TIMEOUT or FTP_CONNECTION (phase `tls`); the connection is then destroyed.
   */
  startTls(session: TlsSession, options?: StartTlsOptions): Promise<TlsFacts>;
  /**
   * Back to clear (RFC 4217 §5): sends close_notify, waits for the peer's, keeps the TCP connection. Possible only when the
   * session's settings said `allowClear`; FTP_LOCAL_PROTOCOL otherwise. Call it in the same tick as the write of the 200
   * (server) or the arrival of the 200 (client).
   */
  stopTls(options?: StartTlsOptions): Promise<void>;
  /**
   * Gives the connection itself away, in the clear and paused: for `readHello` and `passBytes`. Whoever handles it hears nothing any more.
   * Call it in the same tick as the write or the arrival of the 234.
   */
  release(): RawStream;
  /** FIN after everything written; the peer may still send. */
  end(): void;
  destroy(error?: Error): void;
}
