interface Score {
  readonly points: number;
  readonly at: number;
}

/**
 * Points that fade: half of them are gone after the half-life. Bounded: of more than `most` keys the one is forgotten that was quiet for the
 * longest time. Pure: time is an argument, in milliseconds, of a clock that only goes forward.
 */
export class Scores {
  readonly #most: number;
  readonly #halfLife: number;
  /** In the order of their last points. */
  readonly #scores = new Map<string, Score>();

  constructor({ most, halfLife }: { readonly most: number; readonly halfLife: number }) {
    this.#most = most;
    this.#halfLife = halfLife;
  }

  get size(): number {
    return this.#scores.size;
  }

  get(key: string, now: number): number {
    const score = this.#scores.get(key);
    return score === undefined ? 0 : score.points * 2 ** (-Math.max(0, now - score.at) / this.#halfLife);
  }

  /** Returns what it is then. Points may be taken away too. */
  add(key: string, points: number, now: number): number {
    const sum = Math.max(0, this.get(key, now) + points);
    this.#scores.delete(key);
    if (sum === 0) return 0;
    this.#scores.set(key, { points: sum, at: now });
    if (this.#scores.size > this.#most) {
      const [oldest] = this.#scores.keys();
      if (oldest !== undefined) this.#scores.delete(oldest);
    }
    return sum;
  }
}
