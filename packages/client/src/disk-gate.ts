/**
 * Small local files are read and written in one synchronous go: through the thread pool they would take
 * several times as long. A disk or a network share that holds up the event loop for more than a moment is
 * left to the thread pool for a while.
 */
export class DiskGate {
  readonly #now: () => number;
  #slowUntil = 0;

  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  /** Does `short`, or `long` while the disk is known to be slow. */
  async run<Result>(short: () => Result, long: () => Promise<Result>): Promise<Result> {
    const started = this.#now();
    if (started < this.#slowUntil) return await long();
    try {
      return short();
    } finally {
      if (this.#now() - started > patience) this.#slowUntil = started + holiday;
    }
  }
}

/** Milliseconds that the event loop may be held up. */
const patience = 5;
/** Milliseconds without a further try. */
const holiday = 10_000;

/** Bytes that are held in memory before a file is opened. */
export const smallFile = 64 * 1024;

export const diskGate = new DiskGate();
