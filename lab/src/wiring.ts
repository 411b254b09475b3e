import { addressAt, formatNetwork, isPrivate, type Network, parseNetwork } from './addresses.ts';
import { defaultVia, nextHop } from './path.ts';
import { type Segment, segmentsOf } from './segments.ts';
import type { HostSpec, LinkSpec, Topology } from './topology.ts';

/** A network interface of a host. */
export interface Port {
  readonly name: string;
  readonly link: LinkSpec;
  /** The host at the other end. */
  readonly peer: string;
  /** With prefix length, IPv4 first. None on a switch. */
  readonly addresses: readonly string[];
}

interface Route {
  /** A network, or `default`. */
  readonly to: string;
  readonly via: string;
}

/** Everything about a host that follows from the links. */
export interface Wiring {
  readonly host: HostSpec;
  readonly ports: readonly Port[];
  readonly routes: readonly Route[];
}

/**
 * Works out addresses and routes. Every host knows every public network by the shortest path; a private network is known
 * as far as private links reach, and no further: that is what makes NAT necessary. Hosts of a client's or server's side
 * have a default route towards the nearest host of the middle, which has none: what nobody knows ends there.
 */
export function wire(topology: Topology): ReadonlyMap<string, Wiring> {
  const ports = new Map(topology.hosts.map((host) => [host.name, portsOf(topology, host)]));
  const segments = segmentsOf(topology, ports);
  return new Map(
    topology.hosts.map((host) => {
      const own = ports.get(host.name) ?? [];
      if (own.length === 0) throw new Error(`${topology.name}: no link leads to ${host.name}`);
      const routes = host.role === 'switch' ? [] : routesOf(topology, host, segments);
      return [host.name, { host, ports: own, routes }];
    }),
  );
}

function portsOf(topology: Topology, host: HostSpec): readonly Port[] {
  return topology.links.flatMap((link) => {
    const end = link.ends.indexOf(host.name);
    if (end < 0) return [];
    const peer = link.ends[end === 0 ? 1 : 0];
    const addresses = host.role === 'switch' ? [] : addressesOf(link, end);
    return [{ name: link.names?.[end === 0 ? 0 : 1] ?? peer, link, peer, addresses }];
  });
}

function addressesOf(link: LinkSpec, end: number): readonly string[] {
  const given = link.addresses?.[end === 0 ? 0 : 1];
  return [link.ipv4, link.ipv6].flatMap((text, index) => {
    if (text === undefined) return [];
    const network = parseNetwork(text);
    const address = index === 0 && given !== undefined ? given : addressAt(network, end + 1);
    return [`${address}/${network.prefix}`];
  });
}

function routesOf(topology: Topology, host: HostSpec, segments: readonly Segment[]): readonly Route[] {
  const routes = ([4, 6] as const).flatMap((family): readonly Route[] => {
    const networks = segments.flatMap((segment) => {
      const network = segment.networks[family];
      return network === undefined || segment.members.some((one) => one.host === host.name) ? [] : [network];
    });
    const found = networks.flatMap((network) => routeTo(network, host, segments));
    const via = host.side === 'middle' ? undefined : defaultVia(topology, host, { segments, family });
    return via === undefined ? found : [...found, { to: 'default', via }];
  });
  const own = host.routes ?? [];
  return [...routes.filter((route) => !own.some((one) => sameTarget(one, route))), ...own];
}

function sameTarget(one: Route, other: Route): boolean {
  return one.to === other.to && one.via.includes(':') === other.via.includes(':');
}

function routeTo(network: Network, host: HostSpec, segments: readonly Segment[]): readonly Route[] {
  const { family } = network;
  const text = formatNetwork(network);
  const usable = isPrivate(network)
    ? segments.filter(({ networks }) => networks[family] !== undefined && isPrivate(networks[family]))
    : segments;
  const goal = segments.find(({ networks }) => networks[family] && formatNetwork(networks[family]) === text);
  const reached = new Set(goal?.members.map((one) => one.host));
  const via = nextHop(host.name, { segments: usable, family }, (name) => reached.has(name));
  return via === undefined ? [] : [{ to: text, via }];
}
