import type { ExpectedCell, HostSpec, Topology } from '../topology.ts';
import { fails, modes, noIpv4, same, works } from './expectations.ts';
import {
  addresses,
  client,
  clientRouter,
  forwardFirewall,
  hostFirewall,
  internet,
  plainLinks,
  plainLinks6,
  type Refusal,
  server,
  serverRouter,
  usualClient,
  usualServer,
} from './parts.ts';

const only21: Readonly<
  Record<Refusal, { readonly how: 'silent' | 'rejected' | 'refused'; readonly story: string }>
> = {
  drop: { how: 'silent', story: 'drops everything else: LIST hangs until the client gives up' },
  reject: { how: 'rejected', story: 'answers everything else with ICMP "administratively prohibited"' },
  reset: { how: 'refused', story: 'resets everything else, as if nobody listened' },
};

const cause = {
  silent: ['passive-silent'],
  rejected: ['passive-rejected'],
  refused: ['passive-refused'],
} as const;

function shut(how: 'silent' | 'rejected' | 'refused'): ExpectedCell {
  return fails({
    step: 'connect',
    how,
    causes: cause[how],
    sides: ['server'],
    cure: [{ host: 'server', side: 'server' }],
    because: 'the server’s firewall does not let the passive range in',
  });
}

const dropped = shut('silent');

/** 2: the commonest of all. */
export const serverOnly21: readonly Topology[] = (['drop', 'reject', 'reset'] as const).map((refusal) =>
  topology({
    number: 2,
    name: `server-only-21-${refusal}`,
    title: `Server firewall with only 21 (${refusal})`,
    story: `The server’s own firewall lets in port 21 and ${only21[refusal].story}. Login works, passive mode does not; active mode does, for the server may dial out.`,
    hosts: {
      server: {
        ...server,
        rules: hostFirewall(['tcp dport 21 accept'], refusal),
        notes: ['firewall: only 21'],
      },
    },
    passive: shut(only21[refusal].how),
  }),
);

/** 2, with IPv6: there is no NAT, and firewalls are the same. */
export const serverOnly21Ipv6: Topology = (() => {
  const ipv4 = topology({
    number: 2,
    name: 'server-only-21-ipv6',
    title: 'Server firewall with only 21, IPv6 (drop)',
    story:
      'The server’s own firewall lets in port 21 and drops everything else, IPv6 as well as IPv4. Addresses are public, and still EPSV hangs.',
    hosts: {
      server: { ...server, rules: hostFirewall(['tcp dport 21 accept']), notes: ['firewall: only 21'] },
    },
    passive: dropped,
  });
  const cells = modes(dropped, works);
  return {
    ...ipv4,
    links: plainLinks6,
    dial: { address: addresses.server6, port: 21 },
    expect: same({ ...cells, PASV: noIpv4, PORT: noIpv4 }),
  };
})();

/** 2, at the edge: the firewall is the router in front of the server. */
export const serverRouterOnly21: Topology = topology({
  number: 2,
  name: 'server-router-only-21-drop',
  title: 'Firewall of the server’s router with only 21 (drop)',
  story:
    'The router in front of the server lets in port 21 and drops everything else that is new. The server itself has no firewall.',
  hosts: {
    'server-router': {
      ...serverRouter,
      rules: forwardFirewall(['iifname "lan" accept', 'tcp dport 21 accept']),
      notes: ['firewall: only 21'],
    },
  },
  passive: fails({
    step: 'connect',
    how: 'silent',
    causes: ['passive-silent'],
    sides: ['server'],
    cure: [{ host: 'server-router', side: 'middle' }],
    because: 'the firewall in front of the server does not let the passive range in',
  }),
});

/** 3: as it should be. */
export const serverRange: Topology = topology({
  number: 3,
  name: 'server-range',
  title: 'Server firewall with 21 and the passive range',
  story: 'The server’s firewall lets in port 21 and the very range that the server announces.',
  hosts: {
    server: {
      ...server,
      rules: hostFirewall(['tcp dport { 21, 50000-50020 } accept']),
      notes: ['firewall: 21 and', '50000-50020'],
    },
  },
  passive: works,
});

interface Parts {
  readonly number: number;
  readonly name: string;
  readonly title: string;
  readonly story: string;
  readonly hosts: Readonly<Record<string, HostSpec>>;
  readonly passive: ExpectedCell;
}

function topology({ hosts, passive, ...parts }: Parts): Topology {
  return {
    ...parts,
    hosts: [client, clientRouter, internet, serverRouter, server].map((host) => hosts[host.name] ?? host),
    links: plainLinks,
    dial: { address: addresses.server, port: 21 },
    server: usualServer,
    client: usualClient,
    expect: same(modes(passive, works)),
  };
}
