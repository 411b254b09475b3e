import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { formatAddress } from './address.ts';
import { endpoint } from './endpoint.ts';
import { isFault } from './fault.ts';
import { decodeProxyHeader, encodeProxyHeader, type ProxiedEnds, proxyHeaderLimit } from './proxy-header.ts';

const ascii = (text: string) => Uint8Array.from(text, (character) => character.charCodeAt(0));
const hex = (text: string) => Uint8Array.from(Buffer.from(text.replaceAll(' ', ''), 'hex'));
const signature = '0d0a0d0a000d0a515549540a';

const four: ProxiedEnds = {
  source: endpoint('192.0.2.1', 50_000),
  destination: endpoint('198.51.100.2', 21),
};
const six: ProxiedEnds = {
  source: endpoint('2001:db8::1', 50_000),
  destination: endpoint('2001:db8::2', 21),
};

const good: readonly (readonly [string, Uint8Array, 1 | 2, ProxiedEnds | undefined])[] = [
  ['TCP4 line', ascii('PROXY TCP4 192.0.2.1 198.51.100.2 50000 21\r\n'), 1, four],
  ['TCP6 line', ascii('PROXY TCP6 2001:DB8:0::1 2001:db8::2 50000 21\r\n'), 1, six],
  ['mapped line', ascii('PROXY TCP6 ::ffff:192.0.2.1 ::ffff:198.51.100.2 50000 21\r\n'), 1, four],
  ['UNKNOWN line', ascii('PROXY UNKNOWN\r\n'), 1, undefined],
  ['UNKNOWN line with a rest', ascii('PROXY UNKNOWN ffff::1 whatever 65535\r\n'), 1, undefined],
  ['TCP4', hex(`${signature} 21 11 000c c0000201 c6336402 c350 0015`), 2, four],
  [
    'TCP4 with extensions',
    hex(`${signature} 21 11 0013 c0000201 c6336402 c350 0015 04 0000 05 0001 aa`),
    2,
    four,
  ],
  [
    'TCP6',
    hex(
      `${signature} 21 21 0024 20010db8000000000000000000000001 20010db8000000000000000000000002 c350 0015`,
    ),
    2,
    six,
  ],
  ['LOCAL', hex(`${signature} 20 00 0000`), 2, undefined],
  [
    'LOCAL with addresses to be skipped',
    hex(`${signature} 20 11 000c c0000201 c6336402 c350 0015`),
    2,
    undefined,
  ],
  ['unspecified family', hex(`${signature} 21 00 0002 abcd`), 2, undefined],
];

for (const [name, bytes, version, ends] of good) {
  test(`PROXY v${version}: ${name}, cut anywhere, with and without what follows`, () => {
    for (let cut = 0; cut < bytes.length; cut += 1)
      assert.equal(decodeProxyHeader(bytes.subarray(0, cut)), 'more');
    const expected = { header: { version, ends }, size: bytes.length };
    assert.deepEqual(decodeProxyHeader(bytes), expected);
    assert.deepEqual(decodeProxyHeader(Uint8Array.of(...bytes, 85, 83, 69, 82, 13, 10)), expected);
  });
}

