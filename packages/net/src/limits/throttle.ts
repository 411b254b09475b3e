import type { Awaitable, ByteSink, ByteSource } from '../bytes.ts';
import { TokenBucket } from './token-bucket.ts';

/** Pieces a second: small enough that a slow transfer is not one long silence, large enough to cost nothing. */
const pieces = 8;

/** Takes so many bytes of a rate and says after how many milliseconds they are paid for. */
export type TakeBytes = (count: number) => Awaitable<number>;

/** Bytes a second that are kept here. */
export function ownRate(rate: number): TakeBytes {
  const bucket = new TokenBucket({ rate, burst: rate / pieces, now: performance.now() });
  return (count) => bucket.take(count, performance.now());
}

/** Bytes a second, for all transfers that share it. */
export class Throttle {
  readonly #take: TakeBytes;
  readonly #piece: number;

  /** `take`: who keeps the rate. */
  constructor(rate: number, take: TakeBytes = ownRate(rate)) {
    this.#take = take;
    this.#piece = Math.max(1, Math.ceil(rate / pieces));
  }

  /** The same sink, that takes no more than its share. When `signal` fires nobody waits any longer: the sink says why. */
  limit(sink: ByteSink, signal: AbortSignal): ByteSink {
    return {
      write: async (chunks, at) => {
        let offset = at;
        for (const chunk of chunks) {
          for (let from = 0; from < chunk.length; from += this.#piece) {
            const piece = chunk.subarray(from, from + this.#piece);
            await sleep(await this.#take(piece.length), signal);
            await sink.write([piece], offset);
            offset += piece.length;
          }
        }
      },
    };
  }

  /** The same source, that gives no more than its share. */
  limitSource(source: ByteSource, signal: AbortSignal): ByteSource {
    return {
      size: source.size,
      read: async (into, at) => {
        const piece = into.length > this.#piece ? into.subarray(0, this.#piece) : into;
        const count = await source.read(piece, at);
        await sleep(await this.#take(count), signal);
        return count;
      },
      close: () => source.close?.(),
    };
  }
}

function sleep(milliseconds: number, signal: AbortSignal): Promise<void> | undefined {
  if (milliseconds < 1 || signal.aborted) return undefined;
  return new Promise((resolve) => {
    const wake = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', wake);
      resolve();
    };
    const timer = setTimeout(wake, Math.min(milliseconds, 2 ** 31 - 1));
    signal.addEventListener('abort', wake, { once: true });
  });
}
