import {
  type ControlListener,
  listenConnections,
  type ProxyTrust,
  proxyTrust,
  SinglePort,
  type TraceEvent,
} from '@duoport/net';
import { createServer, Doors, type Listening, type ListenOptions, type ServerEvent } from '@duoport/server';
import type { PlannedListener, ServePlan } from '../serve/plan.ts';
import type { RunningServer } from '../serve/running-server.ts';
import { serverOptions } from '../serve/server-options.ts';
import { type Duty, type FromWorker, partOf } from './messages.ts';
import { SessionCounts } from './session-counts.ts';
import { Worker } from './worker.ts';

export interface WorkerPoolOptions {
  readonly plan: ServePlan;
  readonly quiet: boolean;
  readonly trace: boolean;
  log(event: ServerEvent): void;
  traced(session: number, event: TraceEvent): void;
  /** A worker died: its sessions are lost, and another one takes its place. */
  lost(worker: { readonly number: number; readonly sessions: number; readonly because: string }): void;
}

/** A worker that dies sooner than this after its start is not replaced at once. Milliseconds. */
const tooSoon = 1000;
/** What a worker may take beyond the grace to end itself. */
const patience = 5000;

/**
 * The first of several processes: it accepts every connection and gives it to a worker. With one port for everything its door tells
 * data connections from control connections for all of them, so that no connection is ever in the wrong process.
 */
export class WorkerPool implements RunningServer {
  readonly #options: WorkerPoolOptions;
  #plan: ServePlan;
  readonly #door: SinglePort | undefined;
  readonly #counts: SessionCounts;
  #trusted: ProxyTrust | undefined;
  readonly #workers: (Worker | undefined)[] = [];
  readonly #doors = new Doors((where) => this.#listen(where));
  /** Workers that have not answered to `reload` yet. */
  readonly #reloading = new Map<Worker, (fault: string | undefined) => void>();
  readonly #restarts = new Set<NodeJS.Timeout>();
  #starting: { resolve(): void; reject(error: Error): void; left: number } | undefined;
  /** Connections that came before the workers were ready. */
  readonly #early: (() => void)[] = [];
  #nextSession = 1;
  #closing = false;
  #emptied: (() => void)[] = [];

  constructor(options: WorkerPoolOptions) {
    this.#options = options;
    this.#plan = options.plan;
    this.#door = options.plan.singlePort ? new SinglePort() : undefined;
    this.#counts = new SessionCounts(options.plan.server.limits);
    this.#trusted = proxyTrust(options.plan.server.proxy.control);
  }

  get listening(): readonly Listening[] {
    return this.#doors.listening;
  }

  get sessions(): number {
    return this.#alive().reduce((count, worker) => count + worker.sessions.size, 0);
  }

  /** Listens everywhere, then starts the workers. Rejects with FTP_CONNECTION (phase `listen`). */
  async start(listen: readonly PlannedListener[]): Promise<void> {
    const count = this.#plan.workers;
    const started = new Promise<void>((resolve, reject) => {
      this.#starting = { resolve, reject, left: count };
    });
    // Where it fails before anybody waits for it.
    started.catch(() => undefined);
    try {
      await this.#doors.change(listen);
      for (let index = 0; index < count; index += 1) this.#fork(index);
      await started;
      this.#starting = undefined;
      for (const enter of this.#early.splice(0)) enter();
    } catch (error) {
      this.#starting = undefined;
      await this.close({ grace: 0 });
      throw error;
    }
  }

  /** Of the plan what concerns the number of processes and the door stays as it was. */
  async reload(plan: ServePlan): Promise<void> {
    // A plan that cannot work is found out here, before any worker hears of it.
    createServer({ ...serverOptions(plan, {}), listen: [] });
    const earlier = this.#plan;
    this.#plan = plan;
    try {
      // Before the listeners: a connection on a new one finds the settings that it needs.
      await this.#tellAll();
      if (plan.listen !== undefined) await this.#doors.change(plan.listen);
    } catch (error) {
      this.#plan = earlier;
      await this.#tellAll();
      throw error;
    }
    this.#counts.limits = plan.server.limits;
    this.#trusted = proxyTrust(plan.server.proxy.control);
  }

  async #tellAll(): Promise<void> {
    const answers = this.#workers.map(async (worker, index) => {
      if (worker === undefined) return undefined;
      const answer = new Promise<string | undefined>((resolve) => this.#reloading.set(worker, resolve));
      worker.tell({ kind: 'reload', duty: this.#duty(index) });
      return await answer;
    });
    const fault = (await Promise.all(answers)).find((one) => one !== undefined);
    if (fault !== undefined) throw new Error(fault);
  }

  #answered(worker: Worker, fault: string | undefined): void {
    this.#reloading.get(worker)?.(fault);
    this.#reloading.delete(worker);
  }

