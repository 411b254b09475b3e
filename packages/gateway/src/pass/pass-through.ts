import {
  type ControlListener,
  Crowd,
  listenConnections,
  type PoolGauges,
  PortPool,
  proxyTrust,
  SessionCounts,
} from '@duoport/net';
import { type Endpoint, limits, type Reply, reply } from '@duoport/protocol';
import { type Door, doorsOf } from '../doors.ts';
import { fleetOf, type ServerStatus } from '../fleet/fleet.ts';
import { HealthMonitor } from '../fleet/health-monitor.ts';
import { Services } from '../fleet/services.ts';
import { newMark } from '../loop.ts';
import { type GatewayMetrics, Metrics } from '../metrics.ts';
import type { Upstream } from '../upstream.ts';
import { type DataPortDoor, DataPorts } from './data-ports.ts';
import { Echoes } from './echoes.ts';
import { Guests } from './guests.ts';
import type { PassContext } from './pass-context.ts';
import { checkPassOptions, type PassThroughOptions } from './pass-options.ts';
import { PassSession } from './pass-session.ts';
import { TicketBook } from './ticket-book.ts';
import { type VisitChange, Visitors } from './visitors.ts';

/**
 * A gateway that cannot read what is said: TLS begins at the client and ends at the server. Made by `createPassThrough`; does nothing
 * until `start`.
 */
export class FtpPassThrough implements AsyncDisposable {
  readonly #options: PassThroughOptions;
  readonly #context: PassContext;
  readonly #metrics = new Metrics();
  readonly #data: DataPorts;
  readonly #health: HealthMonitor | undefined;
  readonly #sessions = new Crowd<PassSession>();
  readonly #counts = new SessionCounts();
  readonly #listening: (Endpoint & { readonly implicitTls: boolean })[] = [];
  readonly #listeners: ControlListener[] = [];
  readonly #guests: Guests;
  #nextSession = 1;
  #state: 'open' | 'leaving' | 'closing' = 'open';

