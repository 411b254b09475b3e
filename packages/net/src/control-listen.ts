import { createServer, type Server, type Socket } from 'node:net';
import { type Endpoint, FtpConnectionError } from '@duoport/protocol';
import type { ControlConnection } from './control-connection.ts';
import { KEEP_ALIVE_DELAY } from './control-dial.ts';
import { ControlSocket } from './control-socket.ts';
import { kernelEndpoint, peerEndpoint } from './socket-address.ts';
import { explainSocketError } from './socket-error.ts';
import type { TlsServer, TlsSession } from './tls-session.ts';

export interface ListenControlOptions {
  /** Address to bind. Default: all, both families where the machine has them. */
  readonly host?: string | undefined;
  /** 0: a free one. */
  readonly port: number;
  /** TLS from the first byte: the connection is handed over once its handshake is done. */
  readonly implicitTls?: TlsServer | undefined;
  /** Turned away without a word beyond this many. Default: none. */
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
export function listenControl(options: ListenControlOptions): Promise<ControlListener> {
  const { host, port, backlog = 511, maxConnections } = options;
  const server = createServer({
    pauseOnConnect: true,
    allowHalfOpen: true,
    noDelay: true,
    keepAlive: true,
    keepAliveInitialDelay: KEEP_ALIVE_DELAY,
  });
  if (maxConnections !== undefined) server.maxConnections = maxConnections;
  const secured = new Set<Socket>();
  server.on('connection', (socket) => accept(socket, options, secured));
  return new Promise((resolve, reject) => {
    const onError = (cause: Error) => {
      const text = `Could not listen on ${host ?? '*'} port ${port}: ${explainSocketError(cause)}`;
      reject(new FtpConnectionError(text, { channel: 'control', phase: 'listen', cause }));
    };
    server.once('error', onError);
    server.listen({ port, backlog, ...(host === undefined ? {} : { host }) }, () => {
      server.off('error', onError);
      server.on('error', (error) => options.onError?.(error, undefined));
      resolve(listener(server, secured));
    });
  });
}

function listener(server: Server, secured: ReadonlySet<Socket>): ControlListener {
  const bound = server.address();
  const at = bound === null || typeof bound === 'string' ? { address: '0.0.0.0', port: 0 } : bound;
  return {
    endpoint: kernelEndpoint(at.address, at.port),
    close: async () => {
      for (const socket of secured) socket.destroy();
      // Its callback waits for connections that were handed over: they have owners.
      server.close();
    },
  };
}

function accept(socket: Socket, options: ListenControlOptions, secured: Set<Socket>): void {
  const peer = peerEndpoint(socket);
  if (!peer) {
    socket.destroy();
    return;
  }
  const control = new ControlSocket(socket, peer, 'client');
  if (!options.implicitTls) {
    options.onConnection(control, undefined);
    return;
  }
  const session = options.implicitTls.session();
  secured.add(socket);
  control
    .startTls(session)
    .then(
      () => options.onConnection(control, session),
      (error: unknown) => options.onError?.(error instanceof Error ? error : new Error(String(error)), peer),
    )
    .finally(() => secured.delete(socket));
}
