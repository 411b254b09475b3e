/**
 * So many tokens a second, and no more than `burst` saved up. Whoever takes more than there are owes them, and is told how long to wait:
 * so large pieces pass too, and several who share a bucket get the rate together. Pure: time is an argument, in milliseconds.
 */
export class TokenBucket {
  readonly #rate: number;
  readonly #burst: number;
  #tokens: number;
  #at: number;

  /** `rate`: tokens a second. Full at the start. */
  constructor({
    rate,
    burst = rate,
    now,
  }: { readonly rate: number; readonly burst?: number; readonly now: number }) {
    this.#rate = rate;
    this.#burst = burst;
    this.#tokens = burst;
    this.#at = now;
  }

  /** What `take` would return: nothing is taken. */
  due(count: number, now: number): number {
    const wait = this.take(count, now);
    this.#tokens += count;
    return wait;
  }

  /** Takes them, whether they are there or not. Returns the milliseconds after which they are paid for. */
  take(count: number, now: number): number {
    // A clock that goes back must not make tokens out of nothing, nor take any away.
    const passed = Math.max(0, now - this.#at);
    this.#at += passed;
    this.#tokens = Math.min(this.#burst, this.#tokens + (passed / 1000) * this.#rate) - count;
    return this.#tokens >= 0 ? 0 : (-this.#tokens / this.#rate) * 1000;
  }
}
