/**
 * Small local files are read and written in one synchronous go: through the thread pool they would take several
 * times as long. A disk or a network share that keeps holding up the event loop is left to the thread pool for a
 * while; one slow call among quick ones is the scheduler, not the disk.
 */
export class DiskGate {
  readonly #now: () => number;
  #strikes = 0;
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
      this.#strikes = this.#now() - started > patience ? this.#strikes + 1 : 0;
      if (this.#strikes >= allowedStrikes) this.#slowUntil = started + holiday;
    }
  }
}

/** Milliseconds that one call may hold up the event loop. */
const patience = 5;
/** Calls in a row that may take longer. */
const allowedStrikes = 3;
/** Milliseconds without a further try; the first call after it is the test. */
const holiday = 2_000;

/** Bytes that are held in memory before a file is opened. */
export const smallFile = 64 * 1024;

export const diskGate = new DiskGate();
