import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { endpoint } from './endpoint.ts';
import { isFault } from './fault.ts';
import { decodePasv, decodePort, encodePasv, encodePort, passiveReply } from './host-port.ts';
import type { Quirk } from './quirks.ts';

const there = endpoint('192.0.2.1', 2789);

const passive: readonly (readonly [string, readonly Quirk[]])[] = [
  ['Entering Passive Mode (192,0,2,1,10,229).', []],
  ['Entering Passive Mode (192,0,2,1,10,229)', ['unusual-text']],
  ['ok (192,0,2,1,10,229)', ['unusual-text']],
  ['Entering Passive Mode. 192,0,2,1,10,229', ['no-parentheses']],
  ['=192,0,2,1,10,229', ['no-parentheses']],
  ['Host 2 enters passive mode (192,0,2,1,10,229).', ['unusual-text']],
  ['Entering Passive Mode (192, 0, 2, 1, 10, 229).', ['spaces-in-numbers']],
  ['Entering Passive Mode (192,000,002,001,010,229).', ['leading-zeros']],
];

for (const [text, quirks] of passive) {
  test(`227: ${text}`, () => assert.deepEqual(decodePasv(text), { endpoint: there, quirks }));
}

const broken = [
  '',
  'no numbers',
  '(1,2,3,4,5)',
  '(1,2,3,4,5,256)',
  '(300,2,3,4,5,6)',
  '(1,2,3,4,0,0)',
  '(-1,2,3,4,5,6)',
  '(1;2;3;4;5;6)',
  '(1,2,3,4,5,99999999999999999999)',
  '(1,2,3,4,5,6.7)',
];
for (const text of broken) {
  test(`227: ${JSON.stringify(text)} is a fault`, () => assert.ok(isFault(decodePasv(text))));
}

test('227: the text is the one that NAT helpers look for, to the letter', () => {
  assert.deepEqual(passiveReply(there), { code: 227, lines: ['Entering Passive Mode (192,0,2,1,10,229).'] });
});

test('PORT: six numbers', () => {
  assert.deepEqual(decodePort('192,0,2,1,10,229'), { endpoint: there, quirks: [] });
  assert.deepEqual(decodePort('192,0,2,1,10,229 '), { endpoint: there, quirks: [] });
  assert.deepEqual(decodePort(' 192,0,2,1, 10,229'), { endpoint: there, quirks: ['spaces-in-numbers'] });
});

for (const text of [
  '',
  '1,2,3,4,5',
  '1,2,3,4,5,6,7',
  '1,2,3,4,5,6 x',
  '256,2,3,4,5,6',
  '1,2,3,4,256,6',
  'a,2,3,4,5,6',
  '1.2.3.4,5,6',
  '-1,2,3,4,5,6',
  '1,2,3,4,5,',
]) {
  test(`PORT: ${JSON.stringify(text)} is a fault`, () => assert.ok(isFault(decodePort(text))));
}

test('attack: PORT to port 0', () => assert.deepEqual(decodePort('127,0,0,1,0,0'), { fault: 'port 0' }));

test('PORT: what cannot be said is refused', () => {
  assert.throws(() => encodePort(endpoint('::1', 21)), { code: 'FTP_LOCAL_PROTOCOL', message: /EPRT/ });
  assert.throws(() => encodePort(endpoint('127.0.0.1', 0)), { code: 'FTP_LOCAL_PROTOCOL' });
});

test('PORT and 227: what is encoded is decoded again, without a quirk', () => {
  fc.assert(
    fc.property(fc.ipV4(), fc.integer({ min: 1, max: 65_535 }), (address, port) => {
      const of = endpoint(address, port);
      assert.deepEqual(decodePort(encodePort(of)), { endpoint: of, quirks: [] });
      assert.deepEqual(decodePasv(encodePasv(of)), { endpoint: of, quirks: [] });
    }),
  );
});

test('attack: garbage gives an endpoint or a fault, never a throw', () => {
  const text = fc.string({
    unit: fc.constantFrom('1', '0', '9', ',', '(', ')', ' ', '.', 'x'),
    maxLength: 30,
  });
  fc.assert(fc.property(fc.oneof(text, fc.string()), (input) => void [decodePasv(input), decodePort(input)]));
});
