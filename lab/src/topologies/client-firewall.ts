import type { ClientSpec, HostSpec, Topology } from '../topology.ts';
import { fails, modes, same, works } from './expectations.ts';
import {
  addresses,
  client,
  clientRouter,
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
  readonly client: HostSpec;
  readonly settings?: ClientSpec;
  readonly active: Parameters<typeof modes>[1];
}

function topology({ client: own, settings, active, ...parts }: Parts): Topology {
  return {
    ...parts,
    hosts: [own, clientRouter, internet, serverRouter, server],
    links: plainLinks,
    dial: { address: addresses.server, port: 21 },
    server: usualServer,
    client: settings ?? usualClient,
    expect: same(modes(works, active)),
  };
}
