import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { endpoint } from './endpoint.ts';
import { isFault } from './fault.ts';
import { decodeLprt, decodeLpsv, encodeLprt, encodeLpsv, longPassiveReply } from './long-port.ts';

const four = endpoint('192.0.2.1', 2789);
const six = endpoint('2001:db8::1', 2789);

test('LPRT: both families', () => {
  assert.deepEqual(decodeLprt('4,4,192,0,2,1,2,10,229'), { endpoint: four, quirks: [] });
  assert.deepEqual(decodeLprt('6,16,32,1,13,184,0,0,0,0,0,0,0,0,0,0,0,1,2,10,229'), {
    endpoint: six,
    quirks: [],
  });
  assert.deepEqual(decodeLprt('4, 4,192,000,2,1,2,10,229'), {
    endpoint: four,
    quirks: ['spaces-in-numbers', 'leading-zeros'],
  });
});

test('LPRT: an address family that nobody knows is told apart, for 521', () => {
  assert.deepEqual(decodeLprt('16,1,0,2,0,21'), { fault: 'address family 16', reason: 'protocol' });
});

for (const text of [
  '',
  '4',
  '4,4,1,2,3,4',
  '4,4,1,2,3,4,2,0,0',
  '4,4,1,2,3,256,2,0,1',
  '6,4,1,2,3,4,2,0,1',
  '4,4,1,2,3,4,3,0,0,1',
  '4,4,1,2,3,4,2,0,1,1',
  '4,16,1',
  'a,b,c',
  '4,,4',
]) {
  test(`LPRT: ${JSON.stringify(text)} is a fault`, () => assert.ok(isFault(decodeLprt(text))));
}

test('228: with and without the usual text', () => {
  assert.deepEqual(longPassiveReply(four), {
    code: 228,
    lines: ['Entering Long Passive Mode (4,4,192,0,2,1,2,10,229)'],
  });
  assert.deepEqual(decodeLpsv('LPSV ok 4,4,192,0,2,1,2,10,229'), {
    endpoint: four,
    quirks: ['unusual-text'],
  });
  assert.ok(isFault(decodeLpsv('Entering Long Passive Mode')));
});

test('LPRT: a zone or port 0 is refused', () => {
  assert.throws(() => encodeLprt(endpoint('fe80::1%eth0', 21)), { code: 'FTP_LOCAL_PROTOCOL' });
  assert.throws(() => encodeLprt(endpoint('::1', 0)), { code: 'FTP_LOCAL_PROTOCOL' });
});

test('LPRT and 228: what is encoded is decoded again, without a quirk', () => {
  fc.assert(
    fc.property(fc.oneof(fc.ipV4(), fc.ipV6()), fc.integer({ min: 1, max: 65_535 }), (address, port) => {
      const of = endpoint(address, port);
      assert.deepEqual(decodeLprt(encodeLprt(of)), { endpoint: of, quirks: [] });
      assert.deepEqual(decodeLpsv(encodeLpsv(of)), { endpoint: of, quirks: [] });
    }),
  );
});

test('attack: garbage gives an endpoint or a fault, never a throw', () => {
  const text = fc.string({ unit: fc.constantFrom('4', '6', '1', ',', ' ', '('), maxLength: 60 });
  fc.assert(fc.property(fc.oneof(text, fc.string()), (input) => void [decodeLprt(input), decodeLpsv(input)]));
});
