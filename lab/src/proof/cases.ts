import type { FirewallRequest, Mode } from '@duoport/firewall';
import type { FirewallKind, ProofCase } from './case.ts';
import { networks, places, ports } from './network.ts';

type Where = ProofCase['where'];
type Way = 'range' | 'helper' | 'helper and range';

const sides = {
  server: 'server',
  client: 'client',
  routed: 'middle',
  forward: 'middle',
  masquerade: 'middle',
} as const;
const modeNames = { passive: ['passive'], active: ['active'], both: ['passive', 'active'] } as const;

/** Where the rules are, which modes, and whether the kernel's helper is relied on: for nftables and iptables, all of them. */
function grid(firewall: FirewallKind): readonly ProofCase[] {
  const wheres: readonly Where[] = ['server', 'client', 'routed', 'forward', 'masquerade'];
  return wheres.flatMap((where) =>
    (['passive', 'active', 'both'] as const).flatMap((modes) =>
      waysFor(modes).map((way): ProofCase => {
        const request = requestFor(where, modeNames[modes], way);
        return { name: `${firewall}, ${where}: ${modes}, ${way}`, firewall, where, family: 4, request };
      }),
    ),
  );
}

/** The helper under TLS is proven with both modes at once. */
function waysFor(modes: keyof typeof modeNames): readonly Way[] {
  return modes === 'both' ? ['range', 'helper', 'helper and range'] : ['range', 'helper'];
}

function requestFor(where: Where, modes: readonly Mode[], way: Way): FirewallRequest {
  const active = modes.includes('active');
  const common = {
    side: sides[where],
    modes,
    helper: way !== 'range',
    tls: way !== 'helper',
    ...(way === 'helper' ? {} : { passivePorts: ports.passive, activePorts: ports.active }),
    // Source port 20 where both modes are asked for, any where active mode is alone.
    ...(active && modes.length === 2 ? { sourcePort: ports.source } : {}),
  };
  if (where === 'forward') return { ...common, nat: { kind: 'forward', server: forwardedServer(way) } };
  if (where === 'masquerade') {
    // A forwarded active range belongs to one client; the helper serves any.
    const clients = active && way !== 'helper' ? [places.client.ipv4] : networks.clients;
    return { ...common, clients, nat: { kind: 'masquerade', outInterface: 'server' } };
  }
  // Per-network sources where both modes are asked for; from everywhere otherwise. A box in the middle that is told of no
  // address cannot tell which of two related connections is passive and which active.
  const addressed = modes.length === 2 || (where === 'routed' && way === 'helper');
  return addressed ? { ...common, clients: networks.clients, servers: networks.servers } : common;
}

function forwardedServer(way: Way): string {
  return way === 'helper' ? places.vsftpd.ipv4 : places.duoport.ipv4;
}

/** What the grid does not have. */
function special(firewall: FirewallKind): readonly ProofCase[] {
  const one = (
    name: string,
    where: Where,
    request: Omit<FirewallRequest, 'side'>,
    more: Partial<ProofCase> = {},
  ): ProofCase => ({
    ...{ name: `${firewall}, ${where}: ${name}`, firewall, where, family: 4 },
    request: { side: sides[where], ...request },
    ...more,
  });
  const ranges = {
    passivePorts: ports.passive,
    activePorts: ports.active,
    sourcePort: ports.source,
    tls: true,
  } as const;
  const both = ['passive', 'active'] as const;
  const six = { clients: networks.clients6, servers: networks.servers6 };
  const own = { clients: networks.clients };
  return [
    ...(['server', 'client'] as const).flatMap((where) => [
      one('passive, nothing goes out unasked', where, { modes: ['passive'], strictOutput: true, ...ranges }),
      one('active, nothing goes out unasked', where, {
        modes: ['active'],
        strictOutput: true,
        ...ranges,
        ...own,
      }),
      one('both, helper, nothing goes out unasked', where, { modes: both, strictOutput: true, helper: true }),
    ]),
    ...(['server', 'client', 'routed'] as const).map((where) =>
      one('both, range, IPv6', where, { modes: both, ...ranges, ...six }, { family: 6 }),
    ),
    one('both, helper, IPv6', 'routed', { modes: both, helper: true, ...six }, { family: 6 }),
    one('active, any port of the client', 'client', {
      modes: ['active'],
      sourcePort: ports.source,
      tls: true,
    }),
    one('active, any port of the client', 'routed', { modes: ['active'], ...own }),
    one('passive, public address named', 'forward', {
      ...{ modes: ['passive'], passivePorts: ports.passive, tls: true, clients: networks.clients },
      nat: { kind: 'forward', server: places.vsftpd.ipv4, publicAddress: places.outside.ipv4 },
    }),
    one('passive, single port', 'server', { modes: ['passive'], singlePort: true, tls: true }),
    one('passive, single port', 'routed', { modes: ['passive'], singlePort: true, tls: true, ...own }),
    one('passive, single port', 'forward', {
      ...{ modes: ['passive'], singlePort: true, tls: true },
      nat: { kind: 'forward', server: places.single.ipv4 },
    }),
    one(
      'passive, other ports outside',
      'forward',
      {
        ...{ modes: ['passive'], passivePorts: ports.passive, tls: true },
        nat: { kind: 'forward', server: places.duoport.ipv4, portOffset: 10000, publicControlPorts: [2121] },
      },
      { scanOnly: true },
    ),
    one(
      'both, helper, chains of other names',
      'server',
      { modes: both, helper: true, ...own },
      { place: chainNames(firewall) },
    ),
    one(
      'both, range, chains of other names',
      'routed',
      { modes: both, ...ranges },
      { place: chainNames(firewall) },
    ),
  ];
}

