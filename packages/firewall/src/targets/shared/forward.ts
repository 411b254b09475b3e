import type { Flow } from '../../flow.ts';
import type { PortRange } from '../../request.ts';

/** Ports as the outside dials them, and the same ports as the server behind the box has them. */
export interface PortPair {
  readonly outer: PortRange;
  readonly inner: PortRange;
}

/** Of a flow through port forwarding. Ranges are of the same width on both sides. */
export function portPairs(flow: Flow): readonly PortPair[] {
  return flow.destinationPorts.map((inner, index) => ({ inner, outer: flow.outsidePorts?.[index] ?? inner }));
}

export function isShifted({ outer, inner }: PortPair): boolean {
  return outer.low !== inner.low;
}

/** For products that map a shifted range to just any port of it: port by port there is nothing to choose. */
export function portByPort(pair: PortPair): readonly PortPair[] {
  const { outer, inner } = pair;
  if (!isShifted(pair)) return [pair];
  return Array.from({ length: outer.high - outer.low + 1 }, (_, index) => ({
    outer: { low: outer.low + index, high: outer.low + index },
    inner: { low: inner.low + index, high: inner.low + index },
  }));
}
