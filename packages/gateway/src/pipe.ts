import type { ByteSink, ByteSource } from '@duoport/net';

interface Offer {
  readonly chunks: readonly Uint8Array[];
  index: number;
  offset: number;
  taken(): void;
  refused(error: unknown): void;
}

/**
 * Joins the receiving of one data connection to the sending of the other: what is written is read, without a buffer in
 * between. A side that fails fails the other one.
 */
export class Pipe {
  #offer: Offer | undefined;
  #wanted: (() => void) | undefined;
  #ended = false;
  #failure: { readonly error: unknown } | undefined;

  readonly sink: ByteSink = {
    write: (chunks) => {
      if (this.#failure) return Promise.reject(this.#failure.error);
      return new Promise<void>((taken, refused) => {
        this.#offer = { chunks, index: 0, offset: 0, taken, refused };
        this.#wake();
      });
    },
  };

  readonly source: ByteSource = {
    read: (into) => {
      const filled = this.#fill(into);
      if (filled > 0 || (this.#ended && !this.#failure)) return filled;
      return this.#later(into);
    },
  };

  /** All has been written. */
  end(): void {
    this.#ended = true;
    this.#wake();
  }

  fail(error: unknown): void {
    if (this.#failure || (this.#ended && !this.#offer)) return;
    this.#failure = { error };
    const offer = this.#offer;
    this.#offer = undefined;
    offer?.refused(error);
    this.#wake();
  }

  async #later(into: Uint8Array): Promise<number> {
    for (;;) {
      if (this.#failure) throw this.#failure.error;
      const filled = this.#fill(into);
      if (filled > 0 || this.#ended) return filled;
      await new Promise<void>((resolve) => {
        this.#wanted = resolve;
      });
    }
  }

  #fill(into: Uint8Array): number {
    const offer = this.#offer;
    if (!offer) return 0;
    let filled = 0;
    for (let chunk = offer.chunks[offer.index]; chunk !== undefined; chunk = offer.chunks[offer.index]) {
      const count = Math.min(chunk.length - offer.offset, into.length - filled);
      into.set(chunk.subarray(offer.offset, offer.offset + count), filled);
      filled += count;
      offer.offset += count;
      if (offer.offset < chunk.length) return filled;
      offer.index += 1;
      offer.offset = 0;
    }
    this.#offer = undefined;
    offer.taken();
    return filled;
  }

  #wake(): void {
    const wanted = this.#wanted;
    this.#wanted = undefined;
    wanted?.();
  }
}
