import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type AddressClass, classifyAddress, isSpecialUse, networkSet, samePrefix } from './address-class.ts';

const TABLE: readonly (readonly [AddressClass, readonly string[]])[] = [
  ['public', ['8.8.8.8', '172.32.0.1', '100.63.255.255', '100.128.0.0', '2606:4700::1', '64:ff9b::808:808']],
  ['private', ['10.0.0.0', '10.255.255.255', '172.16.0.1', '172.31.255.255', '192.168.1.1', 'fd00::1']],
  ['loopback', ['127.0.0.1', '127.255.255.255', '::1', '::ffff:127.0.0.1']],
  ['link-local', ['169.254.1.1', 'fe80::1', 'fe80::1%eth0']],
  ['cgnat', ['100.64.0.1', '100.127.255.255']],
  ['multicast', ['224.0.0.1', '239.255.255.255', 'ff02::1']],
  ['documentation', ['192.0.2.1', '198.51.100.7', '203.0.113.255', '2001:db8::1', '3fff::1']],
  ['unspecified', ['0.0.0.0', '::', '::ffff:0.0.0.0']],
  [
    'reserved',
    ['0.0.0.1', '192.0.0.8', '198.18.0.1', '240.0.0.1', '255.255.255.255', '100::1', 'fec0::1', 'x', ''],
  ],
];

describe('classes of addresses', () => {
  for (const [name, addresses] of TABLE) {
    it(`${name}: ${addresses.join(' ')}`, () => {
      for (const address of addresses) assert.equal(classifyAddress(address), name, address);
      assert.equal(isSpecialUse(addresses[0] ?? ''), name !== 'public');
    });
  }
});

describe('a set of networks', () => {
  it('knows networks and single addresses of both families', () => {
    const set = networkSet(['10.1.0.0/16', '2001:db8::/32', '192.0.2.7', '::ffff:198.51.100.0/24']);
    for (const inside of ['10.1.2.3', '::ffff:10.1.2.3', '2001:db8:1::', '192.0.2.7', '198.51.100.9']) {
      assert.ok(set.has(inside), inside);
    }
    for (const outside of ['10.2.0.0', '2001:db9::', '192.0.2.8', 'nonsense', ''])
      assert.ok(!set.has(outside), outside);
  });

  it('refuses what is no network', () => {
    for (const text of [
      '10.0.0.0/33',
      '10.0.0/8',
      '2001:db8::/129',
      '1.2.3.4/',
      '1.2.3.4/8/8',
      'host',
      '',
      '1.2.3.4/-1',
    ]) {
      assert.throws(() => networkSet([text]), { code: 'FTP_LOCAL_PROTOCOL' }, text);
    }
  });

  it('compares prefixes within a family only', () => {
    const bits = { bits4: 24, bits6: 64 };
    assert.ok(samePrefix('192.0.2.1', '192.0.2.200', bits));
    assert.ok(!samePrefix('192.0.2.1', '192.0.3.1', bits));
    assert.ok(samePrefix('2001:db8::1', '2001:db8::ffff:1', bits));
    assert.ok(!samePrefix('2001:db8::1', '2001:db8:0:1::1', bits));
    assert.ok(!samePrefix('192.0.2.1', '2001:db8::1', bits));
  });
});
