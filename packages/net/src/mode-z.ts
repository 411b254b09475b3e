import { createDeflate, createInflate, type Deflate, type Inflate } from 'node:zlib';
import { FtpLimitError, FtpTransferError } from '@duoport/protocol';
import type { ChunkTransform, EmitChunk } from './bytes.ts';

/** Output leaves zlib in pieces of this size. */
const PIECE = 64 * 1024;

/** MODE Z (deflate draft), sending: a zlib stream. `level` 1–9. */
export function deflateToWire(level = 6): ChunkTransform {
  return new ZlibTransform('deflate', createDeflate({ level, chunkSize: PIECE }), undefined);
}

export interface InflateOptions {
  /** Bytes that may come out at most: FTP_LIMIT beyond (a zip bomb makes a thousand bytes of one). Default: unlimited. */
  readonly maxBytes?: number | undefined;
}

/** MODE Z, receiving. Memory is bounded whatever the ratio: zlib stops until its output has been taken. */
export function inflateFromWire(options: InflateOptions = {}): ChunkTransform {
  return new ZlibTransform('inflate', createInflate({ chunkSize: PIECE }), options.maxBytes);
}

class ZlibTransform implements ChunkTransform {
  readonly name: 'deflate' | 'inflate';
  readonly #stream: Deflate | Inflate;
  readonly #maxBytes: number;
  /** Bytes in, and bytes out. */
  #pushed = 0;
  #bytes = 0;
  #ended = false;
  #error: Error | undefined;
  #wake: () => void = () => {};

  constructor(name: 'deflate' | 'inflate', stream: Deflate | Inflate, maxBytes: number | undefined) {
    this.name = name;
    this.#stream = stream;
    this.#maxBytes = maxBytes ?? Number.POSITIVE_INFINITY;
    stream.on('readable', () => this.#wake());
    stream.on('end', () => {
      this.#ended = true;
      this.#wake();
    });
    stream.on('error', (error) => {
      this.#error = error;
      this.#wake();
    });
  }

  async push(input: Uint8Array, emit: EmitChunk): Promise<void> {
    if (input.length === 0) return;
    this.#pushed += input.length;
    let isTaken = false;
    if (!this.#ended) {
      this.#stream.write(input, () => {
        isTaken = true;
        this.#wake();
      });
    }
    await this.#drain(emit, () => isTaken);
    // zlib leaves what follows the end of its stream, without an error.
    if (this.#stream.bytesWritten < this.#pushed) {
      throw this.#failure('bytes follow the end of the compressed stream');
    }
  }

  async end(emit: EmitChunk): Promise<void> {
    // Some servers send nothing at all for an empty file or listing.
    if (this.name === 'inflate' && this.#pushed === 0) return;
    this.#stream.end();
    await this.#drain(emit, () => false);
  }

  close(): void {
    this.#stream.destroy();
  }

  /** Hands on what comes out until `isDone` and nothing is left, or the stream has ended. */
  async #drain(emit: EmitChunk, isDone: () => boolean): Promise<void> {
    for (;;) {
      if (this.#error) throw this.#failure(this.#error.message);
      const output: Uint8Array | null = this.#stream.read();
      if (output) {
        this.#count(output.length);
        await emit(output);
      } else if (isDone() || this.#ended) return;
      else await this.#something();
    }
  }

  #something(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }

  #count(length: number): void {
    this.#bytes += length;
    if (this.#bytes <= this.#maxBytes) return;
    const text = `The compressed stream becomes more than ${this.#maxBytes} bytes`;
    throw new FtpLimitError(text, { limit: 'maxBytes', value: this.#maxBytes });
  }

  #failure(because: string): FtpTransferError {
    return new FtpTransferError(`The MODE Z stream is broken after ${this.#bytes} bytes: ${because}`, {
      direction: this.name === 'inflate' ? 'receive' : 'send',
      bytes: this.#bytes,
      resumable: false,
    });
  }
}
