import { addressAt, formatNetwork, isPrivate, type Network, parseNetwork } from './addresses.ts';
import type { HostSpec, LinkSpec, Topology } from './topology.ts';

/** A network interface of a host. */
export interface Port {
  readonly name: string;
  readonly link: LinkSpec;
  /** The host at the other end. */
  readonly peer: string;
  /** With prefix length, IPv4 first. */
  readonly addresses: readonly string[];
}

export interface Route {
  /** A network, or `default`. */
  readonly to: string;
  readonly via: string;
  readonly family: 4 | 6;
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
  const result = new Map<string, Wiring>();
  for (const host of topology.hosts) {
    const own = ports.get(host.name) ?? [];
    if (own.length === 0) throw new Error(`${topology.name}: no link leads to ${host.name}`);
    const routes = [4, 6].flatMap((family) => routesOf(topology, host, ports, family === 4 ? 4 : 6));
    const extra = (host.routes ?? []).map((route) => ({ ...route, family: familyOf(route.via) }));
    const kept = routes.filter(
      (route) => !extra.some((one) => one.to === route.to && one.family === route.family),
    );
    result.set(host.name, { host, ports: own, routes: [...kept, ...extra] });
  }
  return result;
}

function portsOf(topology: Topology, host: HostSpec): readonly Port[] {
  return topology.links.flatMap((link) => {
    const end = link.ends.indexOf(host.name);
    if (end < 0) return [];
    const peer = link.ends[end === 0 ? 1 : 0];
    return [{ name: link.names?.[end === 0 ? 0 : 1] ?? peer, link, peer, addresses: addressesOf(link, end) }];
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

type Ports = ReadonlyMap<string, readonly Port[]>;

function routesOf(topology: Topology, host: HostSpec, ports: Ports, family: 4 | 6): readonly Route[] {
  const networks = topology.links.flatMap((link) => networkOf(link, family) ?? []);
  const own = new Set((ports.get(host.name) ?? []).map((port) => port.link));
  const routes = topology.links.flatMap((link): readonly Route[] => {
    const network = networkOf(link, family);
    if (network === undefined || own.has(link)) return [];
    const via = nextHop(host.name, ports, family, (name, came) => {
      const hidden = isPrivate(network);
      if (hidden && came !== undefined && !isHidden(came, family)) return 'stop';
      return link.ends.includes(name) ? 'found' : 'on';
    });
    return via === undefined ? [] : [{ to: formatNetwork(network), via, family }];
  });
  if (host.side === 'middle' || networks.length === 0) return routes;
  const middle = new Set(topology.hosts.filter((one) => one.side === 'middle').map((one) => one.name));
  const via = nextHop(host.name, ports, family, (name) => (middle.has(name) ? 'found' : 'on'));
  return via === undefined ? routes : [...routes, { to: 'default', via, family }];
}

/** Breadth first from a host; answers the address of its neighbour on the shortest way to what is looked for. */
function nextHop(
  from: string,
  ports: Ports,
  family: 4 | 6,
  look: (host: string, came: LinkSpec | undefined) => 'found' | 'on' | 'stop',
): string | undefined {
  const seen = new Set([from]);
  const queue: { readonly host: string; readonly first: string | undefined }[] = [
    { host: from, first: undefined },
  ];
  for (const { host, first } of queue) {
    for (const port of ports.get(host) ?? []) {
      const facing = addressOf(
        ports.get(port.peer)?.find((one) => one.link === port.link),
        family,
      );
      if (seen.has(port.peer) || facing === undefined) continue;
      const verdict = look(port.peer, port.link);
      if (verdict === 'stop') continue;
      if (verdict === 'found') return first ?? facing;
      seen.add(port.peer);
      queue.push({ host: port.peer, first: first ?? facing });
    }
  }
  return undefined;
}

function addressOf(port: Port | undefined, family: 4 | 6): string | undefined {
  return port?.addresses.map((text) => text.split('/')[0] ?? '').find((text) => familyOf(text) === family);
}

function networkOf(link: LinkSpec, family: 4 | 6): Network | undefined {
  const text = family === 4 ? link.ipv4 : link.ipv6;
  return text === undefined ? undefined : parseNetwork(text);
}

function isHidden(link: LinkSpec, family: 4 | 6): boolean {
  const network = networkOf(link, family);
  return network !== undefined && isPrivate(network);
}

function familyOf(address: string): 4 | 6 {
  return address.includes(':') ? 6 : 4;
}
