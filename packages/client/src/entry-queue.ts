import type { Entry } from '@duoport/protocol';

/**
 * Between a listing that arrives and the loop that reads it. The listing never waits for the loop, so that
 * the loop may use the same connection; how much can wait here is bounded by the limit on the entries of a
 * listing.
 */
export class EntryQueue {
  #batches: (readonly Entry[])[] = [];
  #ended = false;
  #error: unknown;
  #wake: (() => void) | undefined;

  push(batch: readonly Entry[]): void {
    if (batch.length > 0) this.#batches.push(batch);
    this.#wake?.();
  }

  /** After the last batch; with an error, the reader gets it once it has read what came before. */
  end(error?: unknown): void {
    this.#ended = true;
    this.#error = error;
    this.#wake?.();
  }

  /** All that has come since the last call; undefined at the end. */
  async take(): Promise<readonly Entry[] | undefined> {
    while (this.#batches.length === 0 && !this.#ended) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    const batches = this.#batches;
    this.#batches = [];
    if (batches.length > 0) return batches.length === 1 ? batches[0] : batches.flat();
    if (this.#error !== undefined) throw this.#error;
    return undefined;
  }
}
