import { giveBack, takeLarge } from './buffers.ts';
import { netLimits } from './net-limits.ts';

/** What is handed to a sink at once; its memory is used again after `release`. */
export interface Handful {
  readonly chunks: readonly Uint8Array[];
  readonly bytes: number;
  release(): void;
}

/**
 * What a stream has given and nobody has taken. Chunks that wait for a slow sink grow old, and a garbage collector that has to go
 * through everything for them costs more than all the rest; so the many of a long transfer are copied into blocks that are used again.
 */
export class Batch {
  #chunks: Uint8Array[] = [];
  #blocks: Uint8Array[] = [];
  /** Bytes of the last block that are taken. */
  #fill = 0;
  #bytes = 0;
  #total = 0;

  get bytes(): number {
    return this.#bytes;
  }

  push(chunk: Uint8Array): void {
    this.#bytes += chunk.length;
    this.#total += chunk.length;
    if (this.#total > netLimits.smallTransfer) this.#copy(chunk);
    else this.#chunks.push(chunk);
  }

  take(): Handful {
    const blocks = this.#blocks;
    const last = blocks.length - 1;
    const filled = blocks.map((block, at) => (at === last ? block.subarray(0, this.#fill) : block));
    const handful = {
      chunks: [...this.#chunks, ...filled],
      bytes: this.#bytes,
      release: () => blocks.splice(0).forEach(giveBack),
    };
    this.#chunks = [];
    this.#blocks = [];
    this.#fill = 0;
    this.#bytes = 0;
    return handful;
  }

  #copy(chunk: Uint8Array): void {
    for (let at = 0; at < chunk.length; ) {
      let block = this.#blocks.at(-1);
      if (block === undefined || this.#fill === block.length) {
        block = takeLarge();
        this.#blocks.push(block);
        this.#fill = 0;
      }
      const count = Math.min(chunk.length - at, block.length - this.#fill);
      block.set(count === chunk.length ? chunk : chunk.subarray(at, at + count), this.#fill);
      this.#fill += count;
      at += count;
    }
  }
}
