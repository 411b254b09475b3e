import { availableParallelism } from 'node:os';

/** Milliseconds: the next command of a client near by is here by then. */
const moment = 0.15;
/** So many commands are let pass at most before it is tried again. */
const longestPause = 64;

interface WakefulnessOptions {
  /** Calls back in the next turn of the event loop. */
  readonly nextTurn: (then: () => void) => void;
  /** A monotonic clock in milliseconds. */
  readonly now: () => number;
}

/**
 * Keeps the event loop turning for a moment after a command, instead of sleeping until the next one. To fall asleep and to be
 * woken takes longer than a client near by takes to answer, and costs more of the processor than the turns. Where the moment
 * passes in vain, twice as many commands as before are let pass until it is tried again.
 */
export class Wakefulness {
  readonly #options: WakefulnessOptions;
  #until = 0;
  #turning = false;
  #paid = false;
  #skipped = 0;
  #pause = 0;

  constructor(options: WakefulnessOptions) {
    this.#options = options;
  }

  /** A command came, at this time of the clock. */
  came(now: number): void {
    if (this.#turning) this.#paid = true;
    else if (this.#skipped < this.#pause) {
      this.#skipped += 1;
      return;
    } else {
      this.#turning = true;
      this.#paid = false;
      this.#options.nextTurn(this.#turn);
    }
    this.#until = now + moment;
  }

  readonly #turn = (): void => {
    const { now, nextTurn } = this.#options;
    if (now() < this.#until) return nextTurn(this.#turn);
    this.#turning = false;
    this.#skipped = 0;
    this.#pause = this.#paid ? 0 : Math.min(Math.max(1, this.#pause * 2), longestPause);
  };
}

/** Of this process. None where there is one processor: the client may need it to answer. */
export const wakefulness: Wakefulness | undefined =
  availableParallelism() > 1
    ? new Wakefulness({ nextTurn: (then) => setImmediate(then), now: () => performance.now() })
    : undefined;
