export interface SessionLimits {
  readonly sessions: number;
  readonly perAddress: number;
}

/** What keeps one more session out, and what its client is told with 421. */
export interface SessionRefusal {
  readonly limit: 'sessions' | 'sessions-per-address';
  readonly told: string;
}

/** How many sessions there are, in all and of each client address. */
export class SessionCounts {
  #all = 0;
  readonly #perAddress = new Map<string, number>();

  /** In all. */
  get size(): number {
    return this.#all;
  }

  /** Undefined: one more from there may come. */
  refusal(address: string, { sessions, perAddress }: SessionLimits): SessionRefusal | undefined {
    if (this.#all >= sessions)
      return { limit: 'sessions', told: `All ${sessions} sessions are in use; try again later.` };
    if ((this.#perAddress.get(address) ?? 0) < perAddress) return undefined;
    const told = `Your address has ${perAddress} sessions open, which is the limit.`;
    return { limit: 'sessions-per-address', told };
  }

  came(address: string): void {
    this.#all += 1;
    this.#perAddress.set(address, (this.#perAddress.get(address) ?? 0) + 1);
  }

  left(address: string): void {
    this.#all -= 1;
    const left = (this.#perAddress.get(address) ?? 1) - 1;
    if (left === 0) this.#perAddress.delete(address);
    else this.#perAddress.set(address, left);
  }
}
