import { createServer, type Server, type Socket } from 'node:net';
import { type Endpoint, FtpConnectionError, type ProxiedEnds } from '@duoport/protocol';
import { AcceptedConnection } from './accepted-connection.ts';
import type { Awaitable } from './bytes.ts';
import type { ConnectionTarget, ControlConnection } from './control-connection.ts';
import { KEEP_ALIVE_DELAY } from './control-dial.ts';
import { ControlSocket } from './control-socket.ts';
import { type CloseOptions, Crowd } from './crowd.ts';
import { descriptorOf } from './descriptor-of.ts';
import { bindForeign, originalDestination } from './native/foreign-socket.ts';
import type { PortPool } from './port-pool.ts';
import { ProxyIntake, type ProxyTrust } from './proxy-intake.ts';
import type { SinglePort } from './single-port.ts';
import { kernelEndpoint, peerEndpoint } from './socket-address.ts';
import { errorCode, explainSocketError } from './socket-error.ts';
import { SocksIntake } from './socks-intake.ts';
import type { TlsServer } from './tls-server.ts';
import type { TlsSession } from './tls-session.ts';

export interface ListenOptions {
  /** Address to bind. Default: all, both families where the machine has them. */
  readonly host?: string | undefined;
  /** 0: a free one. */
  readonly port: number;
  /** Descriptor of a socket that is bound already, instead of `host` and `port`: from the service manager. */
  readonly fd?: number | undefined;
  /** Turned away without a word beyond this many. Default: none. */
  readonly maxConnections?: number | undefined;
  readonly backlog?: number | undefined;
  /**
   * Connections that are steered here on their way to others (TPROXY, REDIRECT): `local` of a connection, or its `destination`, is where
   * it was meant to go.
   */
  readonly transparent?: boolean | undefined;
  /**
   * Clients speak SOCKS first, and say where they want to go. Those that name a port that this pool has leased to them are its data
   * connections.
   */
  readonly socks?: PortPool | undefined;
  /** Load balancers and proxies in front, which say in a PROXY header whose connection it is. Default: none is believed. */
  readonly proxy?: ProxyTrust | undefined;
  /** An accept error of the listener, or a connection without the PROXY header that it must have. */
  onError?(error: Error, peer: Endpoint | undefined): void;
}

export interface AcceptControlOptions {
  /** TLS from the first byte: the connection is handed over once its handshake is done. */
  readonly implicitTls?: TlsServer | undefined;
  /** `tls` is the session that data connections must be bound to, when the listener is implicit TLS. */
  onConnection(connection: ControlConnection, tls: TlsSession | undefined): void;
  /** A connection that failed before it was handed over (TLS handshake), or an accept error of the listener. */
  onError?(error: Error, peer: Endpoint | undefined): void;
}

export interface ListenControlOptions extends ListenOptions, AcceptControlOptions {
  /** Looks at each connection before anything is read of it or said to it; true: it is somebody else's from now on. */
  readonly divert?: ((connection: AcceptedConnection) => Awaitable<boolean>) | undefined;
  /** Looks at each control connection before its TLS handshake; false: it has been sent away. */
  readonly admit?: ((connection: AcceptedConnection) => boolean) | undefined;
  /** Data connections come in on this port too: the door takes them out. */
  readonly door?: SinglePort | undefined;
}

export interface ControlListener {
  readonly endpoint: Endpoint;
  /** Of the listening socket, for another process that is to go on. Undefined where a socket has none. */
  readonly fd: number | undefined;
  /** Stops accepting. Connections already handed over live on. */
  close(options?: CloseOptions): Promise<void>;
}

/** Listens for control connections. Rejects with FTP_CONNECTION (phase `listen`) naming the address, the port and the cure. */
export async function listenControl(options: ListenControlOptions): Promise<ControlListener> {
  const { door, implicitTls } = options;
  const opening = new Crowd<ControlSocket>();
  const accept = (connection: AcceptedConnection) => {
    if (options.admit?.(connection) === false) return undefined;
    const control = acceptControl(connection, { ...options, onSettled: (done) => opening.delete(done) });
    if (implicitTls) opening.add(control);
    return control;
  };
  const arrival = {
    implicit: implicitTls !== undefined,
    control: (connection: AcceptedConnection) => {
      const { address } = connection.peer;
      const control = accept(connection);
      if (control === undefined) door?.left(address);
      else control.onceClosed(() => door?.left(address));
    },
  };
  const enter = (connection: AcceptedConnection) =>
    door ? door.arrived(connection, arrival) : void accept(connection);
  const { divert } = options;
  const listener = await listenConnections(options, (connection) => {
    if (divert === undefined) return enter(connection);
    const diverted = divert(connection);
    if (diverted === false) return enter(connection);
    const look = async () => {
      if (!(await diverted)) enter(connection);
    };
    look().catch((error: unknown) => {
      connection.destroy();
      options.onError?.(error instanceof Error ? error : new Error(String(error)), connection.peer);
    });
  });
  return {
    endpoint: listener.endpoint,
    get fd() {
      return listener.fd;
    },
    close: async (how) => {
      await listener.close(how);
      if (how?.finish !== true) for (const control of opening) control.destroy();
      else await opening.empty(undefined, () => undefined);
    },
  };
}

