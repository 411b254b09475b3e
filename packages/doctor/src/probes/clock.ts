/** The time that is left for a run. Every wait asks here, so that the sum of them keeps to the budget. */
export class Clock {
  readonly started = performance.now();
  readonly #budget: number;

  constructor(budget: number) {
    this.#budget = budget;
  }

  /** Milliseconds since the start. */
  get passed(): number {
    return performance.now() - this.started;
  }

  /** Milliseconds left, `reserve` of them kept back. Never negative. */
  left(reserve = 0): number {
    return Math.max(0, this.#budget - reserve - this.passed);
  }

  /** At most `wanted` ms, less when the budget ends before. At least 1: a wait of nothing would never see an answer. */
  atMost(wanted: number): number {
    return Math.max(1, Math.min(wanted, this.left()));
  }
}
