import { plainAddress } from './address-class.ts';
import type { ExpectedConnection } from './expected-connection.ts';
import { checkPeer } from './peer-check.ts';

/** All data connections that are promised, found by who may open them. */
export class ExpectedSet {
  /** Those that one address may open. */
  readonly #exact = new Map<string, Set<ExpectedConnection>>();
  readonly #wide = new Set<ExpectedConnection>();

  add(expected: ExpectedConnection): void {
    const peer = exactPeer(expected);
    if (peer === undefined) {
      this.#wide.add(expected);
      return;
    }
    const others = this.#exact.get(peer);
    if (others) others.add(expected);
    else this.#exact.set(peer, new Set([expected]));
  }

  has(expected: ExpectedConnection): boolean {
    const peer = exactPeer(expected);
    return peer === undefined ? this.#wide.has(expected) : this.#exact.get(peer)?.has(expected) === true;
  }

  /** Whether it was there. */
  delete(expected: ExpectedConnection): boolean {
    const peer = exactPeer(expected);
    if (peer === undefined) return this.#wide.delete(expected);
    const all = this.#exact.get(peer);
    const was = all?.delete(expected) === true;
    if (all?.size === 0) this.#exact.delete(peer);
    return was;
  }

  /** Those that a connection from `address` may be. */
  meant(address: string): readonly ExpectedConnection[] {
    if (this.#exact.size === 0 && this.#wide.size === 0) return none;
    const exact = this.#exact.get(plainAddress(address)) ?? none;
    const wide = [...this.#wide].filter(({ data: { peer, policy = { kind: 'exact' } } }) => {
      return checkPeer(policy, { control: peer, data: address }).verdict !== 'refuse';
    });
    return [...exact, ...wide];
  }

  all(): readonly ExpectedConnection[] {
    return [...this.#wide, ...[...this.#exact.values()].flatMap((some) => [...some])];
  }
}

const none: readonly ExpectedConnection[] = [];

function exactPeer({ data: { peer, policy } }: ExpectedConnection): string | undefined {
  return policy === undefined || policy.kind === 'exact' ? plainAddress(peer) : undefined;
}
