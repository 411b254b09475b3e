import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';
import { type Answer, type FirewallRequest, firewallRules, targets } from './index.ts';

const both = ['passive', 'active'] as const;
const range = { passivePorts: { low: 50000, high: 50100 }, sourcePort: 20 };
const server = { side: 'server', modes: both } as const;
const client = { side: 'client', modes: both, sourcePort: 20 } as const;
const middle = { side: 'middle', modes: both } as const;
const ends = { clients: ['192.168.1.0/24'], servers: ['203.0.113.7'] };
const forward = { kind: 'forward', server: '192.168.1.10', publicAddress: '203.0.113.1' } as const;
const masquerade = { kind: 'masquerade', outInterface: 'eth0' } as const;
const activePorts = { low: 40000, high: 40010 };

/** What every target is asked for. Some refuse some of it: the refusal is golden too. */
const requests: Readonly<Record<string, FirewallRequest>> = {
  server: { ...server, ...range },
  'server, passive only': { ...server, modes: ['passive'], passivePorts: range.passivePorts },
  'server, helper': { ...server, sourcePort: 20, helper: true },
  'server, helper and TLS': { ...server, ...range, helper: true, tls: true },
  'server, client networks, going out is shut': {
    ...server,
    ...range,
    activePorts,
    clients: ['10.0.0.0/8', '192.168.0.0/16', '2001:db8:1::/48'],
    strictOutput: true,
  },
  'server, going out is shut, any source port': {
    ...server,
    ...range,
    sourcePort: undefined,
    strictOutput: true,
  },
  'server, two control ports, replies too': { ...server, ...range, controlPorts: [21, 2121], replies: true },
  'server, single port': { ...server, modes: ['passive'], singlePort: true, tls: true },
  'client, passive only': { ...client, modes: ['passive'] },
  'client, active range, known server': { ...client, activePorts, servers: ['203.0.113.7'] },
  'client, active, nothing known': { ...client, modes: ['active'], sourcePort: undefined },
  'client, helper': { ...client, helper: true },
  'client, going out is shut': {
    ...client,
    ...range,
    activePorts,
    servers: ['203.0.113.7', '2001:db8::7'],
    strictOutput: true,
  },
  'middle, routed': { ...middle, ...range, ...ends },
  'middle, routed, helper': { ...middle, sourcePort: 20, ...ends, helper: true },
  'middle, routed, helper and TLS': { ...middle, ...range, ...ends, helper: true, tls: true },
  'middle, forward': { ...middle, ...range, nat: forward },
  'middle, forward, passive only, own address': {
    ...middle,
    modes: ['passive'],
    passivePorts: range.passivePorts,
    nat: { kind: 'forward', server: '192.168.1.10' },
  },
  'middle, forward, helper': { ...middle, sourcePort: 20, nat: forward, helper: true },
  'middle, forward, helper and TLS': { ...middle, ...range, nat: forward, helper: true, tls: true },
  'middle, forward, other ports outside': {
    ...middle,
    modes: ['passive'],
    passivePorts: { low: 50000, high: 50003 },
    nat: { ...forward, portOffset: 10_000, publicControlPorts: [2121] },
  },
  'middle, masquerade': { ...middle, ...range, modes: ['passive'], clients: ends.clients, nat: masquerade },
  'middle, masquerade, helper': {
    ...middle,
    sourcePort: 20,
    clients: ends.clients,
    nat: masquerade,
    helper: true,
  },
  'middle, masquerade, helper and TLS, one client': {
    ...middle,
    ...range,
    activePorts,
    clients: ['192.168.1.20'],
    nat: masquerade,
    helper: true,
    tls: true,
  },
  'middle, steered to a gateway': {
    ...middle,
    controlPorts: [21, 2121],
    clients: ['192.168.1.0/24', '192.168.2.0/24', '2001:db8:1::/48'],
    steer: { to: 2100 },
  },
  'middle, between two gateways': {
    ...middle,
    modes: ['passive'],
    controlPorts: [21, 990],
    spread: {
      gateways: [
        { address: '10.0.0.11', passivePorts: { low: 50000, high: 50499 } },
        { address: '10.0.0.12', passivePorts: { low: 50500, high: 50999 } },
      ],
    },
  },
  'middle, between gateways at one public address': {
    ...middle,
    modes: ['passive'],
    clients: ['2001:db8:1::/48', '192.168.1.0/24'],
    spread: {
      gateways: [{ address: '2001:db8::11', passivePorts: { low: 50000, high: 50499 } }],
      publicAddress: '2001:db8:ffff::1',
    },
  },
  'middle, steered to a gateway, one family': {
    ...middle,
    clients: ['192.168.1.0/24'],
    servers: ['203.0.113.7'],
    steer: { to: 2100 },
  },
};

// DUOPORT_GOLDEN=write makes the golden files anew; look at the difference before it is committed.
for (const target of targets) {
  test(`the rules for ${target} are those of golden/${target}.txt`, () => {
    const text = Object.entries(requests)
      .map(([name, request]) => `=== ${name}\n${written(firewallRules(target, request))}`)
      .join('\n');
    const file = new URL(`golden/${target}.txt`, import.meta.url);
    if (process.env['DUOPORT_GOLDEN'] === 'write') writeFileSync(file, text);
    assert.equal(text, existsSync(file) ? readFileSync(file, 'utf8') : '');
  });
}

function written(answer: Answer): string {
  if (answer.kind === 'refused') return `refused: ${answer.because}\nnearest: ${answer.nearest}\n`;
  const { format, file, apply, undo, notes } = answer;
  return [
    `--- apply (${format}${file === undefined ? '' : `, ${file}`})`,
    apply.trimEnd(),
    '--- undo',
    undo.trimEnd(),
    `--- notes: ${notes.map(({ code }) => code).join(', ')}`,
    '',
  ].join('\n');
}
