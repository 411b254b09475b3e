import {
  type AcceptedConnection,
  acceptControl,
  type ControlConnection,
  type ControlListener,
  listenControl,
  type PoolGauges,
  SinglePort,
  type TlsServer,
  type TlsSession,
} from '@duoport/net';
import { type Endpoint, type Reply, reply } from '@duoport/protocol';
import type { DataShut } from './data-failures.ts';
import { type DoorHandle, Doors, type Listening } from './doors.ts';
import { Entrance } from './entrance.ts';
import { failedHandshake } from './log.ts';
import { Session } from './session.ts';
import type { SessionView } from './session-view.ts';
import { type ListenOptions, type ServerOptions, type Settings, settingsOf } from './settings.ts';

/** An FTP server. Made by `createServer`; does nothing until `start`. */
export class FtpServer implements AsyncDisposable {
  #settings: Settings;
  #listen: readonly ListenOptions[];
  /** Each with the settings that it began with. */
  readonly #sessions = new Map<Session, Settings>();
  readonly #entrance = new Entrance();
  readonly #doors = new Doors((where) => this.#open(where));
  #nextSession = 1;
  #closing = false;
  #emptied: (() => void)[] = [];
  /** Connections that come before it is settled wait for it. */
  #gate: Promise<false> | undefined;

  constructor(options: ServerOptions) {
    this.#settings = settingsOf(options);
    this.#listen = options.listen ?? [{}];
  }

  /** Where it listens, in the order of the option. */
  get listening(): readonly Listening[] {
    return this.#doors.listening;
  }

  /** Sessions open now. */
  get sessions(): number {
    return this.#sessions.size;
  }

