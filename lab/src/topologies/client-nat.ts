import type { DataVerb } from '@duoport/doctor';
import type { ClientSpec, Expectation, ExpectedCell, HostSpec, ServerSpec, Topology } from '../topology.ts';
import { expectation, fails, modes, none, works } from './expectations.ts';
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

const cureOnNat = [{ host: 'client-router', side: 'middle' }] as const;

function refused(causes: Parameters<typeof fails>[0]['causes'], because: string, cure = false): ExpectedCell {
  return fails({
    step: 'command',
    how: 'reply',
    causes,
    sides: ['client'],
    cure: cure ? cureOnNat : [],
    because,
  });
}

const blind = refused(
  ['helper-blind-tls', 'active-behind-nat'],
  'the helper cannot read PORT under TLS: the server gets the private address, and refuses it',
);

/** 7: the network at home. */
export const clientNat: Topology = topology({
  number: 7,
  name: 'client-nat',
  title: 'Client behind NAT without a helper',
  story:
    'The client has a private address, and its router masquerades. PORT and EPRT name the private address, which the server cannot reach and does not accept. Passive mode works.',
  router: { ...clientRouter, rules: homeRouter(), notes: ['NAT'] },
  expect: (() => {
    const active = refused(['active-behind-nat'], 'PORT names the client’s private address', true);
    const underTls = refused(
      ['active-behind-nat', 'helper-blind-tls'],
      'PORT names the client’s private address',
    );
    return expectation(modes(works, active), modes(works, underTls));
  })(),
});

const helped: HostSpec = {
  ...clientRouter,
  rules: homeRouter({ helper: [21] }),
  notes: ['NAT', 'FTP helper on 21'],
};

/** 8: the same with the helper of the kernel, assigned as kernels have wanted it since 4.7. */
export const clientNatHelper: Topology = topology({
  number: 8,
  name: 'client-nat-helper',
  title: 'Client behind NAT with the conntrack helper',
  story:
    'The router’s FTP helper reads the control connection, rewrites PORT and EPRT to the public address, and lets the announced connection in. Under TLS it is blind.',
  router: helped,
  expect: expectation(modes(works, works), modes(works, blind)),
});

/** 9: helpers watch the port they were told to watch. */
export const clientNatHelper2121: Topology = topology({
  number: 9,
  name: 'client-nat-helper-2121',
  title: 'NAT with a helper on 21, server on 2121',
  story: 'The same router, but the server is on port 2121, where the helper does not look.',
  router: helped,
  server: { ...usualServer, port: 2121 },
  expect: (() => {
    const active = refused(
      ['helper-wrong-port', 'active-behind-nat'],
      'the helper watches port 21, and the server is on 2121',
      true,
    );
    const underTls = refused(
      ['helper-wrong-port', 'helper-blind-tls', 'active-behind-nat'],
      'the helper watches port 21, and could not read TLS on 2121 either',
    );
    return expectation(modes(works, active), modes(works, underTls));
  })(),
});

/** 10: a server that insists on TLS. */
export const clientNatHelperTls: Topology = (() => {
  const cell = none('the server takes no login without TLS');
  const plain: Readonly<Record<DataVerb, ExpectedCell>> = modes(cell, cell);
  return topology({
    number: 10,
    name: 'client-nat-helper-tls',
    title: 'NAT with a helper, server that insists on TLS',
    story:
      'The same router again, and a server that takes no login without TLS: the helper sees nothing, and active mode fails.',
    router: helped,
    server: { ...usualServer, requireTls: true },
    expect: expectation(plain, modes(works, blind)),
  });
})();

/** 17: a NAT that forgets connections on which nothing moves. */
export const natForgetsIdle: Topology = (() => {
  const cut = (...more: Parameters<typeof fails>[0]['causes']): ExpectedCell =>
    fails({
      step: 'control',
      how: 'silent',
      causes: ['idle-cut', ...more],
      sides: ['client'],
      because: 'the router has forgotten the control connection and drops what comes in the middle of it',
    });
  return topology({
    number: 17,
    name: 'nat-forgets-idle',
    title: 'NAT that drops idle control connections',
    story:
      'The router forgets a connection after five seconds of silence, as cheap ones do after some minutes, and drops packets of connections that it does not know. A session that pauses is dead: nobody is told.',
    router: {
      ...helped,
      sysctl: {
        'net.netfilter.nf_conntrack_tcp_timeout_established': '5',
        'net.netfilter.nf_conntrack_tcp_loose': '0',
      },
      notes: ['NAT, FTP helper', 'forgets after 5 s'],
    },
    client: { idle: 8000 },
    expect: expectation(modes(cut(), cut()), modes(cut(), cut('helper-blind-tls', 'active-behind-nat'))),
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
  readonly expect: Expectation;
}

function topology({ router, ...parts }: Parts): Topology {
  return {
    server: usualServer,
    client: usualClient,
    ...parts,
    hosts: [client, router, internet, serverRouter, server],
    links: [
      clientLan(networks.clientPrivate),
      uplink('internet', 'client-router', networks.clientUplink),
      uplink('internet', 'server-router', networks.serverUplink),
      serverLan(),
    ],
    dial: { address: addresses.server, port: parts.server?.port ?? 21 },
  };
}
