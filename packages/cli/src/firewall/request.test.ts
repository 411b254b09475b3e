import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type FirewallRequest, firewallCommand, firewallRules } from '@duoport/firewall';
import { Command } from 'commander';
import { settle } from '../config/load-settings.ts';
import { UsageError } from '../usage-error.ts';
import { addFirewallFlags, type FirewallFlags, placeOf } from './flags.ts';
import { flagsFromConfig } from './from-config.ts';
import { requestOf } from './request.ts';

function parse(words: readonly string[]): FirewallFlags {
  const command = addFirewallFlags(
    new Command('firewall').exitOverride().configureOutput({ writeErr: () => {} }),
  );
  return command.parse([...words], { from: 'user' }).opts();
}

const range = { low: 50_000, high: 50_100 };
const requests: readonly FirewallRequest[] = [
  {
    side: 'middle',
    modes: ['passive', 'active'],
    controlPorts: [21, 2121],
    clients: ['192.168.1.0/24'],
    steer: { to: 2100 },
  },
  { side: 'server', modes: ['passive', 'active'], passivePorts: range, sourcePort: 20, strictOutput: true },
  {
    side: 'server',
    modes: ['passive'],
    singlePort: true,
    tls: true,
    controlPorts: [21, 2121],
    replies: true,
  },
  {
    side: 'client',
    modes: ['active'],
    activePorts: { low: 40_000, high: 40_010 },
    servers: ['203.0.113.7', '2001:db8::/32'],
  },
  { side: 'middle', modes: ['passive', 'active'], helper: true, clients: ['10.0.0.0/8', '192.168.0.0/16'] },
  {
    side: 'middle',
    modes: ['passive'],
    passivePorts: range,
    nat: {
      kind: 'forward',
      server: '10.0.0.5',
      publicAddress: '203.0.113.1',
      portOffset: -100,
      publicControlPorts: [2121],
    },
  },
  {
    side: 'middle',
    modes: ['passive'],
    passivePorts: range,
    nat: { kind: 'masquerade', outInterface: 'eth0' },
  },
  {
    side: 'middle',
    modes: ['passive'],
    passivePorts: range,
    clients: ['10.0.0.0/8'],
    nat: { kind: 'masquerade' },
  },
];

for (const request of requests) {
  const line = firewallCommand(request, 'nftables');
  test(`the flags of "${line}" ask for what it was made from`, () => {
    const flags = parse(line.split(' ').slice(2));
    assert.equal(flags.for, 'nftables');
    assert.deepEqual(firewallRules('nftables', requestOf(flags)), firewallRules('nftables', request));
    assert.equal(firewallCommand(requestOf(flags), 'nftables'), line);
  });
}

test('address translation makes it a box in the middle', () => {
  assert.equal(requestOf(parse(['--forward-to', '10.0.0.5'])).side, 'middle');
  assert.equal(requestOf(parse([])).side, 'server');
});

test('flags that need another flag say which', () => {
  assert.throws(() => requestOf(parse(['--public-address', '203.0.113.1'])), /--forward-to/);
  assert.throws(() => requestOf(parse(['--forward-to', '10.0.0.5', '--masquerade', 'eth0'])), UsageError);
});

test('every name in a place has its flag', () => {
  const place = placeOf(parse(['--table', 'ip filter', '--input-chain', 'ftp', '--inside-zone', 'lan']));
  assert.equal(place.table, 'ip filter');
  assert.equal(place.inputChain, 'ftp');
  assert.equal(place.insideZone, 'lan');
});

const config = settle(
  `listeners: [21, "[::]:2121"]
passive: {ports: 50000-50100, addresses: [10.0.0.0/8=local, "203.0.113.1:+100"]}
active: {source-port: 20}
tls: {self-signed: true}`,
  {},
).settings;

test('a settings file says what the server needs', () => {
  assert.deepEqual(flagsFromConfig(config, { for: 'nftables' }), {
    for: 'nftables',
    passivePorts: range,
    sourcePort: 20,
    controlPort: [21, 2121],
    tls: true,
  });
});

test('flags go before the settings file, and port forwarding takes the announced address from it', () => {
  const flags = flagsFromConfig(config, { forwardTo: '10.0.0.5', sourcePort: 2020 });
  assert.equal(flags.sourcePort, 2020);
  assert.equal(flags.publicAddress, '203.0.113.1');
  assert.equal(flags.portOffset, 100);
});

test('a settings file is no help for a client, and none without a fixed port', () => {
  assert.throws(() => flagsFromConfig(config, { side: 'client' }), UsageError);
  assert.throws(() => flagsFromConfig(settle('listeners: [0]', {}).settings, {}), /port 0/);
});
