import type { DataConnection } from '@duoport/net';

/** Whose half of the data connection it is. */
export type Side = 'client' | 'server';

/** Turns of the event loop in which the end of a control connection may still follow that of its data connection. */
const turns = 2;

/**
 * The two halves of one data connection while it is made and used. What goes wrong with one of them resets both, so that nobody
 * takes what came for the whole; the first reason counts.
 */
export class Halves {
  readonly #all: DataConnection[] = [];
  readonly #cut = new AbortController();
  #culprit: Side | undefined;
  #listeners: ((reason: unknown) => void)[] = [];

  /** Fires when they are cut. */
  get signal(): AbortSignal {
    return this.#cut.signal;
  }

  get culprit(): Side | undefined {
    return this.#culprit;
  }

  get reason(): unknown {
    return this.#cut.signal.reason;
  }

  /** A half that is being opened, and what is done with it before it is of use. A failure of either cuts. */
  add(
    side: Side,
    opening: Promise<DataConnection>,
    prepare: (half: DataConnection) => Promise<void>,
  ): Promise<DataConnection> {
    const ready = opening.then(async (half) => {
      this.#all.push(half);
      if (this.signal.aborted) half.reset();
      this.signal.throwIfAborted();
      await prepare(half);
      return half;
    });
    ready.catch((error: unknown) => this.cut(side, error));
    return this.unlessCut(ready);
  }

  /** Resets both, now and those that still come. Only the first call counts. */
  cut(side: Side, reason: unknown): void {
    if (this.signal.aborted) return;
    this.#culprit = side;
    for (const half of this.#all) half.reset();
    this.#cut.abort(reason);
    for (const listener of this.#listeners.splice(0)) listener(reason);
  }

  onCut(listener: (reason: unknown) => void): void {
    if (this.signal.aborted) listener(this.reason);
    else this.#listeners.push(listener);
  }

  /** Rejects with the reason of the cut if that comes first. */
  unlessCut<T>(promise: Promise<T>): Promise<T> {
    const either = new Promise<T>((resolve, reject) => {
      this.onCut(reject);
      promise.then(resolve, reject);
    });
    either.catch(() => undefined);
    return either;
  }

  /**
   * One half has ended cleanly. A process that is killed ends all its connections so, one after the other: the control connection may
   * follow, and then it was no clean end.
   */
  async settled(): Promise<void> {
    for (let turn = 0; turn < turns; turn += 1) await new Promise((resolve) => setImmediate(resolve));
    this.signal.throwIfAborted();
  }
}
