import {
  type AcceptedConnection,
  type ControlListener,
  dialControl,
  listenConnections,
  type PoolGauges,
  type ProxyTrust,
  passBytes,
  resetStream,
} from '@duoport/net';
import { encodeProxyHeader, FtpClosedError, isFtpError } from '@duoport/protocol';
import type { PassContext } from './pass-context.ts';
import { outside, type PassedServer } from './pass-options.ts';
import type { Visit } from './visitors.ts';

export interface DataPortsOptions {
  readonly context: PassContext;
  readonly host: string | undefined;
  readonly proxy: ProxyTrust | undefined;
  /** Descriptors of ports that are listened on already. */
  readonly doors: DataPortDoor[];
}

/** A listening socket by its descriptor. */
export interface DataPortDoor {
  readonly port: number;
  readonly fd: number;
}

/**
 * The passive ranges of all servers: a port of the gateway for each of theirs, always open. Who has no control connection to that server is
 * turned away; whose data connection it is among those of one address is for the TLS of the server to prove.
 */
export class DataPorts {
  readonly #options: DataPortsOptions;
  readonly #listeners: ControlListener[] = [];
  readonly #open = new Set<AbortController>();
  readonly #counts = { given: 0, used: 0, refused: 0, strays: 0 };

  constructor(options: DataPortsOptions) {
    this.#options = options;
  }

  /** Nothing, when it listens already. Rejects with FTP_CONNECTION (phase `listen`) that names the first port that cannot be had. */
  async listen(): Promise<void> {
    if (this.#listeners.length > 0) return;
    const { context, host, proxy, doors } = this.#options;
    // Each is given to one listener, which closes it.
    const inherited = new Map(doors.splice(0).map(({ port, fd }) => [port, fd]));
    for (const server of context.servers) {
      const { data } = server;
      for (const port of data === undefined ? [] : outside(data)) {
        const inside = port - (data?.shift ?? 0);
        const arrived = (connection: AcceptedConnection) => this.#arrived(connection, server, inside);
        this.#listeners.push(
          await listenConnections({ host, port, fd: inherited.get(port), proxy }, arrived),
        );
      }
    }
  }

  /** For another process. */
  get doors(): readonly DataPortDoor[] {
    return this.#listeners.flatMap(({ fd, endpoint: { port } }) => (fd === undefined ? [] : [{ port, fd }]));
  }

  /** Stops listening; what is running goes on. */
  async shut(): Promise<void> {
    await Promise.all(this.#listeners.splice(0).map((listener) => listener.close({ finish: true })));
  }

  gauges(): PoolGauges {
    const listeners = this.#listeners.length;
    return { ...this.#counts, leases: this.#open.size, listeners, capacity: listeners, held: 0, expired: 0 };
  }

  /** Stops listening, and cuts what is running. */
  async close(): Promise<void> {
    await Promise.all(this.#listeners.splice(0).map((listener) => listener.close()));
    for (const over of this.#open) over.abort(new FtpClosedError('the gateway shut down'));
  }

  #arrived(connection: AcceptedConnection, server: PassedServer, port: number): void {
    const visit = this.#options.context.visitors.transfer(connection.peer.address, server);
    if (visit === undefined) {
      this.#counts.strays += 1;
      return connection.destroy();
    }
    this.#counts.given += 1;
    void this.#pass(connection, { server, port, visit }).finally(visit.end);
  }

  async #pass(
    connection: AcceptedConnection,
    { server, port, visit }: { readonly server: PassedServer; readonly port: number; readonly visit: Visit },
  ): Promise<void> {
    const { connectTimeout, idleTimeout, log } = this.#options.context;
    const { peer: client, local, destination = local } = connection;
    const about = { session: visit.session, client, server: { ...visit.server, port } };
    const [over, started] = [new AbortController(), performance.now()];
    const stream = connection.take();
    const onGone = () => over.abort(new FtpClosedError('the client is gone'));
    stream.once('close', onGone).on('error', onGone);
    this.#open.add(over);
    try {
      const dialled = await dialControl({
        host: visit.server.address,
        port,
        localAddress: visit.local.address,
        preface: server.proxy && encodeProxyHeader(server.proxy, { source: client, destination }),
        timeout: connectTimeout,
        signal: over.signal,
      });
      this.#counts.used += 1;
      stream.off('close', onGone).off('error', onGone);
      const passed = await passBytes(stream, dialled.release(), { idle: idleTimeout, signal: over.signal });
      log({ kind: 'passed', ...about, ...passed, duration: performance.now() - started });
    } catch (error) {
      this.#counts.refused += 1;
      resetStream(stream.on('error', ignore));
      if (isFtpError(error)) log({ kind: 'link-failed', ...about, host: server.host, error: error.message });
      else log({ kind: 'bug', ...about, verb: 'a data connection', error });
    } finally {
      this.#open.delete(over);
    }
  }
}

function ignore(): void {}
