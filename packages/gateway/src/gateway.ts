import {
  type ClientWay,
  type CloseOptions,
  type ControlConnection,
  type ControlListener,
  Crowd,
  listenControl,
  mover,
  type PoolGauges,
  SessionCounts,
  type TlsSession,
} from '@duoport/net';
import { type Endpoint, type Reply, reply } from '@duoport/protocol';
import { type ClientEnds, ownWay } from './client-side.ts';
import { type Door, doorsOf } from './doors.ts';
import type { ServerStatus } from './fleet/fleet.ts';
import { HealthMonitor } from './fleet/health-monitor.ts';
import { markedGreeting } from './loop.ts';
import type { GatewayMetrics } from './metrics.ts';
import { type GatewayListen, type GatewayOptions, type Settings, settingsOf } from './options.ts';
import { GatewaySession } from './session.ts';
import type { Upstream } from './upstream.ts';

/** Stands between FTP clients and servers. Made by `createGateway`; does nothing until `start`. */
export class FtpGateway implements AsyncDisposable {
  readonly #settings: Settings;
  readonly #listen: readonly GatewayListen[];
  readonly #sessions = new Crowd<GatewaySession>();
  readonly #counts = new SessionCounts();
  readonly #listening: (Endpoint & { readonly implicitTls: boolean })[] = [];
  #listeners: ControlListener[] = [];
  #nextSession = 1;
  #closing = false;
  /** Long transfers that are plain on both sides go from kernel to kernel, where that works. */
  #leaveMover: () => Promise<void> = async () => undefined;
  readonly #health: HealthMonitor | undefined;

  constructor(options: GatewayOptions) {
    this.#settings = settingsOf(options);
    this.#health = monitorOf(options, this.#settings);
    this.#listen = options.listen ?? [{}];
  }

  /** Where it listens, in the order of the option. */
  get listening(): readonly (Endpoint & { readonly implicitTls: boolean })[] {
    return this.#listening;
  }

  /** Sessions open now. */
  get sessions(): number {
    return this.#sessions.size;
  }

  /** How these servers stand, in their order. */
  status(servers: readonly Upstream[]): readonly ServerStatus[] {
    return this.#settings.fleet.status(servers);
  }

  /** No new session goes to this server; those that are there stay. `draining` false ends it. */
  drain(server: Upstream, draining = true): void {
    this.#settings.fleet.drain(server, draining);
  }

  /** What has happened so far, by side and mode. */
  metrics(): GatewayMetrics {
    return this.#settings.metrics.read(this.ports);
  }

