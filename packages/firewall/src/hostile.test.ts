import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  FirewallError,
  type FirewallRequest,
  firewallCommand,
  firewallRules,
  type Place,
  targets,
} from './index.ts';

const good: FirewallRequest = {
  side: 'middle',
  modes: ['passive', 'active'],
  passivePorts: { low: 50000, high: 50100 },
  activePorts: { low: 40000, high: 40010 },
  sourcePort: 20,
};
const mark = 'HOSTILE';
/** Something that every one of shells, rule languages, YAML, JSON and HCL would stumble over, with a mark to find it by. */
const attack = fc
  .tuple(
    fc.constantFrom('10.0.0.0/8', 'eth0', 'input', '203.0.113.7', '', '50000', '::1'),
    fc.constantFrom(
      '; ',
      '\n',
      '"',
      "'",
      '`',
      '$(',
      ' # ',
      '" accept comment "',
      '\r\n',
      '\u2028',
      '\u0000',
      '}',
      '\\',
      '|',
      '&',
      '<!--',
      ' ',
      '\u001b[2J',
      '*',
      '%0a',
      '${',
    ),
    fc.string({ maxLength: 5 }),
  )
  .map(([head, middle, tail]) => `${head}${middle}${mark}${tail}`);

/** The request with one field taken over. Fields with the wrong type come from JSON that nobody checked. */
const fields: readonly ((text: string) => FirewallRequest)[] = [
  (text) => ({ ...good, clients: [text] }),
  (text) => ({ side: 'middle', modes: ['passive', 'active'], clients: [text], steer: { to: 2100 } }),
  (text) => ({ side: 'middle', modes: good.modes, clients: ['10.0.0.0/8'], steer: { to: text } }) as never,
  (text) => ({
    side: 'middle',
    modes: ['passive'],
    spread: { gateways: [{ address: text, passivePorts: { low: 2000, high: 2001 } }] },
  }),
  (text) =>
    ({
      side: 'middle',
      modes: ['passive'],
      spread: {
        gateways: [{ address: '10.0.0.1', passivePorts: { low: 2000, high: text } }],
        publicAddress: text,
      },
    }) as never,
  (text) => ({ ...good, servers: ['192.0.2.1', text] }),
  (text) => ({ ...good, modes: ['passive'], nat: { kind: 'masquerade', outInterface: text } }),
  (text) => ({ ...good, nat: { kind: 'forward', server: text } }),
  (text) => ({ ...good, nat: { kind: 'forward', server: '10.0.0.5', publicAddress: text } }),
  (text) => ({
    ...good,
    nat: { kind: 'forward', server: '10.0.0.5', portOffset: text as unknown as number },
  }),
  (text) => ({ ...good, nat: { kind: text as 'forward', server: '10.0.0.5' } }),
  (text) => ({ ...good, side: text as 'server' }),
  (text) => ({ ...good, modes: [text as 'passive'] }),
  (text) => ({ ...good, controlPorts: [text as unknown as number] }),
  (text) => ({ ...good, sourcePort: text as unknown as number }),
  (text) => ({ ...good, passivePorts: { low: text as unknown as number, high: 60000 } }),
];

for (const [index, request] of fields.entries()) {
  test(`hostile: no target takes up what stands in a request, field ${index}`, () => {
    fc.assert(
      fc.property(attack, (text) => {
        for (const target of targets) assert.throws(() => firewallRules(target, request(text)), harmless);
        assert.throws(() => firewallCommand(request(text)), harmless);
      }),
      { numRuns: 60 },
    );
  });
}

test('hostile: no target takes up what stands in a place', () => {
  const place = fc.tuple(
    fc.constantFrom(
      'table',
      'inputChain',
      'outputChain',
      'forwardChain',
      'zone',
      'interface',
      'group',
      'namespace',
      'service',
      'image',
    ),
    attack,
  );
  fc.assert(
    fc.property(place, ([field, text]) => {
      for (const target of targets) {
        assert.throws(() => firewallRules(target, good, { [field]: text } as Place), harmless);
      }
    }),
    { numRuns: 60 },
  );
});

