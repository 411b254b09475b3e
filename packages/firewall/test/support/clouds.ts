import assert from 'node:assert/strict';
import { needs, type Reader } from './answers.ts';
import type { Said } from './seen.ts';

/** What each cloud has no words for. */
export const lacking = {
  aws: needsAny(['through', 'helper', 'sourcePorts', 'own']),
  google: needsAny(['through', 'helper', 'sourcePorts']),
  azure: needsAny(['through', 'helper']),
};

function needsAny(kinds: readonly (keyof typeof needs)[]): Reader['refuses'] {
  return (request, flows) =>
    kinds.some((kind) =>
      kind === 'through' || kind === 'helper' ? needs[kind](request) : needs[kind](flows),
    );
}

/** A rule holds networks of one family, and a rule without networks of the other end would hold for IPv4 alone. */
export function googleSaid(
  direction: string,
  { sources, destinations, ports: some }: Record<'sources' | 'destinations' | 'ports', readonly string[]>,
): Said {
  const outgoing = direction === 'EGRESS';
  assert.notEqual((outgoing ? destinations : sources).length, 0);
  const families = new Set([...sources, ...destinations].map((network) => (network.includes(':') ? 6 : 4)));
  const [family] = families;
  assert.equal(families.size, 1);
  return { direction: outgoing ? 'out' : 'in', family, from: sources, to: destinations, ports: some };
}

export function azureSaid(
  direction: string | undefined,
  rule: Record<'sources' | 'sourcePorts' | 'destinations' | 'ports', readonly string[]>,
): Said {
  const [from, to] = [starless(rule.sources), starless(rule.destinations)];
  const families = new Set([...from, ...to].map((network) => (network.includes(':') ? 6 : 4)));
  assert.ok(families.size < 2, 'Azure takes no rule with networks of both families');
  const [sourcePorts] = starless(rule.sourcePorts);
  const [family] = families;
  return {
    direction: direction === 'Outbound' ? 'out' : 'in',
    family,
    from,
    to,
    sourcePorts,
    ports: rule.ports,
  };
}

/** `*` is everything, and stands alone. */
function starless(values: readonly string[]): readonly string[] {
  assert.ok(!values.includes('*') || values.length === 1);
  return values[0] === '*' ? [] : values;
}
