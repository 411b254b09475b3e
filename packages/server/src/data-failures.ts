import { networkOf, RecentMap } from '@duoport/net';
import type { DataCause } from './data-cause.ts';

/** Failures of one cause before the log says what is probably shut. */
const enough = 3;

/** Networks of clients that are remembered at once; the one that was heard of longest ago is forgotten. */
const remembered = 4096;

interface Network {
  readonly failures: Map<DataCause, number>;
  readonly told: Set<DataCause>;
}

/** Data connections with clients of a network that failed again and again for one reason. */
export interface DataShut {
  readonly network: string;
  readonly cause: DataCause;
  readonly failures: number;
}

/**
 * Counts data connections that failed, by client network (/24, /48) and cause. Each cause is told once for a network, when
 * several failed and none of that mode succeeded in between.
 */
export class DataFailures {
  readonly #networks = new RecentMap<string, Network>(remembered);

  /** The network to tell of, or undefined: not yet, or not again. */
  failed(
    client: string,
    cause: DataCause,
  ): { readonly network: string; readonly failures: number } | undefined {
    const name = networkOf(client, { bits4: 24, bits6: 48 });
    const network = this.#network(name);
    const failures = (network.failures.get(cause) ?? 0) + 1;
    network.failures.set(cause, failures);
    if (failures < enough || network.told.has(cause)) return undefined;
    network.told.add(cause);
    return { network: name, failures };
  }

  /** A data connection of that mode came about: what failed before was not for good. */
  succeeded(client: string, mode: 'passive' | 'active'): void {
    if (this.#networks.size === 0) return;
    const network = this.#networks.get(networkOf(client, { bits4: 24, bits6: 48 }));
    if (network === undefined) return;
    for (const cause of network.failures.keys()) {
      if (modeOf(cause) === mode) network.failures.delete(cause);
    }
  }

  /** What probably is shut now. */
  shut(): readonly DataShut[] {
    return [...this.#networks].flatMap(([network, { failures }]) =>
      [...failures].flatMap(([cause, count]) =>
        count < enough ? [] : [{ network, cause, failures: count }],
      ),
    );
  }

  #network(name: string): Network {
    const known = this.#networks.get(name) ?? { failures: new Map(), told: new Set() };
    this.#networks.keep(name, known);
    return known;
  }
}

function modeOf(cause: DataCause): 'passive' | 'active' {
  return cause.startsWith('client-') ? 'active' : 'passive';
}