test('hostile: switches that are no booleans are off', () => {
  const request = {
    ...good,
    helper: 'HOSTILE',
    tls: mark,
    strictOutput: 'yes; HOSTILE',
  } as unknown as FirewallRequest;
  for (const target of targets)
    assert.doesNotMatch(JSON.stringify(firewallRules(target, request)), /HOSTILE/);
});

test('hostile: a request whose texts change between two looks', () => {
  let looks = 0;
  const shifty = { toString: () => (looks++ === 0 ? '10.0.0.0/8' : mark), split: () => ['10.0.0.0', '8'] };
  assert.throws(
    () => firewallRules('nftables', { ...good, clients: [shifty as unknown as string] }),
    FirewallError,
  );
});

/** The error may name what was wrong, in plain characters and not much of it. */
function harmless(error: unknown): boolean {
  assert.ok(error instanceof FirewallError, String(error));
  assert.match(error.message, /^[\x20-\x7e…]*$/);
  return true;
}

const address = fc.constantFrom(
  '10.0.0.0/8',
  '192.0.2.7',
  '2001:db8::/32',
  '::1',
  '0.0.0.0/0',
  '::/0',
  '198.51.100.0/24',
);
const portNumber = fc.integer({ min: 1, max: 65535 });
const range = fc
  .tuple(portNumber, portNumber)
  .map(([one, other]) => ({ low: Math.min(one, other), high: Math.max(one, other) }));
const optional = <T>(values: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> =>
  fc.option(values, { nil: undefined });
const anyRequest: fc.Arbitrary<FirewallRequest> = fc.record({
  side: fc.constantFrom('server', 'client', 'middle'),
  modes: fc.subarray(['passive', 'active'] as const, { minLength: 1 }),
  controlPorts: optional(fc.uniqueArray(portNumber, { minLength: 1, maxLength: 3 })),
  passivePorts: optional(range),
  activePorts: optional(range),
  sourcePort: optional(portNumber),
  singlePort: fc.boolean(),
  tls: fc.boolean(),
  helper: fc.boolean(),
  clients: optional(fc.array(address, { maxLength: 3 })),
  servers: optional(fc.array(address, { maxLength: 2 })),
  nat: optional(
    fc.oneof(
      fc.record({
        kind: fc.constant('forward' as const),
        server: fc.constantFrom('10.0.0.5', 'fd00::5'),
        publicAddress: optional(fc.constantFrom('203.0.113.1', '2001:db8::1')),
        portOffset: optional(fc.integer({ min: -200, max: 200 })),
      }),
      fc.record({
        kind: fc.constant('masquerade' as const),
        outInterface: optional(fc.constantFrom('eth0', 'ppp0')),
      }),
    ),
  ),
  strictOutput: fc.boolean(),
  replies: fc.boolean(),
});

test('property: every request gets rules, a refusal or a FirewallError, in plain characters and the same each time', () => {
  fc.assert(
    fc.property(anyRequest, fc.constantFrom(...targets), (request, target) => {
      const answer = attempt(() => firewallRules(target, request));
      assert.deepEqual(
        attempt(() => firewallRules(target, request)),
        answer,
      );
      if (answer === undefined || answer.kind === 'refused') return;
      assert.match(answer.apply + answer.undo, /^[\t\n\x20-\x7e]*$/);
      // What opens something can be undone; what only looks whether the helper is on opens nothing.
      const onlyLooks = target.startsWith('windows-') && !/New-NetFirewallRule|add rule/.test(answer.apply);
      if (answer.flows.length > 0 && !onlyLooks)
        assert.notEqual(answer.undo, '', `${target}: ${answer.apply}`);
    }),
    { numRuns: 400 },
  );
});

function attempt<T>(make: () => T): T | undefined {
  try {
    return make();
  } catch (error) {
    assert.ok(error instanceof FirewallError, String(error));
    return undefined;
  }
}
