import type { Endpoint } from '@duoport/protocol';
import type { ByteSink, ByteSource, PumpOptions, TransferCount } from './bytes.ts';
import type { TlsSession } from './tls-session.ts';
import type { TlsFacts } from './tls-settings.ts';
import type { ConnectionName, Side } from './trace.ts';

export interface StartTlsOptions {
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds for the handshake. Default: the settings', else limits. */
  readonly timeout?: number | undefined;
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

/** One data connection, of either end. Used for one transfer. */
export interface DataConnection extends DataConnectionFacts {
  readonly tls: TlsFacts | undefined;
  /**
   * TLS handshake; the role is the session's, whoever dialled. Call it after the peer has the command. Checks the binding:
   * FTP_CONNECTION (phase `tls`) with the reason when it is required and the session was not resumed.
   */
  startTls(session: TlsSession, options?: StartTlsOptions): Promise<TlsFacts>;
  /**
   * Sends all of `source`, then close_notify (TLS) and FIN. Resolves when the kernel has every byte and, with TLS, the
   * peer's close_notify or FIN came or a short time has passed. Closes the connection and the source on every path.
   * Rejects with FTP_TRANSFER, FTP_TIMEOUT (phase `stall`) or the source's own error.
   */
  send(source: ByteSource, options?: PumpOptions): Promise<TransferCount>;
  /**
   * Receives until the peer's FIN (and close_notify) and answers with FIN. Every byte was taken by the sink when it
   * resolves. Closes the connection on every path. Rejects with FTP_TRANSFER, FTP_TIMEOUT or the sink's own error.
   */
  receive(sink: ByteSink, options?: PumpOptions): Promise<TransferCount>;
  /** Drops the connection at once: a transfer that runs rejects. */
  destroy(reason?: Error): void;
}
