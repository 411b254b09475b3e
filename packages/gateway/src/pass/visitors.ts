import { plainAddress } from '@duoport/net';
import type { Endpoint } from '@duoport/protocol';
import { keyOf } from '../fleet/balance.ts';
import type { Upstream } from '../upstream.ts';

/** One control connection that is passed through. */
export interface Visit {
  /** Its number. */
  readonly session: number;
  /** The machine that it went to, of those that the server's name may stand for. */
  readonly server: Endpoint;
  /** Our end of that. */
  readonly local: Endpoint;
}

interface Stay {
  readonly upstream: Upstream;
  /** The newest last. */
  readonly visits: Set<Visit>;
  /** Data connections that are open. */
  transfers: number;
}

/** Somebody has come, or has left (without `at`). Plain data: another process may be told. */
export interface VisitChange {
  /** Number of the session. */
  readonly session: number;
  readonly at?: { readonly address: string; readonly server: string; readonly visit: Visit };
}

/** Data connections beside each control connection: one in use, one that ends, and those of a client that is in a hurry. */
const transfersEach = 4;

/** Which addresses have control connections to which servers, and how many data connections beside them. */
export class Visitors {
  /** Told whenever somebody comes or leaves. */
  onChange: ((change: VisitChange) => void) | undefined;
  readonly #stays = new Map<string, Map<string, Stay>>();

  /** A control connection goes there; call what is returned when it is gone. */
  enter(address: string, upstream: Upstream, visit: Visit): () => void {
    const [from, to] = [plainAddress(address), keyOf(upstream)];
    const stays = this.#stays.get(from) ?? new Map<string, Stay>();
    const stay = stays.get(to) ?? { upstream, visits: new Set(), transfers: 0 };
    this.#stays.set(from, stays.set(to, stay));
    stay.visits.add(visit);
    const { session } = visit;
    this.onChange?.({ session, at: { address, server: to, visit } });
    return () => {
      stay.visits.delete(visit);
      this.onChange?.({ session });
      if (stay.visits.size > 0) return;
      stays.delete(to);
      if (stays.size === 0) this.#stays.delete(from);
    };
  }

  /** Who is there now. */
  list(): readonly VisitChange[] {
    return [...this.#stays].flatMap(([address, stays]) =>
      [...stays].flatMap(([server, { visits }]) =>
        [...visits].map((visit) => ({ session: visit.session, at: { address, server, visit } })),
      ),
    );
  }

  /** A data connection may come: `end` when it is gone. Undefined: nobody of that address is there, or it has enough of them. */
  transfer(address: string, upstream: Upstream): (Visit & { end(): void }) | undefined {
    const stay = this.#stay(address, upstream);
    const newest = [...(stay?.visits ?? [])].at(-1);
    if (stay === undefined || newest === undefined) return undefined;
    if (stay.transfers >= transfersEach * stay.visits.size) return undefined;
    stay.transfers += 1;
    const end = () => {
      stay.transfers -= 1;
    };
    return { ...newest, end };
  }

  /** Data connections are open: the control connections may be silent. */
  isBusy(address: string, upstream: Upstream): boolean {
    return (this.#stay(address, upstream)?.transfers ?? 0) > 0;
  }

  /** Where the address has been for longest. */
  home(address: string): Upstream | undefined {
    const [first] = this.#stays.get(plainAddress(address))?.values() ?? [];
    return first?.upstream;
  }

  #stay(address: string, upstream: Upstream): Stay | undefined {
    return this.#stays.get(plainAddress(address))?.get(keyOf(upstream));
  }
}
