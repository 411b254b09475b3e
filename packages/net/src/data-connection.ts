import type { Endpoint } from '@duoport/protocol';
import type { Awaitable, ByteSink, ByteSource, PumpOptions, TransferCount } from './bytes.ts';
import type { TlsSession } from './tls-session.ts';
import type { TlsFacts } from './tls-settings.ts';
import type { ConnectionName, Side } from './trace.ts';

export interface StartTlsOptions {
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds for the handshake. Default: the settings', else limits. */
  readonly timeout?: number | undefined;
}

export interface StartDataTlsOptions extends StartTlsOptions {
  /**
   * What the connection is for. `send` is a third faster; anything else keeps the TCP connection in sight, so that a
   * receive can tell a stream that was cut short from one that ended (default).
   */
  readonly transfer?: 'send' | 'receive' | undefined;
}

/** Plain facts of a data connection, for logs and traces. */
export interface DataConnectionFacts {
  readonly name: ConnectionName;
  readonly peer: Endpoint;
  readonly local: Endpoint;
  /** Which end opened it: `server` in active mode, `client` in passive mode. */
  readonly dialledBy: Side;
  readonly secure: boolean;
  /** TLS resumed the control connection's session. */
  readonly reused: boolean;
}

/** A transfer that is sent as it comes: the sink of whatever has the bytes. A write that fails closes the connection. */
export interface DataOutlet extends ByteSink {
  write(chunks: readonly Uint8Array[]): Awaitable<void>;
  /** All was written: close_notify (TLS) and FIN. Resolves when the kernel has them; closes the connection on every path. */
  end(): Promise<void>;
  /** There will be no end: the peer gets a reset. */
  fail(reason: unknown): void;
}

/** One data connection, of either end. Used for one transfer. */
export interface DataConnection extends DataConnectionFacts {
  readonly tls: TlsFacts | undefined;
  /** Resolves when the socket is gone; never rejects. A result may come before: TLS waits for the peer's end in the background. */
  readonly closed: Promise<void>;
  /**
   * TLS handshake; the role is the session's, whoever dialled. Call it after the peer has the command. Checks the binding:
   * FTP_CONNECTION (phase `tls`) with the reason when it is required and the session was not resumed.
   */
  startTls(session: TlsSession, options?: StartDataTlsOptions): Promise<TlsFacts>;
  /**
   * Sends all of `source`, then close_notify (TLS) and FIN. Resolves when the kernel has every byte and the FIN. Closes the
   * connection and the source on every path. Rejects with FTP_TRANSFER, FTP_TIMEOUT (phase `transfer`) or the source's own error.
   */
  send(source: ByteSource, options?: PumpOptions): Promise<TransferCount>;
  /** The same for bytes that are pushed. Errors are those of `send`. */
  outlet(options?: Pick<PumpOptions, 'signal' | 'stallTimeout'>): DataOutlet;
  /**
   * Receives until the peer's FIN (and close_notify) and answers with FIN. Every byte was taken by the sink when it
   * resolves. Closes the connection on every path. Rejects with FTP_TRANSFER, FTP_TIMEOUT or the sink's own error.
   */
  receive(sink: ByteSink, options?: PumpOptions): Promise<TransferCount>;
  /** Drops the connection at once: a transfer that runs rejects. */
  destroy(): void;
  /** The same with a reset: a peer that receives must not take what it has for the whole. */
  reset(): void;
}
