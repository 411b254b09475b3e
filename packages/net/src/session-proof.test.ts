import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { masterKey } from './session-proof.ts';

/** SEQUENCE of these elements, with lengths as DER has them. */
function der(...elements: readonly (readonly [tag: number, bytes: Buffer])[]): Buffer {
  const parts = elements.map(([tag, bytes]) => element(tag, bytes));
  return element(0x30, Buffer.concat(parts));
}

function element(tag: number, bytes: Buffer): Buffer {
  const { length } = bytes;
  const size = length < 0x80 ? [length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...size]), bytes]);
}

const KEY = Buffer.alloc(48, 7);
const HEAD = [
  [0x02, Buffer.from([1])],
  [0x02, Buffer.from([3, 3])],
  [0x04, Buffer.from([0xc0, 0x2b])],
  [0x04, Buffer.alloc(32, 1)],
] as const;

describe('the master key of a TLS session', () => {
  it('is its fifth element', () => {
    assert.deepEqual(masterKey(der(...HEAD, [0x04, KEY], [0xa1, Buffer.alloc(300)])), KEY);
  });

  it('is not found in anything else, wherever that stops', () => {
    const session = der(...HEAD, [0x04, KEY]);
    for (let at = 0; at < session.length; at += 1)
      assert.equal(masterKey(session.subarray(0, at)), undefined);
    assert.equal(masterKey(undefined), undefined);
    assert.equal(masterKey(der(...HEAD)), undefined);
    assert.equal(masterKey(der(...HEAD, [0x02, KEY])), undefined);
    assert.equal(masterKey(Buffer.from([0x30, 0x89, 1, 2, 3])), undefined);
  });
});
