import { TokenBucket } from '@duoport/net';

/** So many commands a second: what comes faster waits for its turn, and with it all that is pipelined behind it. Pure. */
export class Pace {
  readonly #bucket: TokenBucket;
  readonly #patience: number;
  #waitingSince: number | undefined;

  /** A second's worth may come at once. `patience`: milliseconds in which every command had to wait; then it is no hurry any more. */
  constructor(rate: number, patience: number, now: number) {
    this.#patience = patience;
    this.#bucket = new TokenBucket({ rate, now });
  }

  /** Milliseconds that the next command waits; undefined: it was too fast for too long. */
  next(now: number): number | undefined {
    const wait = this.#bucket.take(1, now);
    if (wait === 0) this.#waitingSince = undefined;
    else this.#waitingSince ??= now;
    return this.#waitingSince !== undefined && now - this.#waitingSince > this.#patience ? undefined : wait;
  }
}
