import type { ClientSpec, Expectation, ServerSpec, Topology } from '../topology.ts';
import { fails, modes, same, works } from './expectations.ts';
import {
  addresses,
  client,
  homeRouter,
  internet,
  networks,
  server,
  serverRouter,
  uplink,
  usualServer,
} from './parts.ts';

const lanClient = '10.0.0.20';
const announcesPublic: ServerSpec = {
  ...usualServer,
  passiveAddress: [{ address: addresses.serverPublic }],
};

/** Only what comes in from outside is forwarded: the usual port forwarding. */
const fromOutside = homeRouter({
  forward: `iifname "wan" tcp dport { 21, 50000-50020 } dnat to ${addresses.serverPrivate}`,
});

/** Hairpin: whoever dials the public address is forwarded, and looks like the router when he is in the same network. */
const hairpin = homeRouter({
  forward: `ip daddr ${addresses.serverPublic} tcp dport { 21, 50000-50020 } dnat to ${addresses.serverPrivate}`,
}).replace(
  'oifname "wan" masquerade',
  `oifname "wan" masquerade
    ip saddr ${networks.serverPrivate} ip daddr ${addresses.serverPrivate} masquerade`,
);

const obedient: ClientSpec = { obeysPassiveAddress: true };

/** 12, seen from the LAN: client and server in one network, behind one router. */
export const fromTheLan: readonly Topology[] = [
  topology({
    name: 'server-nat-lan',
    title: 'Server behind NAT seen from its LAN: the public address is announced to a neighbour',
    story:
      'A client in the server’s own network dials the private address. 227 names the public one, and the router forwards only what comes in from outside. EPSV names no address: it works.',
    rules: fromOutside,
    notes: ['21, 50000-50020', 'forwarded'],
    expect: same({
      PASV: fails({
        step: 'connect',
        how: 'refused',
        causes: ['passive-hairpin'],
        sides: ['server'],
        because: 'the router does not forward what comes to its public address from inside',
      }),
      EPSV: works,
      PORT: works,
      EPRT: works,
    }),
  }),
  topology({
    name: 'server-nat-lan-hairpin',
    title: 'Server behind NAT seen from its LAN, and a router that does hairpin NAT',
    story:
      'A client in the server’s own network dials the private address, 227 names the public one, and the router turns connections to its public address around. The data connection then comes from the router, the control connection from the client: the server refuses the stranger.',
    rules: hairpin,
    notes: ['21, 50000-50020', 'forwarded, hairpin'],
    expect: same({
      PASV: fails({
        step: 'transfer',
        how: 'reply',
        also: [
          { step: 'transfer', how: 'closed' },
          { step: 'tls', how: 'closed' },
        ],
        causes: ['passive-peer-refused', 'passive-hairpin'],
        sides: ['server'],
        because: 'the data connection comes from the router’s address, the control connection does not',
      }),
      EPSV: works,
      PORT: works,
      EPRT: works,
    }),
  }),
  topology({
    name: 'server-nat-lan-public',
    title: 'Server behind NAT dialled from its LAN by the public address, through hairpin NAT',
    story:
      'The client dials the public name, as its colleagues outside do; the router turns both connections around, so both come from the router. Passive mode works. PORT names the client, and the server knows only the router.',
    rules: hairpin,
    notes: ['21, 50000-50020', 'forwarded, hairpin'],
    dial: addresses.serverPublic,
    expect: same(
      modes(
        works,
        fails({
          step: 'command',
          how: 'reply',
          causes: ['active-behind-nat'],
          sides: ['client', 'server'],
          because: 'the hairpin NAT shows the server the router’s address, and PORT names the client’s',
        }),
      ),
    ),
  }),
  topology({
    name: 'server-nat-lan-rule',
    title: 'Server behind NAT seen from its LAN, and an address rule per network',
    story:
      'The cure: the server announces its own address to clients of its own network, and the public one to all others.',
    rules: fromOutside,
    notes: ['21, 50000-50020', 'forwarded'],
    server: {
      ...usualServer,
      passiveAddress: [
        { clients: [networks.serverPrivate], address: 'local' },
        { address: addresses.serverPublic },
      ],
    },
    expect: same(modes(works, works)),
  }),
];

interface Parts {
  readonly name: string;
  readonly title: string;
  readonly story: string;
  readonly rules: string;
  readonly notes: readonly string[];
  readonly server?: ServerSpec;
  readonly dial?: string;
  readonly expect: Expectation;
}

function topology({ rules, notes, dial, ...parts }: Parts): Topology {
  return {
    number: 12,
    server: announcesPublic,
    client: obedient,
    ...parts,
    hosts: [
      client,
      { name: 'lan', role: 'switch', side: 'server' },
      server,
      { ...serverRouter, rules, notes: ['NAT', ...notes] },
      internet,
    ],
    links: [
      lanLink('client', lanClient, 'eth0'),
      lanLink('server', addresses.serverPrivate, 'eth0'),
      lanLink('server-router', '10.0.0.1', 'lan'),
      uplink('internet', 'server-router', networks.serverUplink),
    ],
    dial: { address: dial ?? addresses.serverPrivate, port: 21 },
  };
}

function lanLink(host: string, address: string, name: string): Topology['links'][number] {
  return { ends: [host, 'lan'], ipv4: networks.serverPrivate, addresses: [address, ''], names: [name, host] };
}
