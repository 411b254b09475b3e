import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setupScript } from './setup-script.ts';
import { findTopology } from './topologies.ts';
import { type Wiring, wire } from './wiring.ts';

function wiringOf(topology: string, host: string): Wiring {
  const found = wire(findTopology(topology)).get(host);
  assert.ok(found);
  return found;
}

const routes = (topology: string, host: string): readonly string[] =>
  wiringOf(topology, host).routes.map(({ to, via }) => `${to} ${via}`);

test('every host knows every public network, and edges have a default route towards the middle', () => {
  assert.deepEqual(routes('flat-ipv4', 'client'), [
    '192.0.2.0/29 198.51.100.1',
    '192.0.2.8/29 198.51.100.1',
    '203.0.113.0/24 198.51.100.1',
    'default 198.51.100.1',
  ]);
  assert.deepEqual(routes('flat-ipv4', 'internet'), [
    '198.51.100.0/24 192.0.2.2',
    '203.0.113.0/24 192.0.2.10',
  ]);
  assert.deepEqual(routes('flat-ipv6', 'internet'), [
    '2001:db8:1::/64 2001:db8:2::2',
    '2001:db8:4::/64 2001:db8:3::2',
  ]);
});

test('nobody on the Internet knows a private network: what is sent there ends in the middle', () => {
  assert.deepEqual(routes('client-nat', 'internet'), ['203.0.113.0/24 192.0.2.10']);
  assert.deepEqual(routes('client-nat', 'client-router'), [
    '192.0.2.8/29 192.0.2.1',
    '203.0.113.0/24 192.0.2.1',
    'default 192.0.2.1',
  ]);
});

test('hosts on a switch reach each other without a router', () => {
  assert.deepEqual(wiringOf('relay-21', 'client').ports[0]?.addresses, ['192.168.50.20/24']);
  assert.deepEqual(
    wiringOf('relay-21', 'lan').ports.flatMap((port) => port.addresses),
    [],
  );
  assert.deepEqual(routes('relay-21', 'server'), [
    '192.0.2.0/29 192.168.50.1',
    '203.0.113.96/29 192.168.50.1',
    'default 192.168.50.1',
  ]);
});

test('routes of the topology stand instead of those worked out', () => {
  const flat = findTopology('flat-ipv4');
  const hosts = flat.hosts.map((host) =>
    host.name === 'client' ? { ...host, routes: [{ to: 'default', via: '198.51.100.7' }] } : host,
  );
  const own = wire({ ...flat, hosts }).get('client')?.routes ?? [];
  assert.deepEqual(
    own.filter(({ to }) => to === 'default'),
    [{ to: 'default', via: '198.51.100.7' }],
  );
});

test('a host without a link is a mistake of the topology', () => {
  const flat = findTopology('flat-ipv4');
  assert.throws(() => wire({ ...flat, links: flat.links.slice(1) }), /no link leads to client/);
});

test('the script of a router: settings, addresses, routes, then its rules', () => {
  const script = setupScript(wiringOf('middle-forward-drop', 'box'));
  const order = [
    'echo 1 > /proc/sys/net/ipv4/ip_forward',
    'addr add 192.0.2.1/29 dev client-router',
    'link set client-router up',
    'route add 198.51.100.0/24 via 192.0.2.2',
    'iptables -P FORWARD DROP',
  ].map((line) => script.indexOf(`${line}\n`));
  assert.ok(
    order.every((place) => place > 0),
    script,
  );
  assert.deepEqual(
    [...order].sort((one, other) => one - other),
    order,
  );
  assert.match(setupScript(wiringOf('relay-21', 'lan')), /link set client master bridge/);
  assert.match(setupScript(wiringOf('flat-ipv6', 'client')), /addr add 2001:db8:1::1\/64 dev eth0 nodad/);
});
