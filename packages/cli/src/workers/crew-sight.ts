import type { DataShut, SessionView } from '@duoport/server';
import type { MetricsRead } from '../seeing/counting.ts';
import type { Sight } from '../seeing/sight.ts';
import { isLost } from './calls.ts';
import type { Worker } from './worker.ts';
import type { WorkerSight } from './worker-services.ts';

/** What is to be seen of the sessions of several workers. One that is gone before it has answered has none. */
export class CrewSight implements Sight {
  readonly #workers: () => readonly Worker[];
  /** Their sessions are elsewhere. */
  readonly measured = undefined;

  constructor(workers: () => readonly Worker[]) {
    this.#workers = workers;
  }

  async look(): Promise<readonly SessionView[]> {
    return (await this.#askAll(({ look }) => look())).flat();
  }

  async kick(sessions: ReadonlySet<number>): Promise<readonly number[]> {
    return (await this.#askAll(({ kick }) => kick(sessions))).flat();
  }

  async shut(): Promise<readonly DataShut[]> {
    const all = new Map<string, DataShut>();
    for (const one of (await this.#askAll(({ shut }) => shut())).flat()) {
      const key = `${one.network} ${one.cause}`;
      all.set(key, { ...one, failures: one.failures + (all.get(key)?.failures ?? 0) });
    }
    return [...all.values()];
  }

  async counted(): Promise<ReadonlyMap<number, MetricsRead>> {
    return new Map(await this.#askAll(async ({ counted }, pid) => [pid, await counted()] as const));
  }

  async #askAll<T>(ask: (sight: WorkerSight, pid: number) => Promise<T>): Promise<readonly T[]> {
    const answers = await Promise.all(
      this.#workers().map(async (worker): Promise<readonly T[]> => {
        try {
          return [await ask(worker.ask.seeing, worker.pid ?? 0)];
        } catch (error) {
          if (isLost(error)) return [];
          throw error;
        }
      }),
    );
    return answers.flat();
  }
}
