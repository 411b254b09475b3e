import { isMainThread, Worker } from 'node:worker_threads';
import { type Libc, linux, loadLibc } from '../native/libc.ts';
import { statModule } from '../native/stat-at.ts';
import { moverProgram, moverSlots } from './mover-program.ts';

/** How a movement has ended. `bytes`: what the receiving socket's kernel has taken. */
export type MoveEnd = { readonly bytes: number } & (
  | { readonly kind: 'end' }
  /** Which of the two sockets failed, and the kernel's number for it. */
  | { readonly kind: 'failed'; readonly side: 'from' | 'to'; readonly errno: number }
  | { readonly kind: 'dropped' }
);

/** Bytes on their way from one socket to another, in the kernel. */
export interface Movement {
  /** So far. */
  readonly bytes: number;
  /** Some have come that the receiving socket has not taken. */
  readonly isHeld: boolean;
  /** Never rejects. The thread has let go of both sockets then. */
  readonly ended: Promise<MoveEnd>;
  drop(): void;
}

interface Running {
  readonly worker: Worker;
  readonly wake: number;
  readonly counted: Float64Array;
  readonly free: number[];
  readonly ends: Map<number, (end: MoveEnd) => void>;
}

interface Told {
  readonly id: number;
  readonly moved: number;
  readonly side?: 'from' | 'to';
  readonly errno?: number;
  readonly dropped?: true;
}

/** Milliseconds without a movement after which the thread is ended. */
const idleTime = 30_000;

/**
 * A thread that moves bytes between two TCP sockets without bringing them to this program: a fourth of the work of reading and writing them. It
 * needs Linux and koffi. The sockets stay Node's, which must neither read from the one nor write to the other meanwhile.
 */
class Mover {
  #users = 0;
  /** Those of them for whom it must not have to be started first. */
  #always = 0;
  #failed = !isMainThread;
  #libc: Libc | undefined;
  #running: Running | undefined;
  #starting: Promise<void> | undefined;
  #timer: NodeJS.Timeout | undefined;

