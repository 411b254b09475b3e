/**
 * How the names of a large directory are looked at. 'pool': by the threads of the pool, so that another core helps: half
 * as long where one is idle, and twice the processor time. 'direct': synchronously, in short stretches.
 */
export type ListingWay = 'direct' | 'pool';

/** Listings with fewer names tell nothing about speed. */
const tellingNames = 512;
const weight = 1 / 4;
/** One in so many listings tries what was slower the last time. */
const trialEvery = 8;

/** Chooses the way of a listing by what was faster for the last ones: that depends on what else the cores have to do. */
export class ListingWays {
  /** Milliseconds for a name, all in all. */
  readonly #costs: Record<ListingWay, number | undefined> = { direct: undefined, pool: undefined };
  #running = 0;
  #listings = 0;

  /** To be followed by `end`. Several listings at once keep the cores busy, so they go the cheaper way. */
  begin(): ListingWay {
    this.#running++;
    if (this.#running > 1) return 'direct';
    const { direct, pool } = this.#costs;
    if (pool === undefined) return 'pool';
    if (direct === undefined) return 'direct';
    const [better, worse] =
      pool < direct * 0.9 ? (['pool', 'direct'] as const) : (['direct', 'pool'] as const);
    return ++this.#listings % trialEvery === 0 ? worse : better;
  }

  end(way: ListingWay, took: number, names: number): void {
    this.#running--;
    if (names < tellingNames) return;
    const cost = took / names;
    const before = this.#costs[way] ?? cost;
    this.#costs[way] = before + (cost - before) * weight;
  }
}
