import type { ControlConnection } from './control-connection.ts';
import type { TlsSession } from './tls-session.ts';
import type { Trace } from './trace.ts';

export interface DialControlOptions {
  /** Name or literal address. */
  readonly host: string;
  readonly port: number;
  /** TLS from the first byte (port 990). */
  readonly implicitTls?: TlsSession | undefined;
  /** Milliseconds to be connected, TLS not counted. Default: limits. */
  readonly timeout?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly localAddress?: string | undefined;
  /** Restricts a host name to one family. */
  readonly family?: 4 | 6 | undefined;
  readonly trace?: Trace | undefined;
}

/** Opens a control connection. Rejects with FTP_CONNECTION or FTP_TIMEOUT, channel `control`. */
export function dialControl(_options: DialControlOptions): Promise<ControlConnection> {
  throw new Error('not yet');
}
