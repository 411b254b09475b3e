/** Ends the turn. Calling it again does nothing. */
export type Leave = () => void;

interface Waiting {
  readonly enter: (leave: Leave) => void;
}

/**
 * Lets one caller through at a time, in the order in which they came. One that gives up while it waits holds
 * up nobody.
 */
export class Turnstile {
  readonly #waiting = new Set<Waiting>();
  #taken = false;

  /** Resolves when it is the caller's turn; rejects with the reason of the signal when that comes first. */
  enter(signal?: AbortSignal): Promise<Leave> {
    if (signal?.aborted) return Promise.reject(signal.reason);
    if (!this.#taken) return Promise.resolve(this.#take());
    return new Promise((resolve, reject) => {
      const giveUp = () => {
        this.#waiting.delete(waiting);
        reject(signal?.reason);
      };
      const waiting: Waiting = {
        enter: (leave) => {
          signal?.removeEventListener('abort', giveUp);
          resolve(leave);
        },
      };
      signal?.addEventListener('abort', giveUp, { once: true });
      this.#waiting.add(waiting);
    });
  }

  #take(): Leave {
    this.#taken = true;
    let left = false;
    return () => {
      if (left) return;
      left = true;
      this.#taken = false;
      this.#next();
    };
  }

  #next(): void {
    for (const waiting of this.#waiting) {
      this.#waiting.delete(waiting);
      waiting.enter(this.#take());
      return;
    }
  }
}
