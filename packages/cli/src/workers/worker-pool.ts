import {
  type AcceptedConnection,
  type Awaitable,
  type ControlListener,
  listenConnections,
  type ProxyTrust,
  proxyTrust,
  SessionCounts,
  SinglePort,
  type TraceEvent,
} from '@duoport/net';
import { type Endpoint, encodeReply, reply } from '@duoport/protocol';
import {
  type Admit,
  bannedText,
  createServer,
  type DoorHandle,
  Doors,
  type Limit,
  type Listening,
  type ListenOptions,
  type ServerEvent,
} from '@duoport/server';
import type { ServePlan } from '../serve/plan.ts';
import type { RunningServer } from '../serve/running-server.ts';
import { serverOptions } from '../serve/server-options.ts';
import { Crew } from './crew.ts';
import { CrewSight } from './crew-sight.ts';
import type { SharedServices } from './services.ts';
import type { Told, Worker } from './worker.ts';

export interface WorkerPoolOptions {
  readonly plan: ServePlan;
  /** What workers may ask of this process. */
  readonly services: SharedServices;
  readonly trace: boolean;
  /** Who may not even say a word. */
  readonly admit: Admit;
  log(event: ServerEvent): void;
  traced(session: number, event: TraceEvent): void;
  /** As that of the server. */
  divert(connection: AcceptedConnection): Awaitable<boolean>;
  /** A worker died: its sessions are lost, and another one takes its place. */
  lost(worker: { readonly number: number; readonly sessions: number; readonly because: string }): void;
}

/**
 * The first of several processes: it accepts every connection and gives it to a worker. With one port for everything its door tells
 * data connections from control connections for all of them, so that no connection is ever in the wrong process.
 */
