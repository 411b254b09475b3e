import type { ClientSpec, HostSpec, LinkSpec, ServerSpec } from '../topology.ts';

/** The server as it is in most topologies: a range that an administrator would choose, and the customary port 20. */
export const usualServer: ServerSpec = {
  port: 21,
  passivePorts: { low: 50_000, high: 50_020 },
  passiveAddress: [],
  sourcePort: 20,
};

export const usualClient: ClientSpec = {};

export const client: HostSpec = { name: 'client', role: 'client', side: 'client' };
export const clientRouter: HostSpec = { name: 'client-router', role: 'router', side: 'client' };
export const internet: HostSpec = { name: 'internet', role: 'router', side: 'middle' };
export const serverRouter: HostSpec = { name: 'server-router', role: 'router', side: 'server' };
export const server: HostSpec = { name: 'server', role: 'server', side: 'server' };

/** The networks of most topologies; whoever has NAT replaces the one behind it. */
export const networks = {
  client: '198.51.100.0/24',
  clientUplink: '192.0.2.0/29',
  serverUplink: '192.0.2.8/29',
  server: '203.0.113.0/24',
  clientPrivate: '192.168.1.0/24',
  serverPrivate: '10.0.0.0/24',
} as const;

/** Where hosts are in them. */
export const addresses = {
  client: '198.51.100.10',
  server: '203.0.113.10',
  server6: '2001:db8:4::1',
  clientPrivate: '192.168.1.10',
  serverPrivate: '10.0.0.10',
  /** Outside of the client's router. */
  clientPublic: '192.0.2.2',
  /** Outside of the server's router. */
  serverPublic: '192.0.2.10',
} as const;

/** client — client-router: `wan` and `lan` are the names on the router, as on most boxes. */
export function clientLan(network: string = networks.client): LinkSpec {
  return lan('client', 'client-router', network);
}

export function serverLan(network: string = networks.server): LinkSpec {
  return lan('server', 'server-router', network);
}

/** A host at .10 and its router at .1. */
function lan(
  host: string,
  router: string,
  network: string,
  names: readonly [string, string] = ['eth0', 'lan'],
): LinkSpec {
  const base = network.replace(/\.\d+\/\d+$/, '');
  return { ends: [host, router], ipv4: network, addresses: [`${base}.10`, `${base}.1`], names };
}

/** From an edge router to the middle: the provider has the first address, the customer the second. */
export function uplink(provider: string, router: string, network: string): LinkSpec {
  return { ends: [provider, router], ipv4: network, names: [router, 'wan'] };
}

/** client — client-router — internet — server-router — server, all with public addresses. */
export const plainLinks: readonly LinkSpec[] = [
  clientLan(),
  uplink('internet', 'client-router', networks.clientUplink),
  uplink('internet', 'server-router', networks.serverUplink),
  serverLan(),
];

/** The same with IPv6 and nothing else. */
export const plainLinks6: readonly LinkSpec[] = plainLinks.map(({ ends, names }, index) => ({
  ends,
  ...(names && { names }),
  ipv6: `2001:db8:${index + 1}::/64`,
}));

/** How a firewall says no. */
export type Refusal = 'drop' | 'reject' | 'reset';

const lastRules: Readonly<Record<Refusal, string>> = {
  drop: '',
  // As firewalld and the firewalls of Red Hat do.
  reject: '\n    reject with icmpx admin-prohibited',
  reset: '\n    meta l4proto tcp reject with tcp reset\n    reject',
};

/** The firewall of a single machine, as an administrator writes it: what is not let in is dropped or refused. */
export function hostFirewall(allowed: readonly string[], refusal: Refusal = 'drop'): string {
  const lines = allowed.map((rule) => `\n    ${rule}`).join('');
  return `table inet filter {
  chain input {
    type filter hook input priority filter; policy drop;
    iif lo accept
    ct state established,related accept
    ct state invalid drop
    meta l4proto { icmp, ipv6-icmp } accept${lines}${lastRules[refusal]}
  }
  chain forward {
    type filter hook forward priority filter; policy drop;
  }
  chain output {
    type filter hook output priority filter; policy accept;
  }
}`;
}

/** The firewall of a router that forwards what is allowed. The router itself answers nobody from outside. */
export function forwardFirewall(allowed: readonly string[], refusal: Refusal = 'drop'): string {
  const lines = allowed.map((rule) => `\n    ${rule}`).join('');
  return `table inet filter {
  chain input {
    type filter hook input priority filter; policy accept;
  }
  chain forward {
    type filter hook forward priority filter; policy drop;
    ct state established,related accept
    ct state invalid drop
    meta l4proto { icmp, ipv6-icmp } accept${lines}${lastRules[refusal]}
  }
  chain output {
    type filter hook output priority filter; policy accept;
  }
}`;
}

/** The router of a home or a small office: masquerades, lets everything out and nothing in but what is told. */
export function homeRouter(
  options: { readonly helper?: readonly number[]; readonly forward?: string } = {},
): string {
  const { helper, forward } = options;
  const helperTable =
    helper === undefined
      ? ''
      : `

table inet helpers {
  ct helper ftp-standard {
    type "ftp" protocol tcp
  }
  chain prerouting {
    type filter hook prerouting priority filter; policy accept;
    tcp dport ${helper.length === 1 ? helper[0] : `{ ${helper.join(', ')} }`} ct helper set "ftp-standard"
  }
}`;
  const prerouting =
    forward === undefined
      ? ''
      : `
  chain prerouting {
    type nat hook prerouting priority dstnat; policy accept;
    ${forward.split('\n').join('\n    ')}
  }`;
  return `table inet filter {
  chain input {
    type filter hook input priority filter; policy drop;
    iif lo accept
    iifname "lan" accept
    ct state established,related accept
    meta l4proto { icmp, ipv6-icmp } accept
  }
  chain forward {
    type filter hook forward priority filter; policy drop;
    ct state established,related accept
    ct state invalid drop
    iifname "lan" accept
    ct status dnat accept
  }
  chain output {
    type filter hook output priority filter; policy accept;
  }
}

table ip nat {${prerouting}
  chain postrouting {
    type nat hook postrouting priority srcnat; policy accept;
    oifname "wan" masquerade
  }
}${helperTable}`;
}
