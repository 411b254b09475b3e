import assert from 'node:assert/strict';
import { test } from 'node:test';
import { endpoint } from '@duoport/protocol';
import { choosePassiveAddress, type PassiveAddressPolicy } from './passive-address.ts';

const choose = (policy: PassiveAddressPolicy, reply: string | undefined, control: string, port = 50_000) => {
  const choice = choosePassiveAddress({
    policy,
    reply: { address: reply, port },
    control: endpoint(control, 21),
  });
  return choice.kind === 'dial' ? choice.address : 'refused';
};

test('the default dials the server itself, whatever the reply names', () => {
  assert.equal(choose('control', '8.8.4.4', '8.8.8.8'), '8.8.8.8');
  assert.equal(choose('control', '0.0.0.0', '8.8.8.8'), '8.8.8.8');
  assert.equal(choose('control', undefined, '2600::1'), '2600::1');
});

test('the policy "reply" dials what the reply names', () => {
  assert.equal(choose('reply', '8.8.4.4', '8.8.8.8'), '8.8.4.4');
  assert.equal(choose('reply', '0.0.0.0', '8.8.8.8'), 'refused');
});

const auto: readonly (readonly [string, string, 'reply' | 'control'])[] = [
  ['8.8.4.4', '8.8.8.8', 'reply'],
  ['10.0.0.5', '8.8.8.8', 'control'],
  ['8.8.8.8', '10.0.0.5', 'control'],
  ['10.0.0.6', '10.0.0.5', 'reply'],
  ['172.16.0.1', '192.168.1.1', 'reply'],
  ['127.0.0.1', '10.0.0.5', 'control'],
  ['10.0.0.5', '127.0.0.1', 'control'],
  ['127.0.0.2', '127.0.0.1', 'reply'],
  ['0.0.0.0', '8.8.8.8', 'control'],
  ['224.0.0.1', '8.8.8.8', 'control'],
  ['169.254.1.1', '8.8.8.8', 'control'],
  ['100.64.0.1', '8.8.8.8', 'control'],
  ['8.8.8.8', '2600::1', 'reply'],
  ['10.0.0.5', '2600::1', 'control'],
];

for (const [reply, control, expected] of auto) {
  test(`auto: a reply that names ${reply} by ${control} dials the ${expected}`, () => {
    assert.equal(choose('auto', reply, control), expected === 'reply' ? reply : control);
  });
}

test('a 227 that names the port of another service is refused', () => {
  for (const policy of ['control', 'reply', 'auto'] as const) {
    assert.equal(choose(policy, '8.8.8.8', '8.8.8.8', 22), 'refused');
    assert.equal(choose(policy, '8.8.8.8', '8.8.8.8', 0), 'refused');
  }
});

test('the control port itself may be named: data connections come in on one port', () => {
  assert.equal(choose('control', '8.8.8.8', '8.8.8.8', 21), '8.8.8.8');
  assert.equal(choose('reply', '8.8.4.4', '8.8.8.8', 21), 'refused');
});