export class WorkerPool implements RunningServer {
  readonly door: SinglePort | undefined;
  readonly sight = new CrewSight(() => this.#crew.all);
  readonly #options: WorkerPoolOptions;
  readonly #counts = new SessionCounts();
  #trusted: ProxyTrust | undefined;
  readonly #crew: Crew;
  #plan: ServePlan;
  readonly #doors = new Doors((where) => this.#listen(where));
  /** Connections that came before the workers were ready. */
  #early: (() => void)[] | undefined = [];
  #nextSession = 1;

  constructor(options: WorkerPoolOptions) {
    const { plan, services, trace } = options;
    this.#options = options;
    this.#plan = plan;
    this.door = plan.singlePort ? new SinglePort() : undefined;
    this.#trusted = proxyTrust(plan.server.proxy.control);
    this.#crew = new Crew({
      plan,
      services,
      door: this.door,
      trace,
      heard: (worker, message) => this.#heard(worker, message),
      gone: (worker, because, isLoss) => this.#gone(worker, because, isLoss),
    });
  }

  get listening(): readonly Listening[] {
    return this.#doors.listening;
  }

  get doors(): readonly DoorHandle[] {
    return this.#doors.handles;
  }

  get sessions(): number {
    return this.#crew.all.reduce((count, worker) => count + worker.sessions.size, 0);
  }

  /** Listens everywhere, calls `bound`, then starts the workers. Rejects with FTP_CONNECTION (phase `listen`). */
  async start(listen: readonly ListenOptions[], bound?: () => void): Promise<void> {
    try {
      await this.#doors.change(listen);
      bound?.();
      await this.#crew.start();
      const early = this.#early ?? [];
      this.#early = undefined;
      for (const enter of early) enter();
    } catch (error) {
      await this.close({ grace: 0 });
      throw error;
    }
  }

  async reload(plan: ServePlan): Promise<void> {
    // A plan that cannot work is found out here, before any worker hears of it.
    createServer({ ...serverOptions(plan, this.#options.services, {}), listen: [] });
    // The workers before the listeners: a connection on a new one finds the settings that it needs.
    await this.#crew.change(plan);
    if (plan.listen !== undefined) {
      try {
        await this.#doors.change(plan.listen);
      } catch (error) {
        await this.#crew.change(this.#plan);
        throw error;
      }
    }
    this.#plan = plan;
    this.#trusted = proxyTrust(plan.server.proxy.control);
  }

  /** A connection that the process before this one has accepted. */
  arrived(connection: AcceptedConnection, implicitTls: boolean): void {
    const enter = () => {
      const control = (taken: AcceptedConnection) => this.#control(taken, implicitTls);
      if (this.door) this.door.arrived(connection, { implicit: implicitTls, control });
      else control(connection);
    };
    if (this.#early) this.#early.push(enter);
    else enter();
  }

  async leave(): Promise<void> {
    await this.#doors.close({ finish: true });
    await this.#crew.leave();
    this.door?.close();
  }

  async close({ grace = 10_000 }: { readonly grace?: number } = {}): Promise<void> {
    await this.#doors.close();
    this.door?.close();
    await this.#crew.close(grace);
  }

  #listen({ host, port = 0, fd, implicitTls = false }: ListenOptions): Promise<ControlListener> {
    // Asked anew for each connection: a reload may trust others.
    const proxy = { from: { has: (address: string) => this.#trusted?.from.has(address) ?? false } };
    return listenConnections({ host, port, fd, proxy }, (connection) => {
      const admit = () => this.arrived(connection, implicitTls);
      if (!implicitTls || this.#plan.tls.acme === undefined) return admit();
      const look = async () => (await this.#options.divert(connection)) || admit();
      look().catch(() => connection.destroy());
    });
  }

  #control(taken: AcceptedConnection, implicitTls: boolean): void {
    const { peer } = taken;
    const worker = this.#crew.idlest;
    if (worker === undefined || !this.#admits(taken, implicitTls)) {
      taken.destroy();
      this.door?.left(peer.address);
      return;
    }
    const session = this.#nextSession++;
    const { sessions, 'sessions-per-address': perAddress = Number.POSITIVE_INFINITY } =
      this.#plan.server.limits;
    const refusal = this.#counts.refusal(peer.address, { sessions, perAddress });
    if (refusal !== undefined) this.#refused(refusal.limit, { session, peer });
    this.#counts.came(peer.address);
    worker.control(session, taken, { implicitTls, refuse: refusal?.told });
  }

  /** No worker hears of who is banned. */
  #admits(taken: AcceptedConnection, implicitTls: boolean): boolean {
    const answer = this.#options.admit(taken.peer.address);
    if (answer === undefined) return true;
    this.#options.log({ kind: 'limited', session: 0, peer: taken.peer, limit: 'banned' });
    if (answer === 'refuse' && !implicitTls) taken.dismiss(encodeReply(reply(421, bannedText)));
    return false;
  }

  #refused(limit: Limit, who: { readonly session: number; readonly peer: Endpoint }): void {
    this.#options.log({ kind: 'limited', ...who, limit });
    if (limit === 'sessions-per-address')
      void this.#options.services.guard.offended({ ...who, offence: 'too-many-sessions' });
  }

  #heard(worker: Worker, message: Told): void {
    switch (message.kind) {
      case 'event':
        return this.#options.log(message.event);
      case 'trace':
        return this.#options.traced(message.session, message.event);
      case 'ended':
        this.#ended(worker, message.session);
        this.#crew.left(worker);
    }
  }

  #ended(worker: Worker, session: number): void {
    const address = worker.sessions.get(session);
    if (address === undefined || !worker.sessions.delete(session)) return;
    this.#counts.left(address);
    // Those of a worker that died, too.
    void this.#options.services.guard.leaveSeats(session);
    this.door?.left(address);
  }

  #gone(worker: Worker, because: string, isLoss: boolean): void {
    const { size } = worker.sessions;
    for (const session of [...worker.sessions.keys()]) this.#ended(worker, session);
    if (isLoss) this.#options.lost({ number: worker.number, sessions: size, because });
  }
}
