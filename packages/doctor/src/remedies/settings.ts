import type { HopSide, Remedy } from '../report.ts';
import { roundRange, seenRange } from '../rules/range.ts';
import type { Case } from '../verdict.ts';
import { settingsFor, type Topic } from './products.ts';

/** A setting of the server in its own words, or in those of the five commonest products. */
export function serverSetting(found: Case, topic: Topic): readonly Remedy[] {
  const { facts } = found;
  const range = roundRange(seenRange(facts)) ?? { low: 50_000, high: 50_100 };
  const address = facts.peer ?? 'the address that the outside sees';
  return settingsFor(topic, facts.product, { range, address }).map(({ product, setting }) => ({
    kind: 'setting',
    side: 'server',
    product,
    setting,
    text: `${product}: ${setting}`,
  }));
}

export function advice(side: HopSide, text: string): Remedy {
  return { kind: 'advice', side, text };
}
