/** Milliseconds: calls that are longer than this on average are not made synchronously. */
const slowAverage = 0.25;
/** One call counts for no more: on a busy machine a call may have to wait for the processor, not for the disk. */
const heaviest = 4;
/** But this is no scheduler's doing. */
const stalled = 1000;
/** A slow machine copies so much: one that is slower has slow disks too. */
const bytesPerMillisecond = 1_000_000;
const weight = 1 / 32;
const firstPause = 100;
const longestPause = 10_000;

interface GateOptions {
  /** A monotonic clock in milliseconds. */
  readonly now?: () => number;
  /** Never synchronous. */
  readonly closed?: boolean;
}

/**
 * Decides whether a root is fast enough for synchronous calls.
 *
 * A synchronous call on a file in the page cache takes a few microseconds, where the same call through the thread pool
 * takes fifty; on a disk that must move its head, or a share behind a network, it would hold up every session for
 * milliseconds. So each synchronous call is measured, and the moving average decides. After a pause one call is tried
 * synchronously again; while that is slow the pauses double up to ten seconds.
 */
export class Gate {
  readonly #now: () => number;
  #average = 0;
  #slowUntil: number | undefined;
  #pause = firstPause;

  constructor(options: GateOptions = {}) {
    this.#now = options.now ?? (() => performance.now());
    if (options.closed === true) this.#slowUntil = Number.POSITIVE_INFINITY;
  }

  /** Whether the next call may be synchronous. While the root is slow this is true once per pause, for one trial. */
  get fast(): boolean {
    if (this.#slowUntil === undefined) return true;
    return this.#now() >= this.#slowUntil;
  }

  /** Runs a synchronous call and learns from how long it took, beyond what copying `bytes` takes anywhere. */
  measure<T>(call: () => T, bytes = 0): T {
    const start = this.#now();
    try {
      return call();
    } finally {
      this.#note(this.#now() - start - bytes / bytesPerMillisecond);
    }
  }

  #note(took: number): void {
    if (this.#slowUntil !== undefined) {
      this.#afterTrial(took);
      return;
    }
    this.#average += (Math.min(Math.max(took, 0), heaviest) - this.#average) * weight;
    if (this.#average > slowAverage || took >= stalled) this.#close();
    else if (this.#average < slowAverage / 4) this.#pause = firstPause;
  }

  #afterTrial(took: number): void {
    if (took > slowAverage) {
      this.#close();
      return;
    }
    this.#slowUntil = undefined;
    this.#average = slowAverage / 2;
  }

  #close(): void {
    this.#slowUntil = this.#now() + this.#pause;
    this.#pause = Math.min(this.#pause * 2, longestPause);
  }
}
