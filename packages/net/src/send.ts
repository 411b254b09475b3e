import { giveBack, takeLarge, takeSmall } from './buffers.ts';
import type { Awaitable, ByteSource, ChunkTransform, PumpOptions } from './bytes.ts';
import { fairPart, fairTime } from './fair-share.ts';
import { netLimits } from './net-limits.ts';
import type { Outlet } from './outlet.ts';
import { isPromise } from './sink-writer.ts';
import type { Moved } from './transfer-context.ts';

/** Sends all of `source` through `outlet`. Never rejects before a running read or write is over. */
export async function send(outlet: Outlet, source: ByteSource, options: PumpOptions): Promise<Moved> {
  const run = new SendRun(outlet, source, options);
  try {
    await run.transfer();
    return run.moved;
  } catch (error) {
    outlet.abandon();
    throw outlet.reason(error);
  } finally {
    outlet.close();
    options.transform?.close();
    await source.close?.();
  }
}

class SendRun {
  readonly #outlet: Outlet;
  readonly #source: ByteSource;
  readonly #options: PumpOptions;
  readonly #transform: ChunkTransform | undefined;
  readonly #offset: number;
  #bytes = 0;

  constructor(outlet: Outlet, source: ByteSource, options: PumpOptions) {
    this.#outlet = outlet;
    this.#source = source;
    this.#options = options;
    this.#transform = options.transform;
    this.#offset = options.offset ?? 0;
  }

  get moved(): Moved {
    return { bytes: this.#bytes, wireBytes: this.#outlet.wireBytes };
  }

  transfer(): Promise<void> {
    const { size } = this.#source;
    const isSmall = size !== undefined && size <= netLimits.smallTransfer && !this.#transform;
    return isSmall ? this.#sendSmall(size) : this.#sendLarge();
  }

  /** One read, one write: a file of 1 KiB is one segment and a FIN. */
  async #sendSmall(size: number): Promise<void> {
    const outlet = this.#outlet;
    const buffer = Buffer.allocUnsafe(size);
    let fill = 0;
    while (fill < size) {
      const read = this.#source.read(fill === 0 ? buffer : buffer.subarray(fill), this.#offset + fill);
      const count = isPromise(read) ? await outlet.watched(read) : read;
      if (count === 0) break;
      fill += count;
    }
    this.#bytes = fill;
    if (fill > 0) {
      const written = outlet.write([fill === size ? buffer : buffer.subarray(0, fill)]);
      if (written) await outlet.watched(written);
      this.#options.onProgress?.(fill);
    }
    await outlet.finish();
  }

  /**
   * Two buffers in turn: while the kernel takes one, the other is read into. The read is started first, because a write copies
   * into the kernel on this thread, and the read runs in another one meanwhile: twice as fast.
   */
  async #sendLarge(): Promise<void> {
    this.#outlet.watch();
    // A source that does not say how much it has may have little: large buffers are for those that fill the small ones.
    const take = this.#source.size === undefined ? takeSmall : takeLarge;
    const buffers: [Uint8Array, Uint8Array] = [take(), take()];
    try {
      let turn: 0 | 1 = 0;
      let part = fairPart(buffers[turn]);
      let count = await this.#read(part);
      let turned = performance.now();
      while (count > 0) {
        // Where neither reading nor writing has to wait, everybody else still gets a turn.
        if (performance.now() - turned > fairTime()) {
          await new Promise((resolve) => setImmediate(resolve));
          turned = performance.now();
        }
        const full = part.subarray(0, count);
        const isFull = count === part.length;
        turn = turn === 0 ? 1 : 0;
        if (isFull) buffers[turn] = larger(buffers[turn]);
        part = fairPart(buffers[turn]);
        const next = attempt(() => this.#read(part));
        count = await both(
          attempt(() => this.#forward(full)),
          next,
        );
        this.#options.onProgress?.(this.#bytes);
      }
      await this.#transform?.end((output) => this.#outlet.write([output]));
    } finally {
      for (const buffer of buffers) giveBack(buffer);
    }
    await this.#outlet.finish();
  }

  #read(into: Uint8Array): Awaitable<number> {
    this.#outlet.check();
    const at = this.#offset + this.#bytes;
    const read = this.#source.read(into, at);
    if (isPromise(read)) {
      return read.then((count) => {
        this.#bytes += count;
        return count;
      });
    }
    this.#bytes += read;
    return read;
  }

  #forward(chunk: Uint8Array): Awaitable<void> {
    const outlet = this.#outlet;
    return this.#transform
      ? this.#transform.push(chunk, (output) => outlet.write([output]))
      : outlet.write([chunk]);
  }
}

/** The buffer in its place. */
function larger(buffer: Uint8Array): Uint8Array {
  if (buffer.length === netLimits.pumpBuffer) return buffer;
  giveBack(buffer);
  return takeLarge();
}

/** A failure as a promise: whatever else is under way must be over before anyone hears of it. */
function attempt<T>(call: () => Awaitable<T>): Awaitable<T> {
  try {
    return call();
  } catch (error) {
    return Promise.reject(error);
  }
}

/** Both are over when this settles; a failed write counts for more than a failed read. */
async function both(written: Awaitable<void>, read: Awaitable<number>): Promise<number> {
  if (!isPromise(written) && !isPromise(read)) return read;
  const [writing, reading] = await Promise.allSettled([written, read]);
  if (writing.status === 'rejected') throw writing.reason;
  if (reading.status === 'rejected') throw reading.reason;
  return reading.value;
}
