import type { ClientSpec, ExpectedCell, HostSpec, Topology } from '../topology.ts';
import { fails, modes, same, works } from './expectations.ts';
import {
  addresses,
  client,
  clientRouter,
  forwardFirewall,
  hostFirewall,
  internet,
  plainLinks,
  server,
  serverRouter,
  usualClient,
  usualServer,
} from './parts.ts';

/** 4: the firewall of a workstation. */
export const clientShut: readonly Topology[] = (['drop', 'reject'] as const).map((refusal) =>
  topology({
    number: 4,
    name: `client-shut-${refusal}`,
    title: `Client firewall that lets nothing in (${refusal})`,
    story: `The client’s own firewall lets nothing in that it did not ask for (${refusal}). Active mode fails: the server’s connection is not let in. Passive mode works.`,
    client: { ...client, rules: hostFirewall([], refusal), notes: ['firewall: nothing in'] },
    active: fails({
      step: 'accept',
      how: refusal === 'drop' ? 'silent' : 'rejected',
      causes: refusal === 'drop' ? ['active-blocked-here'] : ['active-blocked-here', 'active-refused'],
      sides: ['client'],
      cure: [{ host: 'client', side: 'client' }],
      because: 'the client’s own firewall does not let the server’s connection in',
    }),
  }),
);

/** 4, at the edge: the router at home without NAT, as IPv6 has it. */
export const clientRouterShut: Topology = topology({
  number: 4,
  name: 'client-router-shut-drop',
  title: 'Firewall of the client’s router that lets nothing in (drop)',
  story:
    'The client’s router lets everything out and nothing in that was not asked for. The client itself has no firewall. Active mode fails on the way: nothing of it reaches the client.',
  router: {
    ...clientRouter,
    rules: forwardFirewall(['iifname "lan" accept']),
    notes: ['firewall: nothing in'],
  },
  active: fails({
    step: 'accept',
    how: 'silent',
    causes: ['active-blocked-on-the-way'],
    sides: ['client'],
    cure: [{ host: 'client-router', side: 'middle' }],
    because: 'the firewall of the client’s router does not let the server’s connection in',
  }),
});

/** 6: the cure of 4. */
export const clientActiveRange: Topology = topology({
  number: 6,
  name: 'client-active-range',
  title: 'Client firewall with an active range open, and a client that uses it',
  story:
    'The client’s firewall lets in 45000-45020, and the client listens in that range for active mode (--port-range).',
  client: {
    ...client,
    rules: hostFirewall(['tcp dport 45000-45020 accept']),
    notes: ['firewall: 45000-45020'],
  },
  settings: { activePorts: { low: 45_000, high: 45_020 } },
  active: works,
});

interface Parts {
  readonly number: number;
  readonly name: string;
  readonly title: string;
  readonly story: string;
  readonly client?: HostSpec;
  readonly router?: HostSpec;
  readonly settings?: ClientSpec;
  readonly active: ExpectedCell;
}

function topology({ client: own, router, settings, active, ...parts }: Parts): Topology {
  return {
    ...parts,
    hosts: [own ?? client, router ?? clientRouter, internet, serverRouter, server],
    links: plainLinks,
    dial: { address: addresses.server, port: 21 },
    server: usualServer,
    client: settings ?? usualClient,
    expect: same(modes(works, active)),
  };
}
