import type { Flow } from '../../flow.ts';
import { familyOf } from '../../network.ts';
import type { PortRange } from '../../request.ts';
import { type Pair, pairsOf } from '../linux/pairs.ts';

/** As `pairsOf`, for targets that must name an address of some family even where any address is meant. */
export function ofEachFamily(
  flow: Pick<Flow, 'from' | 'to'>,
): readonly (Pair & { readonly family: 4 | 6 })[] {
  return pairsOf(flow).flatMap((pair) => {
    const { family } = pair;
    const families: readonly (4 | 6)[] = family === undefined ? [4, 6] : [family];
    return families.map((one) => ({ ...pair, family: one }));
  });
}

/** Every sender with every receiver, for rules that name one of each. Undefined: any. */
export function endsOf(pair: Pick<Pair, 'from' | 'to'>): readonly {
  readonly from: string | undefined;
  readonly to: string | undefined;
}[] {
  const receivers = orAny(pair.to);
  return orAny(pair.from).flatMap((from) => receivers.map((to) => ({ from, to })));
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

/** Netfilter takes fifteen ports in one rule, and a range counts for two. */
export function fifteenPorts(ranges: readonly PortRange[]): readonly (readonly PortRange[])[] {
  const rules: PortRange[][] = [];
  let room = 0;
  for (const range of ranges) {
    const cost = range.low === range.high ? 1 : 2;
    const last = room < cost ? undefined : rules.at(-1);
    if (last === undefined) rules.push([range]);
    else last.push(range);
    room = (last === undefined ? 15 : room) - cost;
  }
  return rules;
}

/** Every single port, in order and once. */
export function eachPort(ranges: readonly PortRange[]): readonly number[] {
  const ports = ranges.flatMap(({ low, high }) =>
    Array.from({ length: high - low + 1 }, (_, index) => low + index),
  );
  return [...new Set(ports)].sort((a, b) => a - b);
}
