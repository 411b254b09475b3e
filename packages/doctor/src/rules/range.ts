import type { PortRange } from '@duoport/firewall';
import type { Facts } from '../facts.ts';

/** What the announced passive ports look like. */
export interface SeenRange {
  readonly low: number;
  readonly high: number;
  readonly samples: number;
  /** They lie all over: whoever set no range gets any port of the kernel. */
  readonly unstable: boolean;
}

const enoughSamples = 4;
const widestRange = 10_000;

export function seenRange({ seen }: Pick<Facts, 'seen'>): SeenRange | undefined {
  const ports = seen.passivePorts.filter((port) => port >= 1 && port <= 65_535);
  if (ports.length === 0) return undefined;
  const low = Math.min(...ports);
  const high = Math.max(...ports);
  const unstable = ports.length >= enoughSamples && high - low > widestRange;
  return { low, high, samples: ports.length, unstable };
}

/**
 * A range to open, from the ports that were seen: the round one that holds them. The server's settings know better, and the
 * texts say so. Undefined: nothing was seen, or they lie all over.
 */
export function roundRange(range: SeenRange | undefined): PortRange | undefined {
  if (range === undefined || range.unstable) return undefined;
  const step = range.high - range.low > 1000 ? 1000 : 100;
  const low = Math.max(1024, Math.floor(range.low / step) * step);
  // 50000-50100 is how people write it: the upper end is round too.
  return { low, high: Math.min(65_535, Math.ceil(Math.max(range.high, low + 1) / step) * step) };
}
