import { isMainThread, Worker } from 'node:worker_threads';
import { statModule } from '@duoport/net';
import { type Asked, ready, type Told } from './listing-message.ts';
import { listingProgram } from './listing-worker.ts';

/** Batches at the thread at once: it must never wait for the next while the main thread makes lines. */
const deepest = 2;
/** Milliseconds without a listing after which the thread is ended. */
const idleTime = 30_000;

/**
 * A thread that looks at names for large listings, so that another core helps. The thread pool of Node does not: handing
 * over one lstat and taking its answer back costs the main thread as much as the call. Here that is paid once a batch.
 */
class ListingHelper {
  #worker: Worker | undefined;
  #isReady = false;
  #failed = !isMainThread;
  #users = 0;
  readonly #waiting: ((facts: Told | undefined) => void)[] = [];
  #timer: NodeJS.Timeout | undefined;

  /** Whether `ask` would be answered soon. */
  get free(): boolean {
    return this.#isReady && this.#waiting.length < deepest;
  }

  /** Starts the thread where there is none yet. While it is in use, and only then, it keeps the process alive. */
  use(): void {
    this.#users++;
    if (this.#worker === undefined && !this.#failed) this.#start();
    if (this.#users === 1) this.#worker?.ref();
  }

  leave(): void {
    if (--this.#users > 0) return;
    this.#worker?.unref();
    if (this.#timer === undefined) this.#timer = setTimeout(() => this.#stopIdle(), idleTime).unref();
    else this.#timer.refresh();
  }

  /** The numbers of listing-message.ts; `undefined` when the thread could not tell them. Never rejects. */
  ask(asked: Asked): Promise<Told | undefined> {
    return new Promise((resolve) => {
      this.#waiting.push(resolve);
      this.#worker?.postMessage(asked);
    });
  }

  #start(): void {
    // Without what the process was told to load first: the program needs none of it, and starts the sooner.
    const worker = new Worker(listingProgram, { eval: true, execArgv: [], workerData: statModule() });
    this.#worker = worker;
    worker.on('message', (told: Told | undefined | typeof ready) => {
      if (told !== ready) this.#waiting.shift()?.(told);
      else this.#isReady = this.#worker === worker;
    });
    // Without it listings are slower, nothing else.
    worker.on('error', () => {
      this.#failed = true;
    });
    worker.on('exit', () => this.#gone(worker));
  }

  #gone(worker: Worker): void {
    if (this.#worker !== worker) return;
    this.#worker = undefined;
    this.#isReady = false;
    for (const resolve of this.#waiting.splice(0)) resolve(undefined);
  }

  #stopIdle(): void {
    if (this.#users > 0) return;
    const worker = this.#worker;
    this.#worker = undefined;
    this.#isReady = false;
    void worker?.terminate();
  }
}

/** One for the process: more listings at once have no more cores. */
export const listingHelper = new ListingHelper();
