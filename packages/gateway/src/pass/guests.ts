import { keyOf } from '../fleet/balance.ts';
import type { Upstream } from '../upstream.ts';
import type { VisitChange, Visitors } from './visitors.ts';

/** Clients whose control connections are with the process before this one, while their data connections come here. */
export class Guests {
  readonly #visitors: Visitors;
  readonly #servers: readonly Upstream[];
  readonly #leave = new Map<number, () => void>();

  constructor(visitors: Visitors, servers: readonly Upstream[]) {
    this.#visitors = visitors;
    this.#servers = servers;
  }

  change({ session, at }: VisitChange): void {
    this.#leave.get(session)?.();
    this.#leave.delete(session);
    if (at === undefined) return;
    const upstream = this.#servers.find((server) => keyOf(server) === at.server);
    // A server that is none of ours any more gets nothing from us.
    if (upstream !== undefined)
      this.#leave.set(session, this.#visitors.enter(at.address, upstream, at.visit));
  }

  /** The process before this one is gone, and all of them with it. */
  clear(): void {
    for (const leave of this.#leave.values()) leave();
    this.#leave.clear();
  }
}
