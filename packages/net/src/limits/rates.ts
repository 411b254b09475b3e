import { ownRate, type TakeBytes } from './throttle.ts';

/** Bytes a second by name, for all who ask for the same one. Methods of plain data: another process may ask. */
export interface Rates {
  /** Takes so many bytes of a rate. Resolves with the milliseconds after which they are paid for. */
  take(name: string, rate: number, count: number): Promise<number>;
}

interface Purse {
  readonly rate: number;
  readonly take: TakeBytes;
  /** When all is paid for. */
  until: number;
}

/** Purses that are kept before those that nobody uses are thrown away. */
const many = 1000;
/** Milliseconds after which a purse that owes nothing is as good as a new one. */
const rest = 1000;

/** Rates that this process keeps for others. */
export class KeptRates implements Rates {
  readonly #purses = new Map<string, Purse>();
  #sweepAt = many;

  async take(name: string, rate: number, count: number): Promise<number> {
    const known = this.#purses.get(name);
    const purse = known?.rate === rate ? known : { rate, take: ownRate(rate), until: 0 };
    if (purse !== known) this.#add(name, purse);
    const wait = await purse.take(count);
    purse.until = performance.now() + wait;
    return wait;
  }

  #add(name: string, purse: Purse): void {
    this.#purses.set(name, purse);
    if (this.#purses.size < this.#sweepAt) return;
    const now = performance.now();
    for (const [each, { until }] of this.#purses)
      if (each !== name && until + rest < now) this.#purses.delete(each);
    this.#sweepAt = Math.max(many, this.#purses.size * 2);
  }
}
