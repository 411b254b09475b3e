import { type Segment, segmentsOf } from '../segments.ts';
import type { Topology } from '../topology.ts';
import { wire } from '../wiring.ts';
import type { Passage, Sightings } from './tap.ts';

/** How far a connection came, as the hosts on its way saw it. */
export interface Journey {
  /** Hosts that saw it, in order, from the one that dialled. Switches stand in between. Empty: nobody dialled. */
  readonly hosts: readonly string[];
  readonly end: JourneyEnd;
}

export type JourneyEnd =
  /** No SYN was sent: it did not come to that. */
  | { readonly kind: 'not-dialled' }
  /** The other end had it. */
  | { readonly kind: 'arrived' }
  /** A host had it for itself and it was not the other end: nobody listens there. */
  | { readonly kind: 'wrong-host'; readonly host: string; readonly refused: boolean }
  /** A host had it and did not let it pass: its firewall, or it knows no way. */
  | { readonly kind: 'stopped'; readonly host: string; readonly refused: boolean }
  /** It went out and nobody has the address. */
  | { readonly kind: 'lost'; readonly after: string };

export interface Watched {
  readonly topology: Topology;
  readonly sightings: ReadonlyMap<string, Sightings>;
  readonly kind: 'data' | 'control';
}

/** Follows a connection from the host that dialled it. */
export function journey(watched: Watched, from: string, goal: string): Journey {
  const ground = wire(watched.topology);
  const ports = new Map([...ground].map(([name, wiring]) => [name, wiring.ports]));
  const segments = segmentsOf(watched.topology, ports);
  const seen = (host: string): Passage | undefined => watched.sightings.get(host)?.[watched.kind];
  if ((seen(from)?.sent ?? 0) === 0) return { hosts: [], end: { kind: 'not-dialled' } };
  const hosts = [from];
  for (;;) {
    const here = hosts.at(-1) ?? from;
    const end = endAt(here, { from, goal, watched });
    if (end !== undefined) return { hosts, end };
    const next = nextHost(here, { hosts, segments, seen });
    if (next === undefined) return { hosts, end: { kind: 'lost', after: here } };
    const between = switchBetween(watched.topology, here, next);
    hosts.push(...(between === undefined ? [] : [between]), next);
  }
}

function endAt(
  host: string,
  { from, goal, watched }: { readonly from: string; readonly goal: string; readonly watched: Watched },
): JourneyEnd | undefined {
  const sightings = watched.sightings.get(host);
  const passage = sightings?.[watched.kind];
  if (sightings === undefined || passage === undefined) return undefined;
  const refused = sightings.refusals > 0;
  if (host === from) return passage.left === 0 ? { kind: 'stopped', host, refused } : undefined;
  if (host === goal && passage.delivered > 0) return { kind: 'arrived' };
  if (passage.delivered > 0) return { kind: 'wrong-host', host, refused };
  const gone = watched.kind === 'data' ? passage.forwarded > 0 : passage.forwarded >= passage.arrived;
  return gone ? undefined : { kind: 'stopped', host, refused };
}

interface Around {
  readonly hosts: readonly string[];
  readonly segments: readonly Segment[];
  seen(host: string): Passage | undefined;
}

/** The neighbour that saw it next. Where two did (a router that turned it around, and its goal), the router was first. */
function nextHost(here: string, { hosts, segments, seen }: Around): string | undefined {
  const neighbours = segments
    .filter(({ members }) => members.some((one) => one.host === here))
    .flatMap(({ members }) => members.map((one) => one.host))
    .filter((host) => host !== here && !hosts.includes(host) && (seen(host)?.arrived ?? 0) > 0);
  return neighbours.find((host) => (seen(host)?.forwarded ?? 0) > 0) ?? neighbours[0];
}

function switchBetween(topology: Topology, one: string, other: string): string | undefined {
  const hangs = (host: string, name: string): boolean =>
    topology.links.some(({ ends }) => ends.includes(host) && ends.includes(name));
  return topology.hosts.find(({ role, name }) => role === 'switch' && hangs(one, name) && hangs(other, name))
    ?.name;
}
