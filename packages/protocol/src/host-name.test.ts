import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { isFault } from './fault.ts';
import { decodeHost, encodeHost } from './host-name.ts';

for (const [argument, host] of [
  ['ftp.example.com', 'ftp.example.com'],
  ['FTP.Example.COM.', 'ftp.example.com'],
  ['localhost', 'localhost'],
  ['192.0.2.1', '192.0.2.1'],
  ['[2001:DB8::1]', '2001:db8::1'],
] as const) {
  test(`HOST: ${argument}`, () => {
    assert.deepEqual(decodeHost(argument), { host });
    assert.deepEqual(decodeHost(encodeHost(host)), { host });
  });
}

for (const argument of [
  '',
  '.',
  'a..b',
  '-a',
  'a-',
  '2001:db8::1',
  '[x]',
  '[]',
  'host:21',
  'a b',
  '1.2.3.256',
  'x'.repeat(64),
  'é.example',
]) {
  test(`HOST: ${JSON.stringify(argument.slice(0, 20))} is a fault`, () =>
    assert.ok(isFault(decodeHost(argument))));
}

test('attack: CR LF in a host name', () => {
  assert.throws(() => encodeHost('a\r\nDELE b'), { code: 'FTP_LOCAL_PROTOCOL' });
});

test('HOST: what is encoded is decoded again', () => {
  fc.assert(
    fc.property(fc.oneof(fc.ipV4(), fc.ipV6(), fc.domain()), (host) => {
      const decoded = decodeHost(encodeHost(host));
      assert.ok(!isFault(decoded));
      assert.equal(encodeHost(decoded.host), encodeHost(host));
    }),
  );
});
