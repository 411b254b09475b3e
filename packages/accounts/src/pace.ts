import { setTimeout } from 'node:timers/promises';

export interface PaceOptions {
  /** Milliseconds that only grow. */
  readonly now?: () => number;
  readonly wait?: (milliseconds: number) => Promise<unknown>;
}

/** What came of a login: somebody came in, was refused by whoever knows the name, or nobody knew it. */
export type Outcome = 'in' | 'refused' | 'nobody';

/** Answers of each kind that are remembered: many of one kind do not make the others forgotten. */
const kept = 16;
/** Milliseconds: what took longer was a fault, and not the way of things. */
const longest = 2000;

/** How long logins take. Nobody is turned away sooner than the slowest of the last ones was decided: the time says nothing about which names there are. */
export class Pace {
  readonly now: () => number;
  readonly #wait: (milliseconds: number) => Promise<unknown>;
  readonly #took: Readonly<Record<Outcome, number[]>> = { in: [], refused: [], nobody: [] };

  constructor({ now = () => performance.now(), wait = setTimeout }: PaceOptions = {}) {
    this.now = now;
    this.#wait = wait;
  }

  /** What was begun then is decided. */
  took(since: number, outcome: Outcome): void {
    const took = this.#took[outcome];
    took.push(Math.min(longest, this.now() - since));
    if (took.length > kept) took.shift();
  }

  /** Resolves when as much time has gone by since then as the slowest took. */
  async until(since: number): Promise<void> {
    const slowest = Math.max(0, ...Object.values(this.#took).flat());
    const left = slowest - (this.now() - since);
    if (left > 0) await this.#wait(left);
  }
}
