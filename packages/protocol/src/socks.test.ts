import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { isFault } from './fault.ts';
import { decodeSocks5Request, decodeSocksStart, socksLimit } from './socks.ts';

const ascii = (text: string) => Uint8Array.from(text, (character) => character.charCodeAt(0));
const name = ascii('ftp.example.org');
const six = [0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1];

const good: readonly (readonly [string, typeof decodeSocksStart, Uint8Array, unknown])[] = [
  ['5, methods', decodeSocksStart, Uint8Array.of(5, 3, 2, 0, 1), undefined],
  [
    '5, IPv4',
    decodeSocks5Request,
    Uint8Array.of(5, 1, 0, 1, 192, 0, 2, 1, 0, 21),
    { version: 5, host: '192.0.2.1', port: 21 },
  ],
  [
    '5, IPv6',
    decodeSocks5Request,
    Uint8Array.of(5, 1, 0, 4, ...six, 8, 73),
    { version: 5, host: '2001:db8::1', port: 2121 },
  ],
  [
    '5, name',
    decodeSocks5Request,
    Uint8Array.of(5, 1, 0, 3, name.length, ...name, 0, 21),
    { version: 5, host: 'ftp.example.org', port: 21 },
  ],
  [
    '4',
    decodeSocksStart,
    Uint8Array.of(4, 1, 0, 21, 192, 0, 2, 1, ...ascii('me'), 0),
    { version: 4, host: '192.0.2.1', port: 21 },
  ],
  [
    '4a',
    decodeSocksStart,
    Uint8Array.of(4, 1, 0, 21, 0, 0, 0, 1, 0, ...name, 0),
    { version: 4, host: 'ftp.example.org', port: 21 },
  ],
];
for (const [what, decode, bytes, request] of good) {
  test(`SOCKS ${what}, cut anywhere, with and without what follows`, () => {
    for (let cut = 0; cut < bytes.length; cut += 1) assert.equal(decode(bytes.subarray(0, cut)), 'more');
    for (const whole of [bytes, Uint8Array.of(...bytes, 1, 2, 3)]) {
      const step = decode(whole);
      assert.ok(step !== 'more' && !isFault(step));
      assert.equal(step.size, bytes.length);
      assert.deepEqual(step.request, request);
    }
  });
}

const bad: readonly (readonly [string, typeof decodeSocksStart, Uint8Array])[] = [
  ['FTP', decodeSocksStart, ascii('USER u\r\n')],
  ['HTTP', decodeSocksStart, ascii('CONNECT a:21 HTTP/1.1\r\n')],
  ['only with a password', decodeSocksStart, Uint8Array.of(5, 1, 2)],
  ['no methods', decodeSocksStart, Uint8Array.of(5, 0)],
  ['a request of version 4 in 5', decodeSocks5Request, Uint8Array.of(4)],
  ['BIND', decodeSocks5Request, Uint8Array.of(5, 2, 0, 1, 192, 0, 2, 1, 0, 21)],
  ['UDP', decodeSocks5Request, Uint8Array.of(5, 3, 0, 1, 192, 0, 2, 1, 0, 21)],
  ['an unknown type of address', decodeSocks5Request, Uint8Array.of(5, 1, 0, 2, 1, 1, 1)],
  ['an empty name', decodeSocks5Request, Uint8Array.of(5, 1, 0, 3, 0, 0, 21)],
  ['NUL in a name', decodeSocks5Request, Uint8Array.of(5, 1, 0, 3, 3, 97, 0, 98, 0, 21)],
  ['CR and LF in a name', decodeSocks5Request, Uint8Array.of(5, 1, 0, 3, 3, 97, 13, 10, 0, 21)],
  ['port 0', decodeSocks5Request, Uint8Array.of(5, 1, 0, 1, 192, 0, 2, 1, 0, 0)],
  ['4: BIND', decodeSocksStart, Uint8Array.of(4, 2, 0, 21, 192, 0, 2, 1, 0)],
  ['4: a user id without end', decodeSocksStart, new Uint8Array(400).fill(97).fill(4, 0, 1)],
];
for (const [what, decode, bytes] of bad)
  test(`SOCKS: ${what} is a fault`, () => assert.ok(isFault(decode(bytes))));

test('SOCKS: garbage gives a value, a fault, or a wait that is bounded', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: socksLimit }), fc.constantFrom(4, 5), (rest, version) => {
      const filled = new Uint8Array(socksLimit + 1).fill(65);
      filled.set([version, ...rest]);
      assert.notEqual(decodeSocksStart(filled), 'more');
      assert.notEqual(decodeSocks5Request(filled), 'more');
    }),
  );
});
