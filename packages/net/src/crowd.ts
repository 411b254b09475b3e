/** How to stop taking in. */
export interface CloseOptions {
  /** Who is halfway in may come in; the promise waits for them. Default: they are sent away. */
  readonly finish?: boolean;
}

/** Who is there, and when the last one has left. */
export class Crowd<Member> {
  readonly #members = new Set<Member>();
  #emptied: (() => void)[] = [];

  get size(): number {
    return this.#members.size;
  }

  [Symbol.iterator](): IterableIterator<Member> {
    return this.#members.values();
  }

  add(member: Member): void {
    this.#members.add(member);
  }

  delete(member: Member): void {
    this.#members.delete(member);
    if (this.#members.size === 0) for (const emptied of this.#emptied.splice(0)) emptied();
  }

  /** Resolves when nobody is there. After `grace` milliseconds `hurry` is called for each who still is. */
  async empty(grace: number | undefined, hurry: (member: Member) => void): Promise<void> {
    if (this.#members.size === 0) return;
    const all = () => {
      for (const member of [...this.#members]) hurry(member);
    };
    const timer = grace === undefined ? undefined : setTimeout(all, grace);
    await new Promise<void>((resolve) => this.#emptied.push(resolve));
    clearTimeout(timer);
  }
}
