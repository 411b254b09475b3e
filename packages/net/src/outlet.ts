import type { Duplex } from 'node:stream';
import type { Endpoint } from '@duoport/protocol';
import type { Awaitable, PumpOptions } from './bytes.ts';
import type { RawStream } from './raw-stream.ts';
import { isPromise } from './sink-writer.ts';
import { broken, watch } from './transfer-end.ts';

export interface OutletContext {
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

/** Where the bytes of a transfer leave: writes them, counts them, and knows why no more of them can. */
export class Outlet {
  readonly #stream: Sending;
  readonly #options: PumpOptions;
  readonly #context: OutletContext;
  #wireBytes = 0;
  #writing = 0;
  #failure: { readonly reason: unknown } | undefined;
  #reset = false;
  #unwatch: (() => void) | undefined;

  constructor(stream: Sending, options: PumpOptions, context: OutletContext) {
    this.#stream = stream;
    this.#options = options;
    this.#context = context;
    stream.on('error', (error) => {
      this.#failure ??= { reason: this.#broken(error) };
    });
  }

  get wireBytes(): number {
    return this.#wireBytes;
  }

  /** All of `chunks`, in one call of the kernel. Undefined when the kernel took all of it at once. */
  write(chunks: readonly Uint8Array[]): Awaitable<void> {
    this.check();
    const stream = this.#stream;
    if (stream.destroyed) throw this.#broken(undefined);
    let done: ((error?: Error | null) => void) | undefined;
    const onLast = (error: Error | null | undefined) => done?.(error);
    const last = chunks.at(-1);
    if (chunks.length > 1) stream.cork();
    for (const chunk of chunks) {
      if (this.#wireBytes === 0 && chunk.length > 0) this.#context.onFirstByte();
      this.#wireBytes += chunk.length;
      stream.write(chunk, chunk === last ? onLast : undefined);
    }
    if (chunks.length > 1) stream.uncork();
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

  /** The kernel has got so many past this one. */
  moved(bytes: number): void {
    this.#wireBytes += bytes;
  }

  async finish(): Promise<void> {
    this.check();
    this.#writing += 1;
    const finished = this.#context.finish();
    if (isPromise(finished)) await this.watched(finished);
    this.#writing -= 1;
    this.check();
  }

  /** From the first wait on: a small file that goes out at once needs no timer. */
  watch(): void {
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

  watched<T>(promise: Promise<T>): Promise<T> {
    this.watch();
    return promise;
  }

  /** Nobody watches it any more. */
  close(): void {
    this.#unwatch?.();
  }

  abandon(): void {
    this.#context.abandon();
  }

  check(): void {
    if (this.#failure) throw this.#failure.reason;
  }

  /** What made the transfer fail: the abort or the stall rather than the broken write that followed from it. */
  reason(otherwise: unknown): unknown {
    return this.#failure ? this.#failure.reason : otherwise;
  }

  #broken(cause: Error | undefined): unknown {
    if (cause && !this.#reset) {
      this.#reset = true;
      this.#context.onReset(cause);
    }
    return broken({ direction: 'send', moved: () => this.#wireBytes }, cause);
  }
}
