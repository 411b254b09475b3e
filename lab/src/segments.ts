import { type Network, parseNetwork } from './addresses.ts';
import type { LinkSpec, Topology } from './topology.ts';
import type { Port } from './wiring.ts';

/** Hosts that reach each other without a router: the two ends of a link, or all that hang on one switch. */
export interface Segment {
  readonly networks: { readonly 4: Network | undefined; readonly 6: Network | undefined };
  readonly members: readonly Member[];
}

interface Member {
  readonly host: string;
  /** Without prefix length. */
  readonly addresses: { readonly 4: string | undefined; readonly 6: string | undefined };
}

export function segmentsOf(
  topology: Topology,
  ports: ReadonlyMap<string, readonly Port[]>,
): readonly Segment[] {
  const switches = new Set(topology.hosts.filter(({ role }) => role === 'switch').map(({ name }) => name));
  const groups = new Map<string, LinkSpec[]>();
  for (const link of topology.links) {
    const key = link.ends.find((end) => switches.has(end)) ?? link.ends.join(' ');
    groups.set(key, [...(groups.get(key) ?? []), link]);
  }
  return [...groups.values()].map((links) => ({
    networks: { 4: networkOf(links[0]?.ipv4), 6: networkOf(links[0]?.ipv6) },
    members: links.flatMap((link) =>
      link.ends
        .filter((end) => !switches.has(end))
        .map((host) =>
          memberOf(
            host,
            ports.get(host)?.find((port) => port.link === link),
          ),
        ),
    ),
  }));
}

function memberOf(host: string, port: Port | undefined): Member {
  const plain = (port?.addresses ?? []).map((text) => text.split('/')[0]);
  return {
    host,
    addresses: {
      4: plain.find((text) => text?.includes('.')),
      6: plain.find((text) => text?.includes(':')),
    },
  };
}

function networkOf(text: string | undefined): Network | undefined {
  return text === undefined ? undefined : parseNetwork(text);
}
