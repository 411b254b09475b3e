import type { ClientSpec, Expectation, HostSpec, ServerSpec, Topology } from '../topology.ts';
import { expectation, fails, modes, same, works } from './expectations.ts';
import {
  addresses,
  client,
  clientLan,
  clientRouter,
  homeRouter,
  internet,
  networks,
  server,
  serverLan,
  serverRouter,
  uplink,
  usualClient,
  usualServer,
} from './parts.ts';

const cureOnNat = [{ host: 'server-router', side: 'middle' }] as const;
const inside = addresses.serverPrivate;
const outside = addresses.serverPublic;

function nat(forward: readonly string[], notes: readonly string[], helper?: readonly number[]): HostSpec {
  const rules = homeRouter({ forward: forward.join('\n'), ...(helper && { helper }) });
  return { ...serverRouter, rules, notes: ['NAT', ...notes] };
}

/** 11: the first thing that everybody sets up. */
export const forward21: readonly Topology[] = (['drop', 'reset'] as const).map((refusal) => {
  const router = nat([`iifname "wan" tcp dport 21 dnat to ${inside}`], ['21 forwarded']);
  const open = 'hook input priority filter; policy accept;';
  const rules = router.rules?.replace('hook input priority filter; policy drop;', open);
  const silent = refusal === 'drop';
  const shut = {
    step: 'connect',
    how: silent ? 'silent' : 'refused',
    sides: ['server'],
    cure: cureOnNat,
    because: 'the router forwards 21 only, so nobody answers on the passive ports of its public address',
  } as const;
  return topology({
    number: 11,
    name: `server-nat-21-${refusal}`,
    title: `Server behind port forwarding of 21 alone (${silent ? 'drop' : 'reset'})`,
    story: `The server has a private address and its router forwards port 21 to it, nothing else. 227 names the private address. ${silent ? 'The router drops' : 'The router resets'} what it does not forward.`,
    router: { ...router, ...(silent || rules === undefined ? {} : { rules }) },
    expect: same({
      PASV: fails({
        ...shut,
        causes: ['passive-address-private', silent ? 'passive-silent' : 'passive-refused'],
      }),
      EPSV: fails({
        ...shut,
        causes: [silent ? 'passive-silent' : 'passive-refused', 'passive-address-private'],
      }),
      PORT: works,
      EPRT: works,
    }),
  });
});

const forwardRange = `iifname "wan" tcp dport { 21, 50000-50020 } dnat to ${inside}`;
const announcesPublic: ServerSpec = { ...usualServer, passiveAddress: [{ address: outside }] };

/** 12: as it should be, seen from outside. */
export const forwardWithRange: Topology = topology({
  number: 12,
  name: 'server-nat-range',
  title: 'Server behind NAT, 21 and the range forwarded, public address announced',
  story:
    'The router forwards 21 and the passive range, and the server announces the router’s public address.',
  router: nat([forwardRange], ['21, 50000-50020', 'forwarded']),
  server: announcesPublic,
  expect: same(modes(works, works)),
});

/** 16: the outside sees other ports than the server has. */
export const portMapped: readonly Topology[] = (() => {
  const pairs = Array.from({ length: 21 }, (_, at) => `${40_000 + at} : ${inside} . ${50_000 + at}`);
  const router = nat(
    [
      `iifname "wan" tcp dport 2121 dnat to ${inside}:21`,
      `iifname "wan" dnat ip to tcp dport map { ${pairs.join(', ')} }`,
    ],
    ['2121 to 21', '40000+ to 50000+'],
  );
  const unmapped = fails({
    step: 'connect',
    how: 'silent',
    causes: ['passive-port-mapped', 'passive-silent'],
    sides: ['server'],
    cure: cureOnNat,
    because: 'the server announces the ports that it listens on; the outside has to dial 10000 lower',
  });
  const story =
    'Several servers share one public address, so the router maps ports: outside 2121 and 40000-40020 are inside 21 and 50000-50020.';
  return [
    topology({
      number: 16,
      name: 'port-mapped-nat',
      title: 'Port-mapped NAT, and a server that knows',
      story: `${story} The server announces what the outside has to dial.`,
      router,
      dial: 2121,
      server: { ...usualServer, passiveAddress: [{ address: outside, portOffset: -10_000 }] },
      expect: same(modes(works, works)),
    }),
    topology({
      number: 16,
      name: 'port-mapped-nat-unaware',
      title: 'Port-mapped NAT, and a server that does not know',
      story: `${story} The server announces the public address with the ports it listens on.`,
      router,
      dial: 2121,
      server: announcesPublic,
      expect: same(modes(unmapped, works)),
    }),
  ];
})();

/** 18: two remedies at once, which get into each other’s way. */
export const helperMasquerade: Topology = (() => {
  const shut = {
    step: 'connect',
    how: 'silent',
    sides: ['server'],
    cure: cureOnNat,
  } as const;
  const blind = 'under TLS the helper cannot see what was announced, and the range is not forwarded';
  return topology({
    number: 18,
    name: 'server-nat-helper-masquerade',
    title: 'Helper on the server’s NAT, and a public address set on the server',
    story:
      'The router forwards 21 and has an FTP helper, which would be enough. But the server announces the public address itself; the helper finds an address that is not the server’s, and with loose=0 it lets nothing in. 229 names no address: EPSV works.',
    router: nat([`iifname "wan" tcp dport 21 dnat to ${inside}`], ['21 forwarded', 'FTP helper on 21'], [21]),
    server: announcesPublic,
    expect: expectation(
      {
        PASV: fails({
          ...shut,
          causes: ['helper-masquerade'],
          because:
            'the helper does not know the announced address as the server’s, and expects no connection',
        }),
        EPSV: works,
        PORT: works,
        EPRT: works,
      },
      {
        PASV: fails({
          ...shut,
          causes: ['helper-masquerade', 'helper-blind-tls', 'passive-silent'],
          because: blind,
        }),
        EPSV: fails({ ...shut, causes: ['helper-blind-tls', 'passive-silent'], because: blind }),
        PORT: works,
        EPRT: works,
      },
    ),
  });
})();

interface Parts {
  readonly number: number;
  readonly name: string;
  readonly title: string;
  readonly story: string;
  readonly router: HostSpec;
  readonly server?: ServerSpec;
  readonly client?: ClientSpec;
  readonly dial?: number;
  readonly expect: Expectation;
}

function topology({ router, dial, ...parts }: Parts): Topology {
  return {
    server: usualServer,
    client: usualClient,
    ...parts,
    hosts: [client, clientRouter, internet, router, server],
    links: [
      clientLan(),
      uplink('internet', 'client-router', networks.clientUplink),
      uplink('internet', 'server-router', networks.serverUplink),
      serverLan(networks.serverPrivate),
    ],
    dial: { address: outside, port: dial ?? 21 },
  };
}
