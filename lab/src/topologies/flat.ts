import type { Topology } from '../topology.ts';
import { none, same, works } from './expectations.ts';
import {
  client,
  clientRouter,
  internet,
  plainLinks,
  server,
  serverRouter,
  usualClient,
  usualServer,
} from './parts.ts';

const hosts = [client, clientRouter, internet, serverRouter, server];
const noIpv4 = none('it speaks of IPv4 addresses only, and this connection is IPv6');

/** 1: nothing in the way. */
export const flat: readonly Topology[] = [
  {
    number: 1,
    name: 'flat-ipv4',
    title: 'Flat, IPv4',
    story: 'Both ends have public addresses, and no firewall stands anywhere. Everything works.',
    hosts,
    links: plainLinks,
    dial: { address: '203.0.113.10', port: 21 },
    server: usualServer,
    client: usualClient,
    expect: same({ PASV: works, EPSV: works, PORT: works, EPRT: works }),
  },
  {
    number: 1,
    name: 'flat-ipv6',
    title: 'Flat, IPv6',
    story: 'The same with IPv6 and nothing else. PASV and PORT cannot say an IPv6 address: EPSV and EPRT do.',
    hosts,
    links: plainLinks.map(({ ends, names }, index) => ({
      ends,
      ...(names && { names }),
      ipv6: `2001:db8:${index + 1}::/64`,
    })),
    dial: { address: '2001:db8:4::1', port: 21 },
    server: usualServer,
    client: usualClient,
    expect: same({ PASV: noIpv4, EPSV: works, PORT: noIpv4, EPRT: works }),
  },
];