  async close({ grace = 10_000 }: { readonly grace?: number } = {}): Promise<void> {
    this.#closing = true;
    for (const timer of this.#restarts) clearTimeout(timer);
    await this.#doors.close();
    this.#door?.close();
    for (const worker of this.#alive()) worker.tell({ kind: 'close', grace });
    if (this.#alive().length === 0) return;
    const timer = setTimeout(() => {
      for (const worker of this.#alive()) worker.kill();
    }, grace + patience);
    await new Promise<void>((resolve) => this.#emptied.push(resolve));
    clearTimeout(timer);
  }

  #listen({ host, port = 0, implicitTls = false }: ListenOptions): Promise<ControlListener> {
    // Asked anew for each connection: a reload may trust others.
    const proxy = { from: { has: (address: string) => this.#trusted?.from.has(address) ?? false } };
    return listenConnections({ host, port, proxy }, (connection) => {
      const control = (taken: typeof connection) => {
        const [worker] = this.#alive().sort((one, other) => one.sessions.size - other.sessions.size);
        const refuse = this.#counts.refusal(taken.peer.address);
        if (worker) {
          this.#counts.came(taken.peer.address);
          worker.control(this.#nextSession++, taken, { implicitTls, refuse });
        } else taken.destroy();
      };
      const enter = () => {
        if (this.#door) this.#door.arrived(connection, { implicit: implicitTls, control });
        else control(connection);
      };
      if (this.#starting) this.#early.push(enter);
      else enter();
    });
  }

  #alive(): Worker[] {
    return this.#workers.filter((worker) => worker !== undefined);
  }

  #fork(index: number): void {
    const born = performance.now();
    const owner = {
      heard: (worker: Worker, message: FromWorker) => this.#heard(worker, message),
      gone: (worker: Worker, because: string) => this.#gone(worker, { index, born, because }),
    };
    this.#workers[index] = new Worker(index + 1, this.#duty(index), { door: this.#door, owner });
  }

  #duty(index: number): Duty {
    const { quiet, trace } = this.#options;
    const plan = this.#plan;
    const passivePorts = plan.singlePort ? undefined : partOf(plan.passivePorts, index, plan.workers);
    return { plan, passivePorts, quiet, trace };
  }

  #heard(worker: Worker, message: FromWorker): void {
    switch (message.kind) {
      case 'event':
        return this.#options.log(message.event);
      case 'trace':
        return this.#options.traced(message.session, message.event);
      case 'ended':
        return this.#ended(worker, message.session);
      case 'reloaded':
        return this.#answered(worker, message.fault);
      case 'ready':
        if (this.#starting && --this.#starting.left === 0) this.#starting.resolve();
        return;
      case 'failed':
        this.#starting?.reject(new Error(message.because));
    }
  }

  #ended(worker: Worker, session: number): void {
    const address = worker.sessions.get(session);
    if (address === undefined || !worker.sessions.delete(session)) return;
    this.#counts.left(address);
    this.#door?.left(address);
  }

  #gone(
    worker: Worker,
    { index, born, because }: { readonly index: number; readonly born: number; readonly because: string },
  ): void {
    this.#workers[index] = undefined;
    // Whoever takes its place has the new plan.
    this.#answered(worker, undefined);
    const { size } = worker.sessions;
    for (const session of [...worker.sessions.keys()]) this.#ended(worker, session);
    if (this.#starting) this.#starting.reject(new Error(`A worker did not start: ${because}`));
    else if (!this.#closing) {
      this.#options.lost({ number: worker.number, sessions: size, because });
      this.#replace(index, born);
    }
    if (this.#alive().length === 0) for (const emptied of this.#emptied.splice(0)) emptied();
  }

  #replace(index: number, born: number): void {
    if (performance.now() - born >= tooSoon) return this.#fork(index);
    const timer = setTimeout(() => {
      this.#restarts.delete(timer);
      this.#fork(index);
    }, tooSoon);
    this.#restarts.add(timer);
  }
}
