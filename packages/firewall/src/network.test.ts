import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { formatAddress, parseAddress } from './address.ts';
import { FirewallError } from './firewall-error.ts';
import { parseHost, parseNetwork, withoutOverlap } from './network.ts';

const canonical: readonly (readonly [string, string])[] = [
  ['10.0.0.0/8', '10.0.0.0/8'],
  ['0.0.0.0/0', '0.0.0.0/0'],
  ['192.0.2.7', '192.0.2.7'],
  ['192.0.2.7/32', '192.0.2.7'],
  ['::', '::'],
  ['::/0', '::/0'],
  ['2001:DB8:0:0:0:0:0:1', '2001:db8::1'],
  ['2001:db8:0:0:1:0:0:0/80', '2001:db8:0:0:1::/80'],
  ['2001:db8::/128', '2001:db8::'],
  ['::ffff:192.0.2.7', '::ffff:c000:207'],
  ['1:0:0:2:0:0:0:3', '1:0:0:2::3'],
];
for (const [written, meant] of canonical) {
  test(`${written} is ${meant}`, () => assert.equal(parseNetwork(written, 'client network').text, meant));
}

const refused = [
  '',
  '10',
  '10.0.0',
  '10.0.0.0.0',
  '10.0.0.256',
  '010.0.0.0',
  '10.0.0.0/33',
  '10.0.0.0/',
  '10.0.0.0/8/8',
  '10.0.0.0/+8',
  '10.0.0.0/8; reboot',
  '10.0.0.0/8\n',
  ' 10.0.0.0',
  '::/129',
  ':::',
  '1::2::3',
  '12345::',
  'fe80::1%eth0',
  '1:2:3:4:5:6:7',
  '1:2:3:4:5:6:7:8:9',
  '1:2:3:4:5:6:7::8:',
  '::1.2.3',
  'example.org',
  '١٠.0.0.0',
  '1:2:3:4:5:6:7:8::',
];
for (const text of refused) {
  test(`${JSON.stringify(text)} is no network`, () => {
    assert.throws(() => parseNetwork(text, 'client network'), FirewallError);
  });
}

test('a network with bits behind its prefix is refused, with the network that may be meant', () => {
  assert.throws(() => parseNetwork('10.1.2.3/8', 'client network'), /Write 10\.0\.0\.0\/8/);
  assert.throws(() => parseNetwork('2001:db8::1/32', 'client network'), /Write 2001:db8::\/32/);
});

test('a host has no prefix', () => {
  assert.equal(parseHost('192.0.2.7', 'server').prefix, 32);
  assert.throws(() => parseHost('192.0.2.0/24', 'server'), /no IP address/);
});

test('networks inside another one, and doubles, are left out; the order stays', () => {
  const networks = [
    '10.1.0.0/16',
    '10.0.0.0/8',
    '192.0.2.7',
    '192.0.2.7',
    '2001:db8::1',
    '2001:db8::/32',
    '11.0.0.0/8',
  ];
  const kept = withoutOverlap(networks.map((text) => parseNetwork(text, 'client network'))).map(
    ({ text }) => text,
  );
  assert.deepEqual(kept, ['10.0.0.0/8', '192.0.2.7', '2001:db8::/32', '11.0.0.0/8']);
});

test('property: every address is read back as it was written', () => {
  const bytes = fc.oneof(
    fc.array(fc.integer({ min: 0, max: 255 }), { minLength: 4, maxLength: 4 }),
    fc.array(fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 255 })), { minLength: 16, maxLength: 16 }),
  );
  fc.assert(
    fc.property(bytes, (given) => {
      const family = given.length === 4 ? 4 : 6;
      assert.deepEqual(parseAddress(formatAddress({ family, bytes: given })), { family, bytes: given });
    }),
  );
});
