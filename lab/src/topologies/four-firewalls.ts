import type { HostSpec, Topology } from '../topology.ts';
import { fails, modes, same } from './expectations.ts';
import {
  addresses,
  client,
  clientLan,
  clientRouter,
  forwardFirewall,
  hostFirewall,
  networks,
  server,
  serverLan,
  serverRouter,
  uplink,
  usualClient,
  usualServer,
} from './parts.ts';

/** 5: a big organisation, where every department has a firewall and each lets only 21 through. */
export const fourFirewalls: readonly Topology[] = (['drop', 'reject'] as const).map((refusal): Topology => {
  const guard = (host: HostSpec): HostSpec => ({
    ...host,
    rules: forwardFirewall(['tcp dport 21 accept'], refusal),
    notes: ['firewall: only 21'],
  });
  const routers = [
    guard(clientRouter),
    guard({ name: 'box1', role: 'router', side: 'middle' }),
    guard({ name: 'box2', role: 'router', side: 'middle' }),
    guard(serverRouter),
  ];
  const shut = { ...client, rules: hostFirewall([], refusal), notes: ['firewall: nothing in'] };
  const guarded = {
    ...server,
    rules: hostFirewall(['tcp dport 21 accept'], refusal),
    notes: ['firewall: only 21'],
  };
  const how = refusal === 'drop' ? 'silent' : 'rejected';
  const boxes = routers.map(({ name }) => ({ host: name, side: 'middle' as const }));
  return {
    number: 5,
    name: `four-firewalls-${refusal}`,
    title: `Four routers, each a firewall, only 21 open (${refusal})`,
    story:
      'Both ends and all four routers between them have firewalls that let new connections through to port 21 only. Neither mode works, and to open one firewall is not enough.',
    hosts: [shut, ...routers, guarded],
    links: [
      clientLan(),
      uplink('box1', 'client-router', networks.clientUplink),
      { ends: ['box1', 'box2'], ipv4: '192.0.2.16/29' },
      uplink('box2', 'server-router', networks.serverUplink),
      serverLan(),
    ],
    dial: { address: addresses.server, port: 21 },
    server: usualServer,
    client: usualClient,
    expect: same(
      modes(
        fails({
          step: 'connect',
          how,
          causes: refusal === 'drop' ? ['passive-silent'] : ['passive-rejected'],
          sides: ['client', 'middle', 'server'],
          cure: [...boxes, { host: 'server', side: 'server' }],
          because: 'every firewall on the way lets through 21 only; the client’s router is the first',
        }),
        fails({
          step: 'accept',
          how,
          causes: ['active-blocked-on-the-way', 'active-refused'],
          sides: ['client', 'middle', 'server'],
          cure: [...boxes, { host: 'client', side: 'client' }],
          because: 'every firewall on the way lets through 21 only; the server’s router is the first',
        }),
      ),
    ),
  };
});
