import type { ExpectedCell, Topology } from '../topology.ts';

/** Where everything is in the network of the proof. All of it is routed: what is stopped is stopped by a firewall. */
export const places = {
  client: { ipv4: '198.51.100.2', ipv6: '2001:db8:1::2' },
  /** The box as the client sees it. */
  outside: { ipv4: '198.51.100.1', ipv6: '2001:db8:1::1' },
  /** The box as the server sees it. */
  inside: { ipv4: '203.0.113.1', ipv6: '2001:db8:2::1' },
  /** `duoport serve`. */
  duoport: { ipv4: '203.0.113.2', ipv6: '2001:db8:2::2' },
  /** vsftpd, on the same host. */
  vsftpd: { ipv4: '203.0.113.3', ipv6: undefined },
  /** `duoport serve --single-port`, on the same host too. */
  single: { ipv4: '203.0.113.4', ipv6: undefined },
  /** Somebody else, out in the world, whose packets come in where the client's do. */
  stranger: { ipv4: '192.0.2.5', ipv6: '2001:db8:9::5' },
} as const;

export const networks = {
  clients: ['198.51.100.0/24'],
  clients6: ['2001:db8:1::/64'],
  servers: ['203.0.113.2/31'],
  servers6: ['2001:db8:2::2/128'],
} as const;

export const ports = {
  control: 21,
  passive: { low: 50000, high: 50049 },
  active: { low: 42000, high: 42099 },
  source: 20,
} as const;

const works: ExpectedCell = { outcome: 'works' };
const cell = { plain: works, tls: works };

/** client – box – server, with no firewall anywhere: the proof loads one after the other. */
export const network: Topology = {
  number: 0,
  name: 'proof',
  title: 'client, box, server',
  story: 'Each of the three in turn gets a firewall that drops everything, and then the rules to be proven.',
  hosts: [
    { name: 'client', role: 'client', side: 'client' },
    {
      name: 'box',
      role: 'router',
      side: 'middle',
      routes: [places.vsftpd, places.single].map(({ ipv4 }) => ({
        to: `${ipv4}/32`,
        via: places.duoport.ipv4,
      })),
    },
    {
      name: 'server',
      role: 'server',
      side: 'server',
      extraAddresses: [`${places.vsftpd.ipv4}/32`, `${places.single.ipv4}/32`],
    },
  ],
  links: [
    { ends: ['box', 'client'], ipv4: '198.51.100.0/24', ipv6: '2001:db8:1::/64' },
    { ends: ['box', 'server'], ipv4: '203.0.113.0/24', ipv6: '2001:db8:2::/64' },
  ],
  dial: { address: places.duoport.ipv4, port: ports.control },
  server: { port: ports.control, passivePorts: ports.passive, passiveAddress: [], sourcePort: ports.source },
  client: { activePorts: ports.active },
  expect: { PASV: cell, EPSV: cell, PORT: cell, EPRT: cell },
};
