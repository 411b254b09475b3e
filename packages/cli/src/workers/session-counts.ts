import type { ServePlan } from '../serve/plan.ts';

type Limits = ServePlan['server']['limits'];

/** How many sessions there are over all workers, in all and of each client address. */
export class SessionCounts {
  limits: Limits;
  #all = 0;
  readonly #perAddress = new Map<string, number>();

  constructor(limits: Limits) {
    this.limits = limits;
  }

  /** Why one more from there is one too many. */
  refusal(address: string): string | undefined {
    const { sessions, 'sessions-per-address': each = Number.POSITIVE_INFINITY } = this.limits;
    if (this.#all >= sessions) return `All ${sessions} sessions are in use; try again later.`;
    return (this.#perAddress.get(address) ?? 0) >= each
      ? `Your address has ${each} sessions open, which is the limit.`
      : undefined;
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
