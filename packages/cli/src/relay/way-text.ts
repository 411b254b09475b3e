import { formatEndpoint } from '@duoport/protocol';
import type { DataWayFacts } from '@duoport/relay';
import { printable } from '../printable.ts';

/** How the bytes of data connections go between relay and agent. */
export function wayText(facts: DataWayFacts): string {
  return facts.way === 'direct'
    ? `direct, the relay dials ${formatEndpoint(facts.at)}`
    : `relayed, over the agent's line: ${printable(facts.because)}`;
}
