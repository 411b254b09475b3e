import type { Times } from './accounts/allowed-times.ts';

/** Milliseconds after which the clock is looked at again: it may have been set, and summer time begins and ends. */
const longest = 15 * 60_000;

/** Tells when the time is over in which an account may be used. */
export class ClosingTime {
  readonly #times: Times;
  readonly #over: () => void;
  #timer: NodeJS.Timeout | undefined;

  constructor(times: Times, over: () => void) {
    this.#times = times;
    this.#over = over;
    this.#look();
  }

  stop(): void {
    clearTimeout(this.#timer);
  }

  readonly #look = (): void => {
    const left = this.#times.left(Date.now());
    if (left <= 0) this.#over();
    else this.#timer = setTimeout(this.#look, Math.min(left, longest)).unref();
  };
}