const bad: readonly (readonly [string, Uint8Array])[] = [
  ['a command of FTP', ascii('USER u\r\n')],
  ['a ClientHello', hex('16030100')],
  ['lower case', ascii('proxy TCP4 192.0.2.1 198.51.100.2 50000 21\r\n')],
  ['bare LF', ascii('PROXY TCP4 192.0.2.1 198.51.100.2 50000 21\n')],
  ['CR in the middle', ascii('PROXY TCP4 192.0.2.1\r198.51.100.2 50000 21\r\n')],
  ['another family', ascii('PROXY UDP4 192.0.2.1 198.51.100.2 50000 21\r\n')],
  ['no family', ascii('PROXY \r\n')],
  ['two spaces', ascii('PROXY TCP4  192.0.2.1 198.51.100.2 50000 21\r\n')],
  ['a word too many', ascii('PROXY TCP4 192.0.2.1 198.51.100.2 50000 21 1\r\n')],
  ['a word missing', ascii('PROXY TCP4 192.0.2.1 198.51.100.2 50000\r\n')],
  ['IPv6 as TCP4', ascii('PROXY TCP4 2001:db8::1 198.51.100.2 50000 21\r\n')],
  ['IPv4 as TCP6', ascii('PROXY TCP6 192.0.2.1 2001:db8::2 50000 21\r\n')],
  ['leading zeros, octal elsewhere', ascii('PROXY TCP4 0192.0.2.1 198.51.100.2 50000 21\r\n')],
  ['a name', ascii('PROXY TCP4 localhost 198.51.100.2 50000 21\r\n')],
  ['a zone', ascii('PROXY TCP6 fe80::1%eth0 fe80::2 50000 21\r\n')],
  ['port 65536', ascii('PROXY TCP4 192.0.2.1 198.51.100.2 65536 21\r\n')],
  ['port 021', ascii('PROXY TCP4 192.0.2.1 198.51.100.2 50000 021\r\n')],
  ['port -1', ascii('PROXY TCP4 192.0.2.1 198.51.100.2 50000 -1\r\n')],
  ['a line without end', ascii(`PROXY UNKNOWN ${'x'.repeat(200)}`)],
  ['a line that ends too late', ascii(`PROXY UNKNOWN ${'x'.repeat(92)}\r\n`)],
  ['a broken signature', hex('0d0a0d0a000d0a515549540b')],
  ['version 1 in binary', hex(`${signature} 11 11 000c c0000201 c6336402 c350 0015`)],
  ['an unknown command', hex(`${signature} 22 11 000c c0000201 c6336402 c350 0015`)],
  ['UDP', hex(`${signature} 21 12 000c c0000201 c6336402 c350 0015`)],
  ['a UNIX socket', hex(`${signature} 21 31 0000`)],
  ['too short for TCP4', hex(`${signature} 21 11 000b c0000201 c6336402 c350 00`)],
  ['IPv4 addresses as TCP6', hex(`${signature} 21 21 000c c0000201 c6336402 c350 0015`)],
  ['a length that promises 64 KiB', hex(`${signature} 21 11 ffff`)],
  [
    'an extension longer than the header',
    hex(`${signature} 21 11 0010 c0000201 c6336402 c350 0015 04 ffff 00`),
  ],
  ['half an extension', hex(`${signature} 21 11 000e c0000201 c6336402 c350 0015 04 00`)],
];

for (const [name, bytes] of bad) {
  test(`PROXY: ${name} is a fault`, () => assert.ok(isFault(decodeProxyHeader(bytes))));
}

test('PROXY: a line of 107 bytes is the longest', () => {
  const line = ascii(`PROXY UNKNOWN ${'x'.repeat(91)}\r\n`);
  assert.equal(line.length, 107);
  assert.deepEqual(decodeProxyHeader(line), { header: { version: 1, ends: undefined }, size: 107 });
});

const address = fc.oneof(
  fc.uint8Array({ minLength: 4, maxLength: 4 }),
  fc.uint8Array({ minLength: 16, maxLength: 16 }),
);
const end = fc
  .tuple(address, fc.integer({ min: 0, max: 65_535 }))
  .map(([bytes, port]) => endpoint(formatAddress(bytes), port));

test('PROXY: what is encoded is decoded, families mixed', () => {
  fc.assert(
    fc.property(end, end, fc.constantFrom(1 as const, 2 as const), (source, destination, version) => {
      const bytes = encodeProxyHeader(version, { source, destination });
      const expected = { header: { version, ends: { source, destination } }, size: bytes.length };
      assert.deepEqual(decodeProxyHeader(bytes), expected);
    }),
  );
});

test('PROXY: a zone stays at home', () => {
  const bytes = encodeProxyHeader(1, { ...six, source: endpoint('fe80::1%eth0', 1) });
  assert.match(String.fromCharCode(...bytes), /^PROXY TCP6 fe80::1 2001:db8::2 1 21\r\n$/);
});

test('PROXY: garbage gives a value, a fault, or a wait that is bounded', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), fc.boolean(), (rest, isBinary) => {
      const start = isBinary ? hex(signature) : ascii('PROXY ');
      const filled = new Uint8Array(proxyHeaderLimit);
      filled.set(start);
      filled.set(rest, start.length);
      assert.notEqual(decodeProxyHeader(filled), 'more');
      decodeProxyHeader(rest);
    }),
  );
});
