import type { HostSpec, Topology } from '../topology.ts';
import { fails, modes, same, works } from './expectations.ts';
import {
  addresses,
  client,
  clientRouter,
  internet,
  plainLinks,
  server,
  serverRouter,
  usualClient,
  usualServer,
} from './parts.ts';

const guard: HostSpec = {
  ...clientRouter,
  iptables: [
    'iptables -P FORWARD DROP',
    'iptables -A FORWARD -i lan -j ACCEPT',
    'iptables -A FORWARD -p icmp -j ACCEPT',
    'iptables -A FORWARD -m conntrack --ctstate ESTABLISHED -j ACCEPT',
    'iptables -A FORWARD -i wan -p tcp --sport 20 --dport 1024:65535 -j ACCEPT',
  ],
  notes: ['firewall: in only', 'from port 20'],
};

const parts = {
  number: 15,
  hosts: [client, guard, internet, serverRouter, server],
  links: plainLinks,
  dial: { address: addresses.server, port: 21 },
  client: usualClient,
} as const;

/** 15: the rule for active mode of old textbooks. */
export const sourcePort: readonly Topology[] = [
  {
    ...parts,
    name: 'source-port-20',
    title: 'Firewall that admits data connections from source port 20 only',
    story:
      'The client’s firewall lets connections in when they come from port 20, as the standard says that data connections do. The server does as the standard says.',
    server: usualServer,
    expect: same(modes(works, works)),
  },
  {
    ...parts,
    name: 'source-port-any',
    title: 'Firewall that admits source port 20 only, and a server that dials from any',
    story:
      'The same firewall, and a server that dials from any port, as servers do that run without privileges: active mode fails.',
    server: { ...usualServer, sourcePort: undefined },
    expect: same(
      modes(
        works,
        fails({
          step: 'accept',
          how: 'silent',
          causes: ['active-source-port'],
          sides: ['client', 'server'],
          cure: [{ host: 'client-router', side: 'middle' }],
          because:
            'the firewall lets data connections in only from port 20, and the server dials from another',
        }),
      ),
    ),
  },
];
