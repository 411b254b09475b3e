import assert from 'node:assert/strict';
import { test } from 'node:test';
import { endpoint } from '@duoport/protocol';
import { decodeEndpoint, decodeWord, encodeEndpoint, encodeWord } from './words.ts';

test('endpoints come back', () => {
  for (const [address, port] of [
    ['192.0.2.1', 21],
    ['2001:db8::1', 65_535],
    ['fe80::1%eth0', 0],
  ] as const) {
    const of = endpoint(address, port);
    assert.deepEqual(decodeEndpoint(encodeEndpoint(of)), of);
  }
});

test('an endpoint that the other end makes up is none', () => {
  const made = [
    '',
    'x:21',
    '1.2.3.4',
    '1.2.3.4:',
    '1.2.3.4:70000',
    '999.2.3.4:21',
    '[::1]',
    '::1:21',
    '[1.2.3]:4',
    'localhost:21',
  ];
  for (const text of made) assert.equal(decodeEndpoint(text), undefined, text);
  assert.equal(decodeEndpoint(undefined), undefined);
  assert.equal(decodeEndpoint(['1.2.3.4:21', '1.2.3.4:21']), undefined);
});

test('any text goes through a header, and comes back', () => {
  for (const text of ['', 'plain', 'ä\r\nx: y\0', '100 %', '\u{1f600}'])
    assert.equal(decodeWord(encodeWord(text)), text);
  assert.match(encodeWord('a\ud800b'), /^a%3Fb$|^a\?b$/);
  assert.equal(decodeWord('%'), undefined);
  assert.equal(decodeWord(undefined), undefined);
});
