import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkRequest } from './check.ts';
import { FirewallError } from './firewall-error.ts';
import { checkPlace } from './place.ts';
import type { FirewallRequest, PortRange } from './request.ts';

const good: FirewallRequest = {
  side: 'server',
  modes: ['passive'],
  passivePorts: { low: 50000, high: 50100 },
};
const middle: FirewallRequest = { ...good, side: 'middle' };
const forward = { kind: 'forward', server: '10.0.0.5' } as const;

const wrong: readonly (readonly [string, FirewallRequest, RegExp])[] = [
  [
    'an inverted range',
    { ...good, passivePorts: { low: 50100, high: 50000 } },
    /wrong way round\. Write 50000-50100/,
  ],
  ['a port that does not exist', { ...good, controlPorts: [70000] }, /control port: "70000" is no port/],
  ['half a port', { ...good, sourcePort: 20.5 }, /source port: "20\.5" is no port/],
  ['no control port', { ...good, controlPorts: [] }, /no control port/],
  [
    'one network that is no list',
    { ...good, clients: '10.0.0.0/8' as unknown as string[] },
    /a list of them/,
  ],
  ['a range that is a text', { ...good, passivePorts: '1-2' as unknown as PortRange }, /two ends/],
  ['no mode', { ...good, modes: [] }, /Write passive, active or both/],
  ['passive mode without a range', { side: 'server', modes: ['passive'] }, /needs the passive range/],
  [
    'a helper under TLS without a range',
    { side: 'server', modes: ['passive'], helper: true, tls: true },
    /Under TLS the helper sees nothing/,
  ],
  [
    'a range that holds the control port',
    { ...good, passivePorts: { low: 20, high: 30 } },
    /holds the control port 21/,
  ],
  ['a broken network', { ...good, clients: ['10.0.0.0/40'] }, /client network: "10\.0\.0\.0\/40"/],
  ['NAT on the server', { ...good, nat: forward }, /Write side middle/],
  ['two families', { ...good, clients: ['10.0.0.0/8'], servers: ['2001:db8::1'] }, /different families/],
  [
    'a public address of another family',
    { ...middle, nat: { ...forward, publicAddress: '2001:db8::1' } },
    /different families/,
  ],
  ['a server list with port forwarding', { ...middle, servers: ['10.0.0.6'], nat: forward }, /one server/],
  [
    'an offset out of the ports',
    { ...middle, nat: { ...forward, portOffset: 20000 } },
    /ports 70000-70100, which do not exist/,
  ],
  ['an offset that is no number', { ...middle, nat: { ...forward, portOffset: Number.NaN } }, /whole number/],
  [
    'public control ports that do not match',
    { ...middle, nat: { ...forward, publicControlPorts: [21, 22] } },
    /one public control port for each/,
  ],
  [
    'a public control port inside the outer range',
    { ...middle, nat: { ...forward, publicControlPorts: [50000] } },
    /holds the control port 50000/,
  ],
  ['masquerading nobody', { ...middle, nat: { kind: 'masquerade' } }, /Whom to masquerade/],
  [
    'active mode through masquerading without a helper',
    { ...middle, modes: ['active'], clients: ['10.0.0.0/8'], nat: { kind: 'masquerade' } },
    /needs the helper, or an active range/,
  ],
  [
    'an interface that is none',
    { ...middle, nat: { kind: 'masquerade', outInterface: 'eth0" accept; drop' } },
    /cannot be the name of an interface/,
  ],
];
for (const [what, request, message] of wrong) {
  test(`${what} is refused with what to write`, () => {
    assert.throws(
      () => checkRequest(request),
      (error: unknown) => error instanceof FirewallError && message.test(error.message),
    );
  });
}

test('a client whose own connections go out needs no passive range', () => {
  assert.equal(checkRequest({ side: 'client', modes: ['passive'] }).passivePorts, undefined);
});

test('checking twice is checking once', () => {
  const once = checkRequest({ ...middle, clients: ['10.1.0.0/16', '10.0.0.0/8'], nat: forward });
  assert.deepEqual(checkRequest(once), once);
});

test('modes stand in one order, whatever order they came in', () => {
  assert.deepEqual(checkRequest({ ...good, modes: ['active', 'passive', 'active'] }).modes, [
    'passive',
    'active',
  ]);
});

const names = ['in put', 'input;', 'a\nb', '"x"', '$(id)', '-F', '', 'x'.repeat(80), 'ä'];
for (const name of names) {
  test(`${JSON.stringify(name)} is no name of a chain`, () => {
    assert.throws(() => checkPlace({ inputChain: name }), /Write for example input/);
  });
}

test('a field that no place has is refused', () => {
  assert.throws(() => checkPlace({ chain: 'input' } as object), /no part of a place/);
});

const steered: FirewallRequest = {
  side: 'middle',
  modes: ['passive', 'active'],
  clients: ['192.168.1.0/24'],
  steer: { to: 2100 },
};

test('what is steered to a gateway needs clients and nothing of data connections', () => {
  const { steer, clients } = checkRequest(steered);
  assert.deepEqual([steer, clients], [{ to: 2100 }, ['192.168.1.0/24']]);
  for (const [more, message] of [
    [{ side: 'client' }, /Write side middle/],
    [{ clients: [] }, /networks of the clients/],
    [{ steer: { to: 21 } }, /which is a control port too/],
    [{ steer: { to: 0 } }, /is no port/],
    [{ passivePorts: { low: 50000, high: 50100 } }, /Leave out ranges/],
    [{ modes: ['passive'] }, /write both modes/],
    [{ helper: true }, /Leave out/],
    [{ nat: forward }, /Leave out/],
    [{ servers: ['2001:db8::1'] }, /different families/],
  ] as const)
    assert.throws(() => checkRequest({ ...steered, ...more }), message);
});

const gateways = [
  { address: '10.0.0.11', passivePorts: { low: 50000, high: 50499 } },
  { address: '10.0.0.12', passivePorts: { low: 50500, high: 50999 } },
];
const spread: FirewallRequest = { side: 'middle', modes: ['passive'], spread: { gateways } };

test('between several gateways each has ports of its own', () => {
  assert.deepEqual(checkRequest(spread).spread?.gateways, gateways);
  assert.deepEqual(checkRequest(checkRequest(spread)), checkRequest(spread));
  const overlapping = [gateways[0], { address: '10.0.0.12', passivePorts: { low: 50499, high: 50999 } }];
  for (const [more, message] of [
    [{ side: 'server' }, /Write side middle/],
    [{ modes: ['passive', 'active'] }, /Leave active mode out/],
    [{ passivePorts: { low: 50000, high: 50100 } }, /Leave out the common range/],
    [{ nat: forward }, /Leave out/],
    [{ steer: { to: 2100 } }, /steering/],
    [{ controlPorts: [21, 50100] }, /holds the control port 50100/],
    [{ spread: { gateways: [] } }, /Between which gateways/],
    [{ spread: { gateways: overlapping } }, /overlap/],
    [{ spread: { gateways: [gateways[0], { ...gateways[1], address: '10.0.0.11' }] } }, /twice/],
    [{ spread: { gateways: [gateways[0], { ...gateways[1], address: '::1' }] } }, /one family/],
    [{ spread: { gateways, publicAddress: 'host' } }, /no IP address/],
    [{ spread: { gateways: [{ address: '10.0.0.11' }] } }, /needs a passive range/],
  ] as readonly (readonly [object, RegExp])[])
    assert.throws(() => checkRequest({ ...spread, ...more }), message);
});
