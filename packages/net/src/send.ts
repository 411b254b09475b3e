import type { Duplex } from 'node:stream';
import type { Endpoint } from '@duoport/protocol';
import { giveBack, takeLarge } from './buffers.ts';
import type { Awaitable, ByteSource, ChunkTransform, PumpOptions } from './bytes.ts';
import { netLimits } from './net-limits.ts';
import type { RawStream } from './raw-stream.ts';
import { isPromise } from './sink-writer.ts';
import type { Moved } from './transfer-context.ts';
import { broken, watch } from './transfer-end.ts';

export interface SendContext {
  readonly peer: Endpoint;
  onFirstByte(): void;
  onReset(cause: Error): void;
  /** Everything was written: close_notify and FIN. Resolves when the kernel has them. */
  finish(): Awaitable<void>;
  /** Drops the connection. */
  abandon(): void;
}

/** A TCP or TLS socket, or what stands for one. */
type Sending = Duplex & Pick<RawStream, 'setTimeout'>;

/** Sends all of `source` on `stream`, a TCP or TLS socket. Never rejects before a running read or write is over. */
export async function send(
  stream: Sending,
  source: ByteSource,
  options: PumpOptions,
  context: SendContext,
): Promise<Moved> {
  const run = new SendRun(stream, source, options, context);
  try {
    await run.transfer();
    return run.moved;
  } catch (error) {
    context.abandon();
    throw run.reason(error);
  } finally {
    run.close();
    await source.close?.();
  }
}

class SendRun {
  readonly #stream: Sending;
  readonly #source: ByteSource;
  readonly #options: PumpOptions;
  readonly #context: SendContext;
  readonly #transform: ChunkTransform | undefined;
  readonly #offset: number;
  #bytes = 0;
  #wireBytes = 0;
  #writing = 0;
  #failure: { readonly reason: unknown } | undefined;
  #reset = false;
  #unwatch: (() => void) | undefined;

  constructor(stream: Sending, source: ByteSource, options: PumpOptions, context: SendContext) {
    this.#stream = stream;
    this.#source = source;
    this.#options = options;
    this.#context = context;
    this.#transform = options.transform;
    this.#offset = options.offset ?? 0;
    stream.on('error', this.#onError);
  }

  get moved(): Moved {
    return { bytes: this.#bytes, wireBytes: this.#wireBytes };
  }

  transfer(): Promise<void> {
    const { size } = this.#source;
    const isSmall = size !== undefined && size <= netLimits.smallTransfer && !this.#transform;
    return isSmall ? this.#sendSmall(size) : this.#sendLarge();
  }

  /** What made the transfer fail: the abort or the stall rather than the broken write that followed from it. */
  reason(otherwise: unknown): unknown {
    return this.#failure ? this.#failure.reason : otherwise;
  }

  close(): void {
    this.#unwatch?.();
    this.#options.transform?.close();
  }

  /** One read, one write: a file of 1 KiB is one segment and a FIN. */
  async #sendSmall(size: number): Promise<void> {
    const buffer = Buffer.allocUnsafe(size);
    let fill = 0;
    while (fill < size) {
      const read = this.#source.read(fill === 0 ? buffer : buffer.subarray(fill), this.#offset + fill);
      const count = isPromise(read) ? await this.#watched(read) : read;
      if (count === 0) break;
      fill += count;
    }
    this.#bytes = fill;
    if (fill > 0) {
      const written = this.#write(fill === size ? buffer : buffer.subarray(0, fill));
      if (written) await this.#watched(written);
      this.#options.onProgress?.(fill);
    }
    await this.#finish();
  }

  /**
   * Two buffers in turn: while the kernel takes one, the other is read into. The read is started first, because a write copies
   * into the kernel on this thread, and the read runs in another one meanwhile: twice as fast.
   */
  async #sendLarge(): Promise<void> {
    this.#watch();
    const buffers = [takeLarge(), takeLarge()] as const;
    try {
      let turn: 0 | 1 = 0;
      let count = await this.#read(buffers[turn]);
      let turned = performance.now();
      while (count > 0) {
        // Where neither reading nor writing has to wait, everybody else still gets a turn.
        if (performance.now() - turned > longestTurn) {
          await new Promise((resolve) => setImmediate(resolve));
          turned = performance.now();
        }
        const full = buffers[turn].subarray(0, count);
        turn = turn === 0 ? 1 : 0;
        const next = attempt(() => this.#read(buffers[turn]));
        count = await both(
          attempt(() => this.#forward(full)),
          next,
        );
        this.#options.onProgress?.(this.#bytes);
      }
      await this.#transform?.end((output) => this.#write(output));
    } finally {
      for (const buffer of buffers) giveBack(buffer);
    }
    await this.#finish();
  }

  /** From the first wait on: a small file that goes out at once needs no timer. */
  #watch(): void {
    this.#unwatch ??= watch(this.#options, {
      direction: 'send',
      peer: this.#context.peer,
      socket: this.#stream,
      waitsForUs: () => this.#writing === 0,
      moved: () => this.#wireBytes,
      fail: (reason) => {
        this.#failure ??= { reason };
        this.#context.abandon();
      },
    });
  }

  #watched<T>(promise: Promise<T>): Promise<T> {
    this.#watch();
    return promise;
  }

  #read(into: Uint8Array): Awaitable<number> {
    this.#check();
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
    return this.#transform
      ? this.#transform.push(chunk, (output) => this.#write(output))
      : this.#write(chunk);
  }

  /** Undefined when the kernel took all of it at once. */
  #write(chunk: Uint8Array): Awaitable<void> {
    const stream = this.#stream;
    this.#check();
    if (stream.destroyed) throw this.#broken(undefined);
    if (this.#wireBytes === 0 && chunk.length > 0) this.#context.onFirstByte();
    let done: ((error?: Error | null) => void) | undefined;
    stream.write(chunk, (error) => done?.(error));
    this.#wireBytes += chunk.length;
    if (stream.writableLength === 0 && !stream.destroyed && !stream.errored) return undefined;
    this.#writing += 1;
    return new Promise((resolve, reject) => {
      done = (error) => {
        this.#writing -= 1;
        if (error) reject(this.reason(this.#broken(error)));
        else resolve();
      };
    });
  }

  async #finish(): Promise<void> {
    this.#check();
    this.#writing += 1;
    const finished = this.#context.finish();
    if (isPromise(finished)) await this.#watched(finished);
    this.#writing -= 1;
    this.#check();
  }

  #check(): void {
    if (this.#failure) throw this.#failure.reason;
  }

  readonly #onError = (error: Error): void => {
    this.#failure ??= { reason: this.#broken(error) };
  };

  #broken(cause: Error | undefined): unknown {
    if (cause && !this.#reset) {
      this.#reset = true;
      this.#context.onReset(cause);
    }
    return broken({ direction: 'send', moved: () => this.#wireBytes }, cause);
  }
}

/** A failure as a promise: whatever else is under way must be over before anyone hears of it. */
function attempt<T>(call: () => Awaitable<T>): Awaitable<T> {
  try {
    return call();
  } catch (error) {
    return Promise.reject(error);
  }
}

/** Milliseconds of one stretch of synchronous reads and writes. */
const longestTurn = 1;

/** Both are over when this settles; a failed write counts for more than a failed read. */
async function both(written: Awaitable<void>, read: Awaitable<number>): Promise<number> {
  if (!isPromise(written) && !isPromise(read)) return read;
  const [writing, reading] = await Promise.allSettled([written, read]);
  if (writing.status === 'rejected') throw writing.reason;
  if (reading.status === 'rejected') throw reading.reason;
  return reading.value;
}
