import type { Flow } from '../../flow.ts';
import { familyOf } from '../../network.ts';
import type { PortRange } from '../../request.ts';

/** One flow as a rule that names addresses of one family only. `family` undefined: no address is named, both are meant. */
export interface Match {
  readonly family: 4 | 6 | undefined;
  readonly from: readonly string[];
  readonly to: readonly string[];
}

/** For targets whose rules may not mix families: one match for each family that both ends can have. */
export function byFamily(flow: Pick<Flow, 'from' | 'to'>): readonly Match[] {
  if (flow.from.length === 0 && flow.to.length === 0) return [{ family: undefined, from: [], to: [] }];
  return bothFamilies(flow);
}

/** As {@link byFamily}, for targets that must say an address even when it is any address. */
export function bothFamilies(
  flow: Pick<Flow, 'from' | 'to'>,
): readonly (Match & { readonly family: 4 | 6 })[] {
  const families: readonly (4 | 6)[] = [4, 6];
  return families.flatMap((family) => {
    const from = ofFamily(flow.from, family);
    const to = ofFamily(flow.to, family);
    return from === undefined || to === undefined ? [] : [{ family, from, to }];
  });
}

/** Undefined: there are addresses, but none of this family. */
function ofFamily(networks: readonly string[], family: 4 | 6): readonly string[] | undefined {
  const own = networks.filter((network) => familyOf(network) === family);
  return networks.length > 0 && own.length === 0 ? undefined : own;
}

/** Every pair of a sender and a receiver, for rules that name one of each. Undefined: any. */
export function pairs(match: Pick<Match, 'from' | 'to'>): readonly {
  readonly from: string | undefined;
  readonly to: string | undefined;
}[] {
  const receivers = orAny(match.to);
  return orAny(match.from).flatMap((from) => receivers.map((to) => ({ from, to })));
}

function orAny(networks: readonly string[]): readonly (string | undefined)[] {
  return networks.length === 0 ? [undefined] : networks;
}

/** Everything of one family. */
export function everywhere(family: 4 | 6): string {
  return family === 4 ? '0.0.0.0/0' : '::/0';
}

/** With its prefix length, as clouds want it: `192.0.2.1` → `192.0.2.1/32`. */
export function cidr(network: string): string {
  if (network.includes('/')) return network;
  return `${network}/${familyOf(network) === 4 ? 32 : 128}`;
}

/** `[2001:db8::1]` for IPv6, where a port follows. */
export function bracketed(address: string): string {
  return familyOf(address) === 6 ? `[${address}]` : address;
}

/** Every single port, in order and once. */
export function eachPort(ranges: readonly PortRange[]): readonly number[] {
  const ports = ranges.flatMap(({ low, high }) =>
    Array.from({ length: high - low + 1 }, (_, index) => low + index),
  );
  return [...new Set(ports)].sort((a, b) => a - b);
}

export function shifted({ low, high }: PortRange, by: number): PortRange {
  return { low: low + by, high: high + by };
}