  /**
   * From now on the thread is started when it is needed, and ended when it has not been for a while. `always`: it is there from now on.
   * Returns what ends that; the thread ends with its last user.
   */
  use({ always = false }: { readonly always?: boolean } = {}): () => Promise<void> {
    this.#users += 1;
    if (always) {
      this.#always += 1;
      this.#begin()?.catch(() => undefined);
    }
    let isOver = false;
    return async () => {
      if (isOver) return;
      isOver = true;
      this.#users -= 1;
      if (always) this.#always -= 1;
      if (this.#users === 0) await this.#stop();
    };
  }

  /** Whether there can be a thread here at all. */
  get isPossible(): boolean {
    return !this.#failed && statModule() !== undefined;
  }

  /** Whether `move` works now. The first question starts the thread. */
  get isReady(): boolean {
    if (this.#running !== undefined) return this.#running.free.length > 0;
    this.#begin();
    return false;
  }

  /** Resolves when the thread has been started: whether it could be. */
  async ready(): Promise<boolean> {
    // One that is about to end is waited for first.
    for (let turn = 0; turn < 2 && this.#running === undefined; turn += 1) await this.#begin();
    return this.#running !== undefined;
  }

  #begin(): Promise<void> | undefined {
    if (this.#running === undefined && this.#users > 0 && !this.#failed) this.#starting ??= this.#start();
    return this.#starting;
  }

  /** `from` and `to` are descriptors; the thread gets copies of its own. Undefined: it does not work now. */
  move(from: number, to: number): Movement | undefined {
    const [running, libc] = [this.#running, this.#libc];
    const id = running?.free.pop();
    if (running === undefined || libc === undefined || id === undefined) return undefined;
    const [source, target] = [libc.duplicate(from), libc.duplicate(to)];
    if (source < 0 || target < 0) {
      for (const fd of [source, target]) if (fd >= 0) libc.close(fd);
      running.free.push(id);
      return undefined;
    }
    const { counted, ends } = running;
    const [moved, held] = [id * moverSlots.fields, id * moverSlots.fields + 1];
    counted[moved] = 0;
    counted[held] = 0;
    let isOver = false;
    const ended = new Promise<MoveEnd>((resolve) => {
      ends.set(id, (end) => {
        // Its number may be another's from now on.
        isOver = true;
        resolve(end);
      });
    });
    if (ends.size === 1) running.worker.ref();
    clearTimeout(this.#timer);
    this.#say(running, { kind: 'move', id, from: source, to: target });
    return {
      ended,
      get bytes() {
        return counted[moved] ?? 0;
      },
      get isHeld() {
        return (counted[held] ?? 0) > 0;
      },
      drop: () => {
        if (!isOver) this.#say(running, { kind: 'drop', id });
      },
    };
  }

  async #start(): Promise<void> {
    const [libc, module] = [await loadLibc(), statModule()];
    if (libc === undefined || module === undefined || this.#users === 0) {
      this.#failed ||= this.#users > 0;
      this.#starting = undefined;
      return;
    }
    this.#libc = libc;
    const wake = libc.eventfd(0, linux.EFD_NONBLOCK | linux.EFD_CLOEXEC);
    const numbers = new SharedArrayBuffer(moverSlots.count * moverSlots.fields * 8);
    const worker = new Worker(moverProgram, {
      eval: true,
      execArgv: [],
      workerData: { module, wake, numbers },
    });
    worker.unref();
    threads += 1;
    const running: Running = {
      worker,
      wake,
      counted: new Float64Array(numbers),
      free: Array.from({ length: moverSlots.count }, (_, id) => moverSlots.count - 1 - id),
      ends: new Map(),
    };
    const { promise, resolve: started } = waiting();
    // A thread that waits in the kernel does not hear that the process is about to end.
    const onExit = () => this.#wake(running);
    process.once('exit', onExit);
    worker.on('message', (told: Told | 'ready') => {
      if (told !== 'ready') return this.#ended(running, told);
      this.#running = running;
      started();
    });
    worker.on('error', () => {
      this.#failed = true;
    });
    worker.once('exit', () => {
      threads -= 1;
      process.off('exit', onExit);
      libc.close(wake);
      if (this.#running === running) this.#running = undefined;
      this.#starting = undefined;
      if (this.#always > 0) this.#begin()?.catch(() => undefined);
      for (const [id, resolve] of running.ends) resolve({ kind: 'dropped', bytes: this.#bytes(running, id) });
      started();
    });
    await promise;
  }

  #ended(running: Running, { id, moved: bytes, side, errno = 0, dropped }: Told): void {
    const resolve = running.ends.get(id);
    running.ends.delete(id);
    running.free.push(id);
    if (dropped) resolve?.({ kind: 'dropped', bytes });
    else if (side !== undefined) resolve?.({ kind: 'failed', bytes, side, errno });
    else resolve?.({ kind: 'end', bytes });
    if (running.ends.size > 0) return;
    running.worker.unref();
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      if (running.ends.size === 0 && this.#always === 0) this.#stop().catch(() => undefined);
    }, idleTime).unref();
  }

  /** What is under way is dropped. */
  async #stop(): Promise<void> {
    clearTimeout(this.#timer);
    await this.#starting;
    const running = this.#running;
    this.#running = undefined;
    if (running === undefined) return;
    const gone = new Promise<void>((resolve) => running.worker.once('exit', () => resolve()));
    this.#starting = gone;
    running.worker.ref();
    this.#say(running, { kind: 'stop' });
    await gone;
  }

  #say(running: Running, message: object): void {
    running.worker.postMessage(message);
    this.#wake(running);
  }

  #wake({ wake }: Running): void {
    this.#libc?.write(wake, Uint8Array.of(1, 0, 0, 0, 0, 0, 0, 0), 8);
  }

  #bytes({ counted }: Running, id: number): number {
    return counted[id * moverSlots.fields] ?? 0;
  }
}

let threads = 0;

/** Threads that have not ended. */
export function moverThreads(): number {
  return threads;
}

function waiting(): { readonly promise: Promise<void>; readonly resolve: () => void } {
  let resolve: () => void = () => undefined;
  const promise = new Promise<void>((done) => {
    resolve = done;
  });
  return { promise, resolve };
}

/** One for the process. */
export const mover = new Mover();
