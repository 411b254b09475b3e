import assert from 'node:assert/strict';
import { isIP } from 'node:net';
import { test } from 'node:test';
import fc from 'fast-check';
import { formatAddress, parseAddress } from './address.ts';
import { endpoint, formatEndpoint } from './endpoint.ts';

const normal: readonly (readonly [string, string])[] = [
  ['192.0.2.1', '192.0.2.1'],
  ['2001:DB8:0:0:0:0:0:1', '2001:db8::1'],
  ['2001:db8:0:0:1:0:0:1', '2001:db8::1:0:0:1'],
  ['2001:db8:0:1:1:1:1:1', '2001:db8:0:1:1:1:1:1'],
  ['::', '::'],
  ['::1', '::1'],
  ['1::', '1::'],
  ['::ffff:192.0.2.1', '192.0.2.1'],
  ['::FFFF:c000:0201', '192.0.2.1'],
  ['64:ff9b::192.0.2.1', '64:ff9b::c000:201'],
];

for (const [text, expected] of normal) {
  test(`address: ${text} is ${expected}`, () => {
    const bytes = parseAddress(text);
    assert.ok(bytes);
    assert.equal(formatAddress(bytes), expected);
  });
}

for (const text of [
  '',
  '1.2.3',
  '1.2.3.4.5',
  '256.1.1.1',
  '01.2.3.4',
  '1.2.3.4 ',
  ':',
  ':::',
  '1::2::3',
  '1:2:3:4:5:6:7',
  '1:2:3:4:5:6:7:8:9',
  '::12345',
  'fe80::1%eth0',
  '1.2.3.4::',
  '::1.2.3',
  'g::1',
  '1:2:3:4:5:6:7::8',
]) {
  test(`address: ${JSON.stringify(text)} is none`, () => assert.equal(parseAddress(text), undefined));
}

test('address: every address comes back, and the platform reads it', () => {
  const bytes = fc.oneof(
    fc.uint8Array({ minLength: 4, maxLength: 4 }),
    fc
      .array(fc.constantFrom(0, 0, 0, 1, 255), { minLength: 16, maxLength: 16 })
      .map((list) => Uint8Array.from(list)),
  );
  fc.assert(
    fc.property(bytes, (input) => {
      const text = formatAddress(input);
      assert.notEqual(isIP(text), 0);
      const back = parseAddress(text);
      assert.ok(back);
      assert.equal(formatAddress(back), text);
    }),
  );
});

test('address: what the platform takes for an address is one here', () => {
  const text = fc.oneof(
    fc.ipV4(),
    fc.ipV6(),
    fc.string({ unit: fc.constantFrom(':', '1', 'f', '0', '.', '2'), maxLength: 16 }),
  );
  fc.assert(
    fc.property(text, (input) => assert.equal(parseAddress(input) !== undefined, isIP(input) !== 0, input)),
  );
});

test('endpoint: normal form, zone kept, mapped addresses as IPv4', () => {
  assert.deepEqual(endpoint('::ffff:192.0.2.1', 21), { address: '192.0.2.1', port: 21, family: 4 });
  assert.deepEqual(endpoint('FE80::1%eth0', 21), { address: 'fe80::1%eth0', port: 21, family: 6 });
  assert.equal(formatEndpoint(endpoint('::1', 21)), '[::1]:21');
  assert.equal(formatEndpoint(endpoint('127.0.0.1', 21)), '127.0.0.1:21');
});

test('endpoint: a host name or a port out of range is a fault of the caller', () => {
  assert.throws(() => endpoint('localhost', 21), RangeError);
  for (const port of [-1, 65_536, 1.5]) assert.throws(() => endpoint('127.0.0.1', port), RangeError);
});
