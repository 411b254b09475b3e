import { sortInTurns } from './sort-in-turns.ts';

type Numbers = Uint32Array | BigUint64Array;

/** Ranges of numbers, first to last: collected, then sorted and joined once. Eight bytes a range of IPv4, sixteen of IPv6. */
export class NetworkRanges<Kind extends Numbers> {
  readonly #make: (size: number) => Kind;
  #first: Kind;
  #last: Kind;
  #size = 0;

  constructor(make: (size: number) => Kind) {
    this.#make = make;
    this.#first = make(1024);
    this.#last = make(1024);
  }

  get bytes(): number {
    return this.#first.byteLength + this.#last.byteLength;
  }

  add(first: Kind[number], last: Kind[number]): void {
    if (this.#size === this.#first.length) {
      this.#first = this.#sized(this.#first, 2 * this.#size);
      this.#last = this.#sized(this.#last, 2 * this.#size);
    }
    this.#first[this.#size] = first;
    this.#last[this.#size] = last;
    this.#size += 1;
  }

  /** From now on it can be asked, and takes no more. */
  async settle(): Promise<void> {
    const first = await sortInTurns(this.#sized(this.#first, this.#size));
    const last = await sortInTurns(this.#sized(this.#last, this.#size));
    let count = 0;
    for (let from = 0; from < this.#size; count += 1) {
      // Both are sorted: what begins before as many have ended as have begun belongs together.
      let to = from;
      while (to + 1 < this.#size && (first[to + 1] ?? 0) <= (last[to] ?? 0)) to += 1;
      first[count] = first[from] ?? 0;
      last[count] = last[to] ?? 0;
      from = to + 1;
    }
    this.#first = this.#sized(first, count);
    this.#last = this.#sized(last, count);
    this.#size = count;
  }

  has(number: Kind[number]): boolean {
    let [low, high] = [0, this.#size];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#first[middle] ?? 0) <= number) low = middle + 1;
      else high = middle;
    }
    return low > 0 && (this.#last[low - 1] ?? 0) >= number;
  }

  #sized(numbers: Kind, size: number): Kind {
    const copy = this.#make(size);
    const kept = numbers.subarray(0, Math.min(size, this.#size));
    (copy as { set(from: Numbers): void }).set(kept);
    return copy;
  }
}
