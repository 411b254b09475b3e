import type { Flow } from '../../flow.ts';
import type { PortRange } from '../../request.ts';

/** Ports as the outside dials them, and the same ports as the server behind the box has them; of one width. */
export interface PortPair {
  readonly outside: PortRange;
  readonly inside: PortRange;
}

export function portPairs(flow: Flow): readonly PortPair[] {
  return flow.destinationPorts.map((inside, index) => ({
    inside,
    outside: flow.outsidePorts?.[index] ?? inside,
  }));
}

export function isShifted({ outside, inside }: PortPair): boolean {
  return outside.low !== inside.low;
}

/** For products that would map a shifted range to just any port of it: port by port there is nothing to choose. */
export function portByPort<Rule extends PortPair>(rule: Rule): readonly Rule[] {
  const { outside, inside } = rule;
  if (!isShifted(rule)) return [rule];
  return Array.from({ length: outside.high - outside.low + 1 }, (_, index) => ({
    ...rule,
    outside: { low: outside.low + index, high: outside.low + index },
    inside: { low: inside.low + index, high: inside.low + index },
  }));
}
