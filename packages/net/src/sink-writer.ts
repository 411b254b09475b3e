import type { Awaitable, ByteSink, ChunkTransform, PumpOptions } from './bytes.ts';

/** The far end of a receive: counts, converts, and hands to the sink. One write at a time. */
export class SinkWriter {
  readonly #sink: ByteSink;
  readonly #transform: ChunkTransform | undefined;
  readonly #onProgress: ((bytes: number) => void) | undefined;
  readonly #offset: number;
  /** Bytes given to the sink. */
  bytes = 0;
  /** Bytes that came in. */
  wireBytes = 0;

  constructor(sink: ByteSink, options: PumpOptions) {
    this.#sink = sink;
    this.#transform = options.transform;
    this.#onProgress = options.onProgress?.bind(options);
    this.#offset = options.offset ?? 0;
  }

  /** Stays synchronous when the sink does. */
  write(chunks: readonly Uint8Array[]): Awaitable<void> {
    for (const chunk of chunks) this.wireBytes += chunk.length;
    return this.#transform ? this.#convert(this.#transform, chunks) : this.#put(chunks);
  }

  /** So many have gone past the sink. */
  skip(bytes: number): void {
    this.wireBytes += bytes;
    this.bytes += bytes;
    this.#onProgress?.(this.bytes);
  }

  /** The input is over: what the transform still holds goes to the sink. */
  end(): Awaitable<void> {
    return this.#transform?.end((output) => this.#put([output]));
  }

  async #convert(transform: ChunkTransform, chunks: readonly Uint8Array[]): Promise<void> {
    for (const chunk of chunks) await transform.push(chunk, (output) => this.#put([output]));
  }

  #put(chunks: readonly Uint8Array[]): Awaitable<void> {
    const at = this.#offset + this.bytes;
    for (const chunk of chunks) this.bytes += chunk.length;
    const written = this.#sink.write(chunks, at);
    if (!this.#onProgress) return written;
    if (isPromise(written)) return written.then(() => this.#onProgress?.(this.bytes));
    this.#onProgress(this.bytes);
    return undefined;
  }
}

export function isPromise<T>(value: Awaitable<T>): value is Promise<T> {
  return typeof value === 'object' && value !== null && 'then' in value;
}
