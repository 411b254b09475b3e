import type { SinglePort } from '@duoport/net';
import type { ServePlan } from '../serve/plan.ts';
import { isLost } from './calls.ts';
import { type Duty, partOf } from './messages.ts';
import type { SharedServices } from './services.ts';
import { Worker, type WorkerOwner } from './worker.ts';

export interface CrewOptions {
  readonly plan: ServePlan;
  readonly services: SharedServices;
  readonly door: SinglePort | undefined;
  readonly trace: boolean;
  readonly heard: WorkerOwner['heard'];
  /** A worker is gone. `isLoss`: not because it was told to. */
  gone(worker: Worker, because: string, isLoss: boolean): void;
}

/** A worker that dies sooner than this after its start is not replaced at once. Milliseconds. */
const tooSoon = 1000;
/** What a worker may take beyond the grace to end itself. */
const patience = 5000;

/** The workers of a server: so many as the plan has, another one for each that dies, and those that leave with their last session. */
export class Crew {
  readonly #options: CrewOptions;
  #plan: ServePlan;
  #workers: (Worker | undefined)[] = [];
  readonly #retired = new Set<Worker>();
  readonly #restarts = new Set<NodeJS.Timeout>();
  #state: 'open' | 'leaving' | 'closing' = 'open';
  #emptied: (() => void)[] = [];

  constructor(options: CrewOptions) {
    this.#options = options;
    this.#plan = options.plan;
  }

  /** All who have sessions, or may get some. */
  get all(): readonly Worker[] {
    return [...this.#workers.filter((worker) => worker !== undefined), ...this.#retired];
  }

  /** The one that has the least to do. */
  get idlest(): Worker | undefined {
    let best: Worker | undefined;
    for (const worker of this.#workers)
      if (worker && (best === undefined || worker.sessions.size < best.sessions.size)) best = worker;
    return best;
  }

  /** Rejects when one cannot start: those that could have to be closed. */
  async start(): Promise<void> {
    await this.#grow(this.#plan.workers);
  }

  /** New settings for new sessions, and another number of workers. When it rejects, nothing has changed. */
  async change(plan: ServePlan): Promise<void> {
    const earlier = this.#plan;
    const before = this.#workers.length;
    this.#plan = plan;
    try {
      await this.#tellAll(plan);
      await this.#grow(plan.workers);
    } catch (error) {
      this.#plan = earlier;
      for (const worker of this.#workers.splice(before)) if (worker) this.#retire(worker);
      await this.#tellAll(earlier);
      throw error;
    }
    for (const worker of this.#workers.splice(plan.workers)) if (worker) this.#retire(worker);
  }

  /** No new sessions: each worker ends with its last one. Resolves when there is none any more. */
  async leave(): Promise<void> {
    this.#state = 'leaving';
    for (const worker of this.#workers.splice(0)) if (worker) this.#retire(worker);
    await this.#isEmpty();
  }

  /** Running transfers may take `grace` milliseconds. */
  async close(grace: number): Promise<void> {
    this.#state = 'closing';
    for (const timer of this.#restarts) clearTimeout(timer);
    for (const worker of this.all) worker.tell({ kind: 'close', grace });
    const timer = setTimeout(() => {
      for (const worker of this.all) worker.kill();
    }, grace + patience);
    await this.#isEmpty();
    clearTimeout(timer);
  }

  /** A session of this worker is over. */
  left(worker: Worker): void {
    if (this.#retired.has(worker) && worker.sessions.size === 0) worker.tell({ kind: 'close', grace: 0 });
  }

  async #tellAll(plan: ServePlan): Promise<void> {
    const answers = this.#workers.slice(0, plan.workers).map(async (worker, index) => {
      try {
        await worker?.ask.duties.change(this.#duty(index));
      } catch (error) {
        // Whoever takes the place of one that is gone has the new plan.
        if (!isLost(error)) throw error;
      }
    });
    // All have answered before anybody is told otherwise.
    const fault = (await Promise.allSettled(answers)).find((one) => one.status === 'rejected');
    if (fault !== undefined) throw fault.reason;
  }

  async #grow(count: number): Promise<void> {
    const fresh: Promise<void>[] = [];
    for (let index = this.#workers.length; index < count; index += 1) fresh.push(this.#fork(index, false));
    await Promise.all(fresh);
  }

  #fork(index: number, isReplacement: boolean): Promise<void> {
    const born = performance.now();
    let wasThere = isReplacement;
    const { door, services, heard } = this.#options;
    const owner = {
      heard,
      gone: (worker: Worker, because: string) => this.#gone(worker, { born, because, wasThere }),
    };
    const worker = new Worker(index + 1, this.#duty(index), { door, services, owner });
    this.#workers[index] = worker;
    return worker.ready.then(
      () => {
        wasThere = true;
      },
      (error: unknown) => {
        // One that takes the place of another is waited for by nobody.
        if (!isReplacement) throw error;
      },
    );
  }

  #duty(index: number): Duty {
    const { trace } = this.#options;
    const plan = this.#plan;
    const passivePorts = plan.singlePort ? undefined : partOf(plan.passivePorts, index, plan.workers);
    return { plan, passivePorts, trace };
  }

  #retire(worker: Worker): void {
    this.#retired.add(worker);
    // Its ports are others' from now on; one that is gone has none.
    worker.ask.duties.shrink().catch(() => undefined);
    this.left(worker);
  }

  #gone(
    worker: Worker,
    {
      born,
      because,
      wasThere,
    }: { readonly born: number; readonly because: string; readonly wasThere: boolean },
  ): void {
    const index = this.#workers.indexOf(worker);
    if (index >= 0) this.#workers[index] = undefined;
    const isOver = this.#retired.delete(worker) && worker.sessions.size === 0;
    const isLoss = this.#state !== 'closing' && !isOver;
    this.#options.gone(worker, because, isLoss && wasThere);
    if (isLoss && index >= 0 && wasThere) this.#replace(index, born);
    if (this.all.length === 0) for (const emptied of this.#emptied.splice(0)) emptied();
  }

  #replace(index: number, born: number): void {
    if (performance.now() - born >= tooSoon) {
      void this.#fork(index, true);
      return;
    }
    const timer = setTimeout(() => {
      this.#restarts.delete(timer);
      if (this.#state === 'open' && index < this.#workers.length) void this.#fork(index, true);
    }, tooSoon);
    this.#restarts.add(timer);
  }

  async #isEmpty(): Promise<void> {
    if (this.all.length > 0) await new Promise<void>((resolve) => this.#emptied.push(resolve));
  }
}
