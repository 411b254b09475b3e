import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { isFault } from './fault.ts';
import { decodeAllo, decodeByteCount, decodeRange, decodeRest, encodeRange, encodeRest } from './ranges.ts';

test('REST: a number of bytes', () => {
  assert.deepEqual(decodeRest('0'), { offset: 0 });
  for (const text of ['', '-1', '1.5', 'x', '1 2', '99999999999999999999', '9007199254740993'])
    assert.ok(isFault(decodeRest(text)), text);
  for (const offset of [-1, 1.5, Number.NaN, 2 ** 53])
    assert.throws(() => encodeRest(offset), { code: 'FTP_LOCAL_PROTOCOL' });
});

test('RANG: two bytes, both included, and the way back', () => {
  assert.deepEqual(decodeRange('0 99'), { range: { first: 0, last: 99 } });
  assert.deepEqual(decodeRange('5 5'), { range: { first: 5, last: 5 } });
  assert.deepEqual(decodeRange('1 0'), { range: undefined });
  for (const text of ['', '1', '2 1', '1 2 3', 'a b', '-1 2']) assert.ok(isFault(decodeRange(text)), text);
  assert.equal(encodeRange(undefined), '1 0');
  assert.throws(() => encodeRange({ first: 2, last: 1 }), { code: 'FTP_LOCAL_PROTOCOL' });
});

test('ALLO: bytes, with and without a record size', () => {
  assert.deepEqual(decodeAllo('1024'), { bytes: 1024 });
  assert.deepEqual(decodeAllo('1024 R 128'), { bytes: 1024 });
  for (const text of ['', 'x', '1024 R', '1024 128', '99999999999999999999'])
    assert.ok(isFault(decodeAllo(text)), text);
});

test('213: one number, as SIZE and AVBL answer', () => {
  assert.deepEqual(decodeByteCount('1024'), { bytes: 1024 });
  assert.deepEqual(decodeByteCount('1024 bytes'), { bytes: 1024 });
  for (const text of ['', 'none', '-1', '10x', '9007199254740993'])
    assert.ok(isFault(decodeByteCount(text)), text);
});

test('REST and RANG: what is encoded is decoded again', () => {
  fc.assert(
    fc.property(fc.maxSafeNat(), fc.maxSafeNat(), (a, b) => {
      assert.deepEqual(decodeRest(encodeRest(a)), { offset: a });
      const range = { first: Math.min(a, b), last: Math.max(a, b) };
      assert.deepEqual(decodeRange(encodeRange(range)), { range });
    }),
  );
});
