import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decodeBindingSuccess, encodeBindingRequest } from './stun.ts';

const transaction = Uint8Array.from({ length: 12 }, (_, index) => 0xb0 + index);
const bytes = (text: string) => Buffer.from(text.replaceAll(/\s/g, ''), 'hex');
const id = Buffer.from(transaction).toString('hex');

test('a request is a header and nothing else', () => {
  assert.equal(Buffer.from(encodeBindingRequest(transaction)).toString('hex'), `000100002112a442${id}`);
});

// 192.0.2.1 and 2001:db8::1, exclusive-or with the cookie and the transaction.
const success = bytes(`0101 0014 2112a442 ${id} 8022 0004 74657374 0020 0008 0001 a147 e112a643`);
const success6 = bytes(`0101 0018 2112a442 ${id} 0020 0014 0002 a147 0113a9fa b0b1b2b3b4b5b6b7b8b9baba`);
const plain = bytes(`0101 000c 2112a442 ${id} 0001 0008 0001 c350 c0000201`);

test('the address that the server saw, of either family, also from servers of the old kind', () => {
  assert.equal(decodeBindingSuccess(success, transaction), '192.0.2.1');
  assert.equal(decodeBindingSuccess(success6, transaction), '2001:db8::1');
  assert.equal(decodeBindingSuccess(plain, transaction), '192.0.2.1');
});

test('attack: an answer to another request, cut short or with lengths that lie is none', () => {
  assert.equal(
    decodeBindingSuccess(
      success,
      transaction.map((byte) => byte ^ 1),
    ),
    undefined,
  );
  for (let size = 0; size < success.length; size += 1)
    assert.equal(decodeBindingSuccess(success.subarray(0, size), transaction), undefined, String(size));
  for (let at = 0; at < success.length; at += 1) {
    const broken = Uint8Array.from(success);
    broken[at] = 0xff;
    const told = decodeBindingSuccess(broken, transaction);
    assert.ok(told === undefined || /^[\d.:a-f]+$/.test(told), `${at}: ${told}`);
  }
});