  /** @throws RangeError for a setting that cannot work. */
  constructor(options: PassThroughOptions) {
    checkPassOptions(options);
    this.#options = options;
    this.#context = contextOf(options, (event) => {
      this.#metrics.count(event);
      options.log?.(event);
    });
    const { dataHost: host, proxy, dataDoors = [] } = options;
    this.#data = new DataPorts({
      context: this.#context,
      host,
      proxy: proxyTrust(proxy?.data),
      doors: [...dataDoors],
    });
    this.#guests = new Guests(this.#context.visitors, this.#context.servers);
    this.#health = monitorOf(options, this.#context);
  }

  /** Where it listens for control connections, in the order of the option. */
  get listening(): readonly (Endpoint & { readonly implicitTls: boolean })[] {
    return this.#listening;
  }

  /** Connections to the control ports that are open now. */
  get sessions(): number {
    return this.#sessions.size;
  }

  /** How these servers stand, in their order. */
  status(servers: readonly Upstream[]): readonly ServerStatus[] {
    return this.#context.fleet.status(servers);
  }

  /** No new session goes to this server; those that are there stay. `draining` false ends it. */
  drain(server: Upstream, draining = true): void {
    this.#context.fleet.drain(server, draining);
  }

  /** What has happened so far. What is said inside TLS (logins, transfers by verb) is not known here. */
  metrics(): GatewayMetrics {
    return this.#metrics.read(this.ports);
  }

  get ports(): { readonly client: PoolGauges; readonly server: PoolGauges } {
    const client = this.#data.gauges();
    return { client, server: { ...client, listeners: 0, capacity: undefined, strays: 0 } };
  }

  /** The listening sockets for another process, by their descriptors; without those that have none. */
  get doors(): readonly Door[] {
    return doorsOf(this.#listeners, this.#listening);
  }

  get dataDoors(): readonly DataPortDoor[] {
    return this.#data.doors;
  }

  /**
   * Another process takes the data ports. It must know whose they are: who is there now is returned, and `tell` hears who comes and leaves.
   */
  handOver(tell: (change: VisitChange) => void): readonly VisitChange[] {
    this.#context.visitors.onChange = tell;
    return this.#context.visitors.list();
  }

  /** The other process listens on the data ports: this one does no more. */
  async shutData(): Promise<void> {
    this.#context.dataElsewhere = true;
    await this.#data.shut();
  }

  /** The other process has not made it: this one listens again. Rejects as `start` does. */
  async openData(): Promise<void> {
    this.#context.dataElsewhere = false;
    await this.#data.listen();
  }

  /** A client of the process before this one has come or left; undefined: all have left. */
  guest(change: VisitChange | undefined): void {
    if (change === undefined) this.#guests.clear();
    else this.#guests.change(change);
  }

  /**
   * Starts to listen everywhere, or nowhere. `between`: when the data ports are listened on, and before the control ports are.
   * @throws FtpConnectionError (phase `listen`) that names the address, the port and what to do.
   */
  async start(between?: () => Promise<void>): Promise<void> {
    const { listen = [{}], proxy } = this.#options;
    try {
      await this.#data.listen();
      await between?.();
      for (const { host, port = 21, fd, implicitTls = false } of listen) {
        const listener = await listenConnections(
          { host, port, fd, proxy: proxyTrust(proxy?.control) },
          (connection) => this.#accept(new PassSession(this.#facts(connection, implicitTls))),
        );
        this.#listeners.push(listener);
        this.#listening.push({ ...listener.endpoint, implicitTls });
      }
      this.#health?.start();
    } catch (error) {
      await this.close({ grace: 0 });
      throw error;
    }
  }

  /** Takes no new session any more; resolves when the last one is over, by itself. */
  async leave(): Promise<void> {
    this.#state = 'leaving';
    await this.#health?.close();
    // On one port data connections of those who are there still come.
    if (!this.#context.singlePort || this.#context.dataElsewhere) await this.#stopListening();
    await this.#sessions.empty(undefined, () => undefined);
    await this.close({ grace: 0 });
  }

  /** Stops accepting and lets running sessions finish within `grace` milliseconds (default 10,000): they cannot be told. */
  async close({ grace = 10_000 }: { readonly grace?: number } = {}): Promise<void> {
    this.#state = 'closing';
    await this.#health?.close();
    await this.#stopListening();
    for (const session of this.#sessions) session.finish(reply(421, 'The gateway is shutting down.'));
    await this.#sessions.empty(grace, (session) => session.destroy('the gateway shut down'));
    await this.#data.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #stopListening(): Promise<void> {
    await Promise.all(this.#listeners.splice(0).map((listener) => listener.close()));
  }

  #facts(
    connection: ConstructorParameters<typeof PassSession>[0]['connection'],
    implicitTls: boolean,
  ): ConstructorParameters<typeof PassSession>[0] {
    return {
      id: this.#nextSession++,
      connection,
      implicitTls,
      context: this.#context,
      refusal: this.#refusal(connection.peer.address),
      known: this.#state === 'leaving',
      ended: (session) => this.#ended(session),
    };
  }

  #accept(session: PassSession): void {
    const { clientAddress } = session;
    this.#sessions.add(session);
    this.#counts.came(clientAddress);
    session.start();
  }

  #refusal(address: string): Reply | undefined {
    const { maxSessions = 10_000, maxSessionsPerAddress = Number.POSITIVE_INFINITY } = this.#options;
    const most = { sessions: maxSessions, perAddress: maxSessionsPerAddress };
    const refusal = this.#counts.refusal(address, most);
    return refusal && reply(421, refusal.told);
  }

  #ended(session: PassSession): void {
    this.#counts.left(session.clientAddress);
    this.#sessions.delete(session);
  }
}

/**
 * A gateway that passes TLS through to these servers.
 * @throws RangeError for a setting that cannot work.
 */
export function createPassThrough(options: PassThroughOptions): FtpPassThrough {
  return new FtpPassThrough(options);
}

function contextOf(options: PassThroughOptions, log: PassContext['log']): PassContext {
  const { to, route, timeouts = {} } = options;
  return {
    servers: to,
    route: route ?? (() => ({ upstreams: to })),
    singlePort: options.singlePort === true,
    fleet: fleetOf({ balance: options.balance, eject: options.eject, changed: options.onHealth }),
    visitors: new Visitors(),
    dataElsewhere: false,
    tickets: new TicketBook(),
    echoes: new Echoes(),
    greeting: 'duoport FTP gateway ready: AUTH TLS first.',
    mark: newMark(),
    connectTimeout: timeouts.connect ?? limits.greetingTimeout,
    replyTimeout: timeouts.reply ?? limits.replyTimeout,
    idleTimeout: timeouts.idle ?? limits.idleTimeout,
    log,
  };
}

function monitorOf({ health, to }: PassThroughOptions, { fleet }: PassContext): HealthMonitor | undefined {
  if (health === undefined) return undefined;
  const services = new Services({
    lookup: async () => [],
    random: Math.random,
    now: () => performance.now(),
  });
  // Whom to trust is for the clients to say.
  const servers = to.map((server) => ({ ...server, tlsSettings: { ...server.tlsSettings, insecure: true } }));
  return new HealthMonitor({ ...health, servers, fleet, services, pool: new PortPool() });
}
