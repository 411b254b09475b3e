import type { Limit } from '@duoport/server';
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

  /** What keeps one more from there out, and why. */
  refusal(address: string): { readonly limit: Limit; readonly told: string } | undefined {
    const { sessions, 'sessions-per-address': each = Number.POSITIVE_INFINITY } = this.limits;
    if (this.#all >= sessions)
      return { limit: 'sessions', told: `All ${sessions} sessions are in use; try again later.` };
    if ((this.#perAddress.get(address) ?? 0) < each) return undefined;
    const told = `Your address has ${each} sessions open, which is the limit.`;
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
