import type { AgentSpec, HostSpec, LinkSpec, ServerSpec, Topology } from '../topology.ts';
import { expectation, fails, same, works } from './expectations.ts';
import { homeRouter, usualServer } from './parts.ts';

const network = '192.168.50.0/24';
const relayAddress = '203.0.113.99';
const gatewayAddress = '192.0.2.2';
const serverAddress = '192.168.50.10';
const clientAddress = '192.168.50.20';
const tunnelPort = '7000';

const hosts: readonly HostSpec[] = [
  { name: 'client', role: 'client', side: 'client', notes: ['tunnel agent'] },
  { name: 'lan', role: 'switch', side: 'client' },
  { name: 'server', role: 'server', side: 'server' },
  {
    name: 'gateway',
    role: 'router',
    side: 'client',
    rules: homeRouter({ helper: [21] }),
    notes: ['NAT', 'FTP helper on 21'],
  },
  { name: 'internet', role: 'router', side: 'middle' },
  { name: 'relay', role: 'router', side: 'middle', notes: ['public relay'] },
];

const links: readonly LinkSpec[] = [
  { ends: ['client', 'lan'], ipv4: network, addresses: [clientAddress, ''], names: ['eth0', 'client'] },
  { ends: ['server', 'lan'], ipv4: network, addresses: [serverAddress, ''], names: ['eth0', 'server'] },
  { ends: ['gateway', 'lan'], ipv4: network, addresses: ['192.168.50.1', ''], names: ['lan', 'gateway'] },
  { ends: ['internet', 'gateway'], ipv4: '192.0.2.0/29', names: ['gateway', 'wan'] },
  {
    ends: ['internet', 'relay'],
    ipv4: '203.0.113.96/29',
    addresses: ['203.0.113.97', relayAddress],
    names: ['relay', 'eth0'],
  },
];

const rewritten = fails({
  step: 'command',
  how: 'reply',
  causes: ['active-address-rewritten', 'active-behind-nat'],
  sides: ['client'],
  because: `the gateway’s helper rewrites PORT to ${gatewayAddress}, and the server, which sees the agent’s address, refuses it`,
});
const noPortThere = fails({
  step: 'connect',
  how: 'refused',
  causes: ['passive-refused'],
  sides: ['middle', 'server'],
  because: 'EPSV dials the relay, which relays the control connection only',
});

/** 14: both ends are neighbours, and meet through a relay on the Internet. */
export const relayed: readonly Topology[] = [
  topology({
    name: 'relay-21',
    title: 'Neighbours that meet through a public relay, on port 21',
    story:
      'Client and server are in the same private network; the control connection goes out to a relay with a public address and comes back through a tunnel, whose agent runs on the client’s machine. The gateway’s FTP helper sees port 21 and rewrites PORT to the gateway’s public address, from where nothing comes back. Under TLS it sees nothing, and active mode works.',
    port: 21,
    expect: expectation(
      { PASV: works, EPSV: noPortThere, PORT: rewritten, EPRT: rewritten },
      { PASV: works, EPSV: noPortThere, PORT: works, EPRT: works },
    ),
  }),
  topology({
    name: 'relay-22',
    title: 'Neighbours that meet through a public relay, on port 22',
    story:
      'The same on port 22, where the helper does not look: PORT arrives as it was sent, and the server dials its neighbour directly.',
    port: 22,
    expect: same({ PASV: works, EPSV: noPortThere, PORT: works, EPRT: works }),
  }),
];

function topology(
  parts: Pick<Topology, 'name' | 'title' | 'story' | 'expect'> & { readonly port: number },
): Topology {
  const { port, ...rest } = parts;
  const serverSpec: ServerSpec = usualServer;
  const agents: readonly AgentSpec[] = [
    { host: 'relay', script: 'relay', arguments: ['serve', tunnelPort, String(port)] },
    { host: 'client', script: 'relay', arguments: ['agent', relayAddress, tunnelPort, serverAddress, '21'] },
  ];
  return {
    number: 14,
    ...rest,
    hosts,
    links,
    agents,
    dial: { address: relayAddress, port },
    server: serverSpec,
    client: { obeysPassiveAddress: true, anyActivePeer: true },
  };
}
