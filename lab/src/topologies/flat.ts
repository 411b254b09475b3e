import type { Topology } from '../topology.ts';
import { noIpv4, same, works } from './expectations.ts';
import {
  addresses,
  client,
  clientRouter,
  internet,
  plainLinks,
  plainLinks6,
  server,
  serverRouter,
  usualClient,
  usualServer,
} from './parts.ts';

const hosts = [client, clientRouter, internet, serverRouter, server];

/** 1: nothing in the way. */
export const flat: readonly Topology[] = [
  {
    number: 1,
    name: 'flat-ipv4',
    title: 'Flat, IPv4',
    story: 'Both ends have public addresses, and no firewall stands anywhere. Everything works.',
    hosts,
    links: plainLinks,
    dial: { address: addresses.server, port: 21 },
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
    links: plainLinks6,
    dial: { address: addresses.server6, port: 21 },
    server: usualServer,
    client: usualClient,
    expect: same({ PASV: noIpv4, EPSV: works, PORT: noIpv4, EPRT: works }),
  },
];
