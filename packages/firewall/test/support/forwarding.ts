import assert from 'node:assert/strict';
import { type FirewallRequest, type Flow, neededFlows } from '@duoport/firewall';
import { canonical, type Said, span } from './seen.ts';

/** One port of the outside, and where it leads. */
export interface Forwarded {
  /** `any`: whatever address the box has. */
  readonly dialled: string;
  readonly outside: string;
  readonly server: string;
  readonly inside: string;
}

/** Every port or range that the box has to lead inwards is led there, to the right port, and nothing else is. */
export function assertForwarded(request: FirewallRequest, found: readonly Forwarded[]): void {
  const wanted = neededFlows(request)
    .filter(({ state }) => state === 'new')
    .flatMap((flow) => forwardedPorts(flow, request));
  assert.deepEqual(lines(found), lines(wanted));
}

function forwardedPorts(flow: Flow, { nat }: FirewallRequest): readonly Forwarded[] {
  if (nat?.kind === 'forward' && flow.by === 'client') {
    return flow.destinationPorts.map((inside, index) => ({
      dialled: nat.publicAddress ?? 'any',
      outside: span(flow.outsidePorts?.[index] ?? inside),
      server: nat.server,
      inside: span(inside),
    }));
  }
  const [client = ''] = flow.to;
  if (nat?.kind !== 'masquerade' || flow.by !== 'server') return [];
  return flow.destinationPorts.map((range) => ({
    dialled: 'any',
    outside: span(range),
    server: client,
    inside: span(range),
  }));
}

/** Port by port, so that a range and its ports are the same. */
function lines(forwarded: readonly Forwarded[]): readonly string[] {
  const all = forwarded.flatMap(({ dialled, outside, server, inside }) => {
    const [outer = [], inner = []] = [numbers(outside), numbers(inside)];
    assert.equal(outer.length, inner.length, `${outside} and ${inside} are of one width`);
    return outer.map((port, index) => `${dialled}:${port} > ${server}:${inner[index]}`);
  });
  return [...new Set(all)].sort();
}

function numbers(range: string): readonly number[] {
  const [low = 0, high = low] = range.split('-').map(Number);
  return Array.from({ length: high - low + 1 }, (_, index) => low + index);
}

/**
 * What leaves with an address of the box is what the machines behind it dial, and nothing else. `found`: direction `out`.
 */
export function assertTranslated(request: FirewallRequest, found: readonly Said[]): void {
  const { nat } = request;
  const by = nat?.kind === 'forward' ? 'server' : 'client';
  const leaving = neededFlows(request).filter(
    (flow) => nat !== undefined && flow.state === 'new' && flow.by === by,
  );
  const wanted = leaving.map(
    ({ from, to, sourcePorts, destinationPorts }): Said => ({
      direction: 'out',
      // IPv6 is translated only for whom an IPv6 address was given.
      family: from.length + to.length === 0 ? 4 : undefined,
      from,
      to,
      sourcePorts: sourcePorts === undefined ? undefined : span(sourcePorts),
      ports: destinationPorts.map(span),
    }),
  );
  assert.deepEqual(canonical(found), canonical(wanted));
}