  /** What each session does now. */
  look(): readonly SessionView[] {
    return [...this.#sessions.keys()].map((session) => session.look());
  }

  /** Data connections with clients of which networks failed again and again, since none came about. */
  get shut(): readonly DataShut[] {
    return this.#settings.failures.shut();
  }

  /** Ends these sessions now, with a 421 that says so: their numbers are those of the log. Returns those that there were. */
  kick(sessions: ReadonlySet<number>, text = 'An administrator has ended this session.'): readonly number[] {
    const kicked: number[] = [];
    for (const session of this.#sessions.keys()) {
      if (!sessions.has(session.number)) continue;
      kicked.push(session.number);
      session.kick(reply(421, text));
    }
    return kicked;
  }

  /** The passive port pool, for metrics. */
  get ports(): PoolGauges {
    return this.#settings.pool.gauges();
  }

  /** The listening sockets for another process, by their descriptors; without those that have none. */
  get doors(): readonly DoorHandle[] {
    return this.#doors.handles;
  }

  /**
   * Starts to listen everywhere, or nowhere. `bound` is called when it listens, and before anybody is let in.
   * @throws FtpConnectionError (phase `listen`) that names the address, the port and what to do.
   */
  async start(bound?: () => void): Promise<void> {
    let open = (): void => undefined;
    if (bound)
      this.#gate = new Promise((resolve) => {
        open = () => resolve(false);
      });
    try {
      await this.#doors.change(this.#listen);
      bound?.();
    } catch (error) {
      await this.close({ grace: 0 });
      throw error;
    } finally {
      this.#gate = undefined;
      open();
    }
  }

  /**
   * New settings for the sessions that come from now on; those that are here keep theirs to the end. Listeners that are asked for no
   * more are closed, new ones opened; without `listen` they stay. When it rejects, nothing has changed.
   * @throws RangeError for a setting that cannot work, or cannot be changed; FtpConnectionError for a listener that cannot be had.
   */
  async reload(options: ServerOptions): Promise<void> {
    const earlier = this.#settings;
    const fresh = settingsOf(options, earlier);
    const listen = options.listen ?? this.#listen;
    if (fresh.tls === undefined && listen.some(({ implicitTls }) => implicitTls === true)) throw needsTls();
    this.#settings = fresh;
    try {
      await this.#doors.change(listen);
    } catch (error) {
      this.#settings = earlier;
      await this.#retire(fresh);
      throw error;
    }
    this.#listen = listen;
    // Ports that nobody has now are free for the new settings; the others follow with their leases.
    if (earlier.pool !== fresh.pool) earlier.pool.shrink();
    await this.#retire(earlier);
  }

  /**
   * Stops accepting and lets running transfers finish within `grace` milliseconds (default 10,000); idle sessions get
   * 421 at once, the others after their transfer, and whoever is left at the end is cut off.
   */
  async close({ grace = 10_000 }: { readonly grace?: number } = {}): Promise<void> {
    this.#closing = true;
    await this.#doors.close();
    for (const session of this.#sessions.keys()) session.finish(reply(421, 'The server is shutting down.'));
    if (this.#sessions.size > 0) await this.#emptiedWithin(grace);
    await this.#settings.pool.close();
    if (this.#settings.door instanceof SinglePort) this.#settings.door.close();
  }

  /** From now on only data ports that somebody needs are listened on: others may have the rest. */
  shrink(): void {
    this.#settings.pool.shrink();
  }

  /**
   * Takes no new session any more and gives up the data ports that nobody needs; resolves when the last session is over, by itself.
   * `close` ends it sooner.
   */
  async leave(): Promise<void> {
    await this.#doors.close({ finish: true });
    this.shrink();
    if (this.#sessions.size > 0) await new Promise<void>((resolve) => this.#emptied.push(resolve));
    await this.close({ grace: 0 });
  }

  /**
   * A control connection that another process accepted for this server. `session`: its number in the log; `over` is called when
   * the connection is gone. `refuse`: it is greeted with 421 and this text, whatever this server thinks.
   * @throws RangeError for implicit TLS without a certificate.
   */
  take(
    connection: AcceptedConnection,
    {
      implicitTls = false,
      session,
      over,
      refuse,
    }: {
      readonly implicitTls?: boolean;
      readonly session?: number;
      readonly over?: () => void;
      readonly refuse?: string | undefined;
    } = {},
  ): void {
    if (!this.#entrance.admits(connection, this.#settings, implicitTls)) {
      over?.();
      return;
    }
    const control = acceptControl(connection, {
      implicitTls: this.#implicit(implicitTls),
      onConnection: (made, tls) => this.#accept(made, tls, { id: session, refuse }),
      onError: (error, peer) => this.#unsecured(error, peer, session),
    });
    if (over !== undefined) control.onceClosed(over);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** All sessions are over, by themselves or because their time was up. */
  #emptiedWithin(grace: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => {
        for (const session of this.#sessions.keys()) session.destroy('the server shut down');
      }, grace);
      this.#emptied.push(() => {
        clearTimeout(timer);
        resolve();
      });
    });
  }

  #open({ host, port = 21, fd, implicitTls = false }: ListenOptions): Promise<ControlListener> {
    const { door } = this.#settings;
    const gate = this.#gate;
    const certificate = () => this.#implicit(implicitTls);
    const divert = (came: AcceptedConnection) => implicitTls && (this.#settings.divert?.(came) ?? false);
    return listenControl({
      host,
      port,
      fd,
      // Asked for each connection: the certificate may have changed.
      get implicitTls() {
        return certificate();
      },
      // Asked anew for each: new settings may trust others.
      proxy: { from: { has: (address) => this.#settings.proxy?.from.has(address) ?? false } },
      door: door instanceof SinglePort ? door : undefined,
      divert: gate
        ? async (connection) => (await gate) || divert(connection)
        : implicitTls
          ? divert
          : undefined,
      admit: (connection) => this.#entrance.admits(connection, this.#settings, implicitTls),
      onConnection: (connection, session) => this.#accept(connection, session),
      onError: (error, peer) => this.#unsecured(error, peer),
    });
  }

  /** The ports of settings that no session has any more. */
  async #retire({ pool }: Settings): Promise<void> {
    if (pool === this.#settings.pool) return;
    for (const used of this.#sessions.values()) if (used.pool === pool) return;
    await pool.close();
  }

  #implicit(wanted: boolean): TlsServer | undefined {
    const { tls } = this.#settings;
    if (wanted && tls === undefined) throw needsTls();
    return wanted ? tls : undefined;
  }

  /** A client whose TLS was to begin with the first byte, and did not. */
  #unsecured(error: Error, peer: Endpoint | undefined, session = this.#nextSession++): void {
    // An accept error of the listener is nobody's in particular.
    if (peer !== undefined)
      this.#settings.log?.({ session, peer, kind: 'tls-failed', ...failedHandshake(error) });
  }

  #accept(
    connection: ControlConnection,
    tls: TlsSession | undefined,
    {
      id = this.#nextSession++,
      refuse,
    }: { readonly id?: number | undefined; readonly refuse?: string | undefined } = {},
  ): void {
    const settings = this.#settings;
    const session = new Session({
      id,
      connection,
      tls,
      settings,
      ended: (ended) => this.#ended(ended),
    });
    const { peer } = connection;
    const greeting = refuse === undefined ? this.#greeting(peer, id) : reply(421, refuse);
    this.#sessions.set(session, settings);
    this.#entrance.came(peer.address);
    session.start(greeting);
  }

  #greeting(peer: Endpoint, session: number): Reply {
    if (this.#closing) return reply(421, 'The server is shutting down.');
    return this.#entrance.greeting(peer, this.#settings, session);
  }

  #ended(session: Session): void {
    const used = this.#sessions.get(session);
    this.#sessions.delete(session);
    if (used !== undefined) void this.#retire(used);
    this.#entrance.left(session.peerAddress);
    if (this.#sessions.size === 0) for (const emptied of this.#emptied.splice(0)) emptied();
  }
}

function needsTls(): RangeError {
  return new RangeError('Implicit TLS needs a certificate: set tls.cert and tls.key.');
}

/**
 * A server for these accounts.
 * @throws RangeError for a setting that cannot work.
 */
export function createServer(options: ServerOptions): FtpServer {
  return new FtpServer(options);
}
