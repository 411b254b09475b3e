import type { Endpoint } from '@duoport/protocol';
import type { ControlConnection } from './control-connection.ts';
import type { TlsServer, TlsSession } from './tls-session.ts';

export interface ListenControlOptions {
  /** Address to bind. Default: all, both families where the machine has them. */
  readonly host?: string | undefined;
  /** 0: a free one. */
  readonly port: number;
  /** TLS from the first byte: the connection is handed over once its handshake is done. */
  readonly implicitTls?: TlsServer | undefined;
  /** Turned away with a FIN beyond this many. Default: none. */
  readonly maxConnections?: number | undefined;
  readonly backlog?: number | undefined;
  /** `tls` is the session that data connections must be bound to, when the listener is implicit TLS. */
  onConnection(connection: ControlConnection, tls: TlsSession | undefined): void;
  /** A connection that failed before it was handed over (TLS handshake), or an accept error of the listener. */
  onError?(error: Error, peer: Endpoint | undefined): void;
}

export interface ControlListener {
  readonly endpoint: Endpoint;
  /** Stops accepting. Connections already handed over live on. */
  close(): Promise<void>;
}

/** Listens for control connections. Rejects with FTP_CONNECTION (phase `listen`) naming the address, the port and the cure. */
export function listenControl(_options: ListenControlOptions): Promise<ControlListener> {
  throw new Error('not yet');
}