/** Listens for connections of any kind. Rejects as {@link listenControl} does. */
export async function listenConnections(
  options: ListenOptions,
  onConnection: (connection: AcceptedConnection) => void,
): Promise<ControlListener> {
  const { maxConnections, proxy, transparent } = options;
  const server = createServer({
    pauseOnConnect: true,
    allowHalfOpen: true,
    noDelay: true,
    keepAlive: true,
    keepAliveInitialDelay: KEEP_ALIVE_DELAY,
  });
  if (maxConnections !== undefined) server.maxConnections = maxConnections;
  const meant = transparent ? await originalDestination() : undefined;
  const intake = proxy && new ProxyIntake(proxy);
  const admitted = (socket: Socket, known?: ProxiedEnds | { readonly target: ConnectionTarget }) => {
    const connection = AcceptedConnection.of(socket, known ?? { destination: meant?.(socket) });
    if (connection) onConnection(connection);
  };
  const talk = options.socks && socksTalk(options.socks, admitted, options.onError);
  server.on('connection', (socket) => {
    if (talk) return talk.admit(socket);
    if (intake === undefined) return admitted(socket);
    const peer = peerEndpoint(socket);
    intake.admit(socket, {
      admitted: (ends) => admitted(socket, ends),
      refused: (error) => options.onError?.(error, peer),
    });
  });
  await listen(server, options);
  return listener(server, talk ?? intake);
}

/** Both families, or IPv4 where the kernel has no IPv6: as Node does it. */
async function bindTransparent(host: string | undefined, port: number): Promise<number> {
  if (host !== undefined) return bindForeign(host, port);
  try {
    return await bindForeign('::', port);
  } catch (error) {
    if (errorCode(error) === 'EAFNOSUPPORT') return bindForeign('0.0.0.0', port);
    throw error;
  }
}

function socksTalk(
  pool: PortPool,
  admitted: (socket: Socket, known: { readonly target: ConnectionTarget }) => void,
  onError: ListenOptions['onError'],
) {
  const intake = new SocksIntake();
  return {
    close: (how: CloseOptions) => intake.close(how),
    admit: (socket: Socket) => {
      const peer = peerEndpoint(socket);
      intake.admit(socket, {
        connected: ({ host, port }) => {
          if (!pool.offer(socket, port)) admitted(socket, { target: { host, port } });
        },
        refused: (error) => onError?.(error, peer),
      });
    },
  };
}

async function listen(server: Server, options: ListenOptions): Promise<void> {
  const { host, port, fd, backlog = 511, transparent } = options;
  try {
    const bound = fd ?? (transparent ? await bindTransparent(host, port) : undefined);
    const where = bound === undefined ? { port, ...(host === undefined ? {} : { host }) } : { fd: bound };
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen({ ...where, backlog }, () => {
        server.off('error', reject);
        resolve();
      });
    });
  } catch (cause) {
    const what = fd === undefined ? `${host ?? '*'} port ${port}` : `descriptor ${fd}`;
    const text = `Could not listen on ${what}: ${explainSocketError(cause)}`;
    throw new FtpConnectionError(text, { channel: 'control', phase: 'listen', cause });
  }
  server.on('error', (error) => options.onError?.(error, undefined));
}

function listener(
  server: Server,
  intake: { close(how: CloseOptions): Promise<void> } | undefined,
): ControlListener {
  const bound = server.address();
  const at = bound === null || typeof bound === 'string' ? { address: '0.0.0.0', port: 0 } : bound;
  return {
    endpoint: kernelEndpoint(at.address, at.port),
    get fd() {
      return descriptorOf(server);
    },
    close: async (how = {}) => {
      // Its callback waits for connections that were handed over: they have owners.
      server.close();
      await intake?.close(how);
    },
  };
}

/** Makes a control connection of what came in. */
export function acceptControl(
  connection: AcceptedConnection,
  options: AcceptControlOptions & { onSettled?(control: ControlSocket): void },
): ControlSocket {
  const { peer } = connection;
  const control = new ControlSocket(connection.take(), peer, 'client');
  control.destination = connection.destination;
  control.target = connection.target;
  const { implicitTls } = options;
  if (!implicitTls) {
    options.onConnection(control, undefined);
    return control;
  }
  secured(control, implicitTls)
    .then(
      (session) => options.onConnection(control, session),
      (error: unknown) => options.onError?.(error instanceof Error ? error : new Error(String(error)), peer),
    )
    .finally(() => options.onSettled?.(control));
  return control;
}

async function secured(control: ControlSocket, tls: TlsServer): Promise<TlsSession> {
  if (!tls.isReady) {
    const { peer } = control;
    const text = 'The certificate of this server is not there yet';
    const error = new FtpConnectionError(text, { channel: 'control', phase: 'tls', peer });
    control.destroy(error);
    throw error;
  }
  const session = tls.session();
  await control.startTls(session);
  return session;
}
