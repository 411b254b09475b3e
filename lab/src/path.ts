import type { Segment } from './segments.ts';
import type { HostSpec, Topology } from './topology.ts';

interface Ground {
  readonly segments: readonly Segment[];
  readonly family: 4 | 6;
}

/** Breadth first from a host: the address of its neighbour on the shortest way to a host that is looked for. */
export function nextHop(from: string, ground: Ground, isGoal: (host: string) => boolean): string | undefined {
  const { segments, family } = ground;
  const seen = new Set([from]);
  const queue: { readonly host: string; readonly first: string | undefined }[] = [
    { host: from, first: undefined },
  ];
  for (const { host, first } of queue) {
    const around = segments.filter(({ members }) => members.some((one) => one.host === host));
    for (const next of around.flatMap(({ members }) => members)) {
      const address = next.addresses[family];
      if (seen.has(next.host) || address === undefined) continue;
      if (isGoal(next.host)) return first ?? address;
      seen.add(next.host);
      queue.push({ host: next.host, first: first ?? address });
    }
  }
  return undefined;
}

/** Towards the nearest host of the middle. */
export function defaultVia(topology: Topology, host: HostSpec, ground: Ground): string | undefined {
  const middle = namesOf(topology, ({ side, role }) => side === 'middle' && role === 'router');
  return nextHop(host.name, ground, (name) => middle.has(name));
}

/** Names of the hosts on the shortest way, both ends included; empty when there is none. */
export function hostsBetween(from: string, to: string, ground: Ground): readonly string[] {
  const ways = [[from]];
  const seen = new Set([from]);
  for (const way of ways) {
    const host = way.at(-1);
    if (host === to) return way;
    const around = ground.segments.filter(({ members }) => members.some((one) => one.host === host));
    for (const next of around.flatMap(({ members }) => members)) {
      if (seen.has(next.host)) continue;
      seen.add(next.host);
      ways.push([...way, next.host]);
    }
  }
  return [];
}

function namesOf(topology: Topology, wanted: (host: HostSpec) => boolean): ReadonlySet<string> {
  return new Set(topology.hosts.filter(wanted).map(({ name }) => name));
}
