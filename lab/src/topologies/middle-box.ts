import type { ExpectedCell, ServerSpec, Topology } from '../topology.ts';
import { fails, modes, same, works } from './expectations.ts';
import {
  addresses,
  client,
  clientLan,
  clientRouter,
  networks,
  server,
  serverLan,
  serverRouter,
  uplink,
  usualClient,
  usualServer,
} from './parts.ts';

const rules = [
  'iptables -P FORWARD DROP',
  'iptables -A FORWARD -m state --state RELATED,ESTABLISHED -j ACCEPT',
  'iptables -A FORWARD -p icmp -j ACCEPT',
  'iptables -A FORWARD -p tcp --dport 21 -j ACCEPT',
  'iptables -A FORWARD -p tcp --dport 4000:4500 -j ACCEPT',
];
const rejecting = [...rules, 'iptables -A FORWARD -j REJECT --reject-with icmp-host-prohibited'];

const cure = [{ host: 'box', side: 'middle' }] as const;
const story =
  'A box between two networks, policy DROP, with the rules that one finds on the web: 21, 4000:4500, RELATED,ESTABLISHED. RELATED does nothing: no helper has been assigned.';

function shut(how: 'silent' | 'rejected'): ExpectedCell {
  return fails({
    step: 'accept',
    how,
    causes:
      how === 'silent' ? ['active-blocked-on-the-way'] : ['active-blocked-on-the-way', 'active-refused'],
    sides: ['middle'],
    cure,
    because: 'the box lets no new connection through to the client, and no helper is assigned',
  });
}

const matching: ServerSpec = { ...usualServer, passivePorts: { low: 4000, high: 4500 } };

/** 13: the box in the middle. */
export const middleBox: readonly Topology[] = [
  topology({
    name: 'middle-forward-drop',
    title: 'A box in the middle: 21, 4000:4500, RELATED,ESTABLISHED (drop)',
    story: `${story} The server uses 4000-4500, so passive mode works; active mode does not.`,
    iptables: rules,
    server: matching,
    expect: same(modes(works, shut('silent'))),
  }),
  topology({
    name: 'middle-forward-reject',
    title: 'A box in the middle: 21, 4000:4500, RELATED,ESTABLISHED (reject)',
    story: `${story} What is left over is answered with ICMP "host prohibited".`,
    iptables: rejecting,
    server: matching,
    expect: same(modes(works, shut('rejected'))),
  }),
  topology({
    name: 'middle-forward-other-range',
    title: 'A box in the middle that opens 4000:4500, and a server with another range',
    story: `${story} The server uses 50000-50020, which the box does not know: nothing works.`,
    iptables: rules,
    server: usualServer,
    expect: same(
      modes(
        fails({
          step: 'connect',
          how: 'silent',
          causes: ['passive-silent'],
          sides: ['middle'],
          cure,
          because: 'the box opens 4000-4500, and the server announces 50000-50020',
        }),
        shut('silent'),
      ),
    ),
  }),
];

function topology(
  parts: Pick<Topology, 'name' | 'title' | 'story' | 'server' | 'expect'> & {
    readonly iptables: readonly string[];
  },
): Topology {
  const { iptables, ...rest } = parts;
  return {
    number: 13,
    ...rest,
    hosts: [
      client,
      clientRouter,
      { name: 'box', role: 'router', side: 'middle', iptables, notes: ['firewall: 21,', '4000-4500'] },
      serverRouter,
      server,
    ],
    links: [
      clientLan(),
      uplink('box', 'client-router', networks.clientUplink),
      uplink('box', 'server-router', networks.serverUplink),
      serverLan(),
    ],
    dial: { address: addresses.server, port: 21 },
    client: usualClient,
  };
}
