import type { SweepCount, SweepOptions } from './sweep.ts';

interface Swept {
  sweep(options: SweepOptions): Promise<SweepCount>;
}

/** When each root was looked at last, monotonic. After a reload there is a new backend for the same folder. */
const last = new Map<string, number>();

/** Sweeps at the start and from time to time, one sweep after the other. It keeps neither the process nor the backend alive. */
export class UploadSweeper {
  readonly #every: number;
  readonly #root: string;
  readonly #swept: WeakRef<Swept>;
  readonly #ended = new AbortController();
  #timer: NodeJS.Timeout | undefined;

  /** `every`: milliseconds from the end of one sweep to the next; Infinity: none. */
  constructor(swept: Swept, { every, root }: { readonly every: number; readonly root: string }) {
    this.#every = every;
    this.#root = root;
    this.#swept = new WeakRef(swept);
    if (Number.isFinite(every)) this.#wait(this.#due());
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#ended.abort();
  }

  #due(): number {
    const before = last.get(this.#root);
    return before === undefined ? 0 : Math.max(0, before + this.#every - performance.now());
  }

  #wait(time: number): void {
    this.#timer = setTimeout(() => void this.#sweep(), Math.min(time, 2 ** 31 - 1)).unref();
  }

  async #sweep(): Promise<void> {
    const swept = this.#swept.deref();
    if (swept === undefined) return;
    // Another backend for the same folder was quicker.
    if (this.#due() === 0) {
      last.set(this.#root, performance.now());
      await swept.sweep({ signal: this.#ended.signal, background: true }).catch(() => undefined);
      last.set(this.#root, performance.now());
    }
    if (!this.#ended.signal.aborted) this.#wait(this.#every);
  }
}
