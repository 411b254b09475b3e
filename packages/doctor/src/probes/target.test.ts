import assert from 'node:assert/strict';
import { test } from 'node:test';
import { mustNotDial } from './target.ts';

const machine = ['127.0.0.1', '::1', '198.51.100.7', '10.0.0.7'];

function judge(announced: string, port = 50_000, control = '203.0.113.5', controlPort = 21) {
  return mustNotDial({
    announced: { address: announced, port },
    control: { address: control, port: controlPort },
    machine,
  });
}

test('the server itself is dialled, on a high port or on its control port', () => {
  assert.equal(judge('203.0.113.5'), undefined);
  assert.equal(judge('203.0.113.5', 21), undefined);
  assert.equal(judge('10.0.0.9', 4000, '10.0.0.9'), undefined);
  assert.equal(judge('127.0.0.1', 4000, '127.0.0.1'), undefined);
});

test('another public address may be dialled: it is where a wrong or a right setting points', () => {
  assert.equal(judge('192.0.2.9'), undefined);
  assert.equal(judge('8.8.8.8'), undefined);
  assert.equal(judge('192.0.2.9', 4000, '192.168.1.2'), undefined);
});

test('an inner network is dialled when the user trusts the server with that, this machine never', () => {
  const trusted = { control: { address: '203.0.113.5', port: 21 }, machine, trusting: true };
  assert.equal(mustNotDial({ ...trusted, announced: { address: '10.1.2.3', port: 50_000 } }), undefined);
  for (const address of ['127.0.0.1', '10.0.0.7', '169.254.169.254']) {
    assert.equal(typeof mustNotDial({ ...trusted, announced: { address, port: 50_000 } }), 'string');
  }
});

for (const [attack, address, port, control] of [
  ['a redirect to this machine', '198.51.100.7', 50_000, '203.0.113.5'],
  ['a redirect to this machine by its inner address', '10.0.0.7', 50_000, '10.0.0.9'],
  ['a redirect to loopback', '127.0.0.1', 50_000, '203.0.113.5'],
  ['a redirect to loopback from loopback', '127.0.0.2', 50_000, '127.0.0.1'],
  ['a redirect to loopback, IPv6', '::1', 50_000, '2001:db8::5'],
  ['a redirect to the metadata service', '169.254.169.254', 50_000, '203.0.113.5'],
  ['a redirect to an inner network', '10.1.2.3', 50_000, '203.0.113.5'],
  ['a redirect to another inner network', '192.168.1.1', 50_000, '10.0.0.9'],
  ['a redirect to another subnet of the inner network', '10.9.9.9', 50_000, '10.0.0.9'],
  ['a redirect to a mail server', '203.0.113.5', 25, '203.0.113.5'],
  ['a redirect to SSH elsewhere', '192.0.2.9', 22, '203.0.113.5'],
  ['a redirect to nobody', '0.0.0.0', 50_000, '203.0.113.5'],
  ['a redirect to a group', '224.0.0.1', 50_000, '203.0.113.5'],
] as const) {
  test(`${attack} is not dialled`, () => {
    assert.equal(typeof judge(address, port, control), 'string');
  });
}
