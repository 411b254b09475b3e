/** The last things that happened: a ring that holds `capacity` of them. */
export class Transcript<Item> {
  readonly #capacity: number;
  readonly #items: Item[] = [];
  #start = 0;

  constructor(capacity: number) {
    this.#capacity = Math.max(0, capacity);
  }

  add(item: Item): void {
    if (this.#capacity === 0) return;
    if (this.#items.length < this.#capacity) {
      this.#items.push(item);
    } else {
      this.#items[this.#start] = item;
      this.#start = (this.#start + 1) % this.#capacity;
    }
  }

  /** Oldest first. */
  toArray(): readonly Item[] {
    return [...this.#items.slice(this.#start), ...this.#items.slice(0, this.#start)];
  }
}