  /** The data ports of both sides, for metrics. */
  get ports(): { readonly client: PoolGauges; readonly server: PoolGauges } {
    return { client: this.#settings.client.pool.gauges(), server: this.#settings.serverPool.gauges() };
  }

  /** The same for another process, by the descriptors of the sockets; without those that have none. */
  get doors(): readonly Door[] {
    return doorsOf(this.#listeners, this.#listening);
  }

  /**
   * Starts to listen everywhere, or nowhere.
   * @throws FtpConnectionError (phase `listen`) that names the address, the port and what to do.
   */
  async start(): Promise<void> {
    this.#leaveMover = mover.use();
    try {
      for (const where of this.#listen) await this.listen(where);
      this.#health?.start();
    } catch (error) {
      await this.close({ grace: 0 });
      throw error;
    }
  }

  /**
   * Listens in one more place, now. It counts from then on as one of the option's.
   * @throws FtpConnectionError (phase `listen`) that names the address, the port and what to do.
   */
  async listen({
    host,
    port = 21,
    fd,
    implicitTls = false,
    socks = false,
    divert,
  }: GatewayListen): Promise<Endpoint & { readonly implicitTls: boolean }> {
    const { tls } = this.#settings;
    if (implicitTls && tls === undefined)
      throw new RangeError('Implicit TLS needs a certificate: set client.tls.cert and client.tls.key.');
    if (socks && this.#settings.proxy !== undefined)
      throw new RangeError('A listener takes PROXY headers or SOCKS: leave out client.proxy.control.');
    const listener = await listenControl({
      host,
      port,
      fd,
      implicitTls: implicitTls ? tls : undefined,
      proxy: this.#settings.proxy,
      socks: socks ? this.#settings.client.pool : undefined,
      transparent: this.#settings.transparent,
      divert,
      onConnection: (connection, session) => this.accept(connection, { tls: session }),
    });
    this.#listeners.push(listener);
    const listening = { ...listener.endpoint, implicitTls };
    this.#listening.push(listening);
    return listening;
  }

  /**
   * Serves a client whose control connection did not come in here. `tls`: the session of its TLS, when it has begun with it. `way`:
   * how its data connections come about, when it is not by ports of this gateway.
   */
  accept(
    connection: ControlConnection,
    { tls, way }: { readonly tls?: TlsSession | undefined; readonly way?: ClientWay | undefined } = {},
  ): void {
    const { address } = connection.peer;
    const greeting = this.#greeting(address);
    const session = new GatewaySession({
      id: this.#nextSession++,
      connection,
      tls,
      settings: this.#settings,
      way,
      ended: (ended) => this.#ended(ended),
    });
    this.#sessions.add(session);
    this.#counts.came(address);
    session.start(greeting);
  }

  /** Ports and addresses of this gateway, for a client whose control connection somebody else serves. */
  clientWay(ends: ClientEnds): ClientWay {
    return ownWay(this.#settings.client, ends);
  }

  /**
   * Takes no new session any more and gives up the data ports that nobody needs; resolves when the last session is over, by itself.
   * `close` ends it sooner.
   */
  async leave(): Promise<void> {
    await this.#stopListening({ finish: true });
    this.#settings.client.pool.shrink();
    this.#settings.serverPool.shrink();
    await this.#sessions.empty(undefined, () => undefined);
    await this.close({ grace: 0 });
  }

  /** Stops accepting and lets running transfers finish within `grace` milliseconds (default 10,000). */
  async close({ grace = 10_000 }: { readonly grace?: number } = {}): Promise<void> {
    this.#closing = true;
    await this.#stopListening({ finish: false });
    for (const session of this.#sessions) session.finish(reply(421, 'The gateway is shutting down.'));
    await this.#sessions.empty(grace, (session) => session.destroy('the gateway shut down'));
    await Promise.all([
      this.#settings.client.pool.close(),
      this.#settings.serverPool.close(),
      this.#leaveMover(),
    ]);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #stopListening(how: CloseOptions): Promise<void> {
    // The listeners first: they stop at once.
    const closed = this.#listeners.splice(0).map((listener) => listener.close(how));
    await Promise.all([...closed, this.#health?.close()]);
  }

  #greeting(address: string): Reply {
    const { maxSessions, maxSessionsPerAddress, greeting, mark } = this.#settings;
    if (this.#closing) return reply(421, 'The gateway is shutting down.');
    const most = { sessions: maxSessions, perAddress: maxSessionsPerAddress };
    const refusal = this.#counts.refusal(address, most);
    return refusal === undefined ? reply(220, markedGreeting(greeting, mark)) : reply(421, refusal.told);
  }

  #ended(session: GatewaySession): void {
    this.#sessions.delete(session);
    this.#counts.left(session.clientAddress);
  }
}

/**
 * A gateway to these servers.
 * @throws RangeError for a setting that cannot work.
 */
export function createGateway(options: GatewayOptions): FtpGateway {
  return new FtpGateway(options);
}

/** @throws RangeError when it is not said which servers are to be probed. */
function monitorOf(
  { to, health }: GatewayOptions,
  { fleet, services, serverPool }: Settings,
): HealthMonitor | undefined {
  if (health === undefined) return undefined;
  const servers = health.servers ?? (typeof to === 'function' ? undefined : to);
  if (servers === undefined)
    throw new RangeError('A function chooses the servers: name those to be probed in health.servers.');
  return new HealthMonitor({ ...health, servers, fleet, services, pool: serverPool });
}