function chainNames(firewall: FirewallKind): NonNullable<ProofCase['place']> {
  const names = { inputChain: 'from_world', outputChain: 'to_world', forwardChain: 'across' };
  return firewall === 'nftables' ? { table: 'ip edge', ...names } : names;
}

/** The same rules through the old kernel interface: enough of them to see that it takes them. */
const legacy = [...grid('iptables-legacy'), ...special('iptables-legacy')].filter(({ name }) =>
  [
    ', server: both, helper and range',
    ', routed: both, helper and range',
    ', forward: both, helper',
    ', masquerade: both, range',
    ', routed: both, range, IPv6',
  ].some((ending) => name.endsWith(ending)),
);

/** ufw and firewalld say less: what they can say, for real; what they cannot, they must refuse. */
function managed(firewall: 'ufw' | 'firewalld'): readonly ProofCase[] {
  const ranges = { passivePorts: ports.passive, activePorts: ports.active, tls: true } as const;
  const both = { modes: ['passive', 'active'], ...ranges } as const;
  const own = { clients: networks.clients, servers: networks.servers };
  const six = { clients: networks.clients6, servers: networks.servers6 };
  // No rule of firewalld can ask for a source port and a destination port at once.
  const source = firewall === 'ufw' ? { sourcePort: ports.source } : {};
  const one = (
    name: string,
    where: Where,
    request: Omit<FirewallRequest, 'side'>,
    more: Partial<ProofCase> = {},
  ): ProofCase => ({
    ...{ name: `${firewall}, ${where}: ${name}`, firewall, where, family: 4 },
    request: { side: sides[where], ...request },
    ...more,
  });
  const more =
    firewall === 'ufw'
      ? [
          one('passive, range', 'server', { modes: ['passive'], ...ranges }),
          one('both, nothing goes out unasked', 'server', { ...both, ...source, ...own, strictOutput: true }),
          one('both, nothing goes out unasked', 'client', { ...both, ...source, ...own, strictOutput: true }),
        ]
      : [
          one('both, helper', 'server', { modes: both.modes, helper: true, clients: networks.clients }),
          one('both, helper', 'client', { modes: both.modes, helper: true }),
          one('both, helper', 'routed', { modes: both.modes, helper: true, ...own }),
          one('passive, public address named', 'forward', {
            ...{ modes: ['passive'], passivePorts: ports.passive, tls: true, clients: networks.clients },
            nat: { kind: 'forward', server: places.duoport.ipv4, publicAddress: places.outside.ipv4 },
          }),
          one('both, nothing goes out unasked', 'server', { ...both, ...own, strictOutput: true }),
        ];
  return [
    one('both, range', 'server', { ...both, ...source, clients: networks.clients }),
    one('active, range', 'client', { modes: ['active'], ...ranges, ...source, servers: networks.servers }),
    one('both, range', 'routed', { ...both, ...source, ...own }),
    one('both, range, IPv6', 'routed', { ...both, ...source, ...six }, { family: 6 }),
    ...more,
  ].map((each, index) => ({ ...each, onceOnly: index > 0 }));
}

export const proofCases: readonly ProofCase[] = [
  ...grid('nftables'),
  ...special('nftables'),
  ...grid('iptables'),
  ...special('iptables'),
  ...legacy,
  ...managed('ufw'),
  ...managed('firewalld'),
];
