import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FilesError } from './files.ts';
import { type HashAlgorithm, hashFile } from './hash.ts';
import { MemoryFiles } from './memory/memory-files.ts';

const files = new MemoryFiles({ contents: { '/abc': 'abc', '/empty': '', '/long': 'x'.repeat(1_000_000) } });

/** Of "abc": RFC 1321, RFC 3174, FIPS 180-4; CRC-32 as in ISO 3309. */
const digests: Readonly<Record<HashAlgorithm, string>> = {
  MD5: '900150983cd24fb0d6963f7d28e17f72',
  'SHA-1': 'a9993e364706816aba3e25717850c26c9cd0d89d',
  'SHA-256': 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
  'SHA-512':
    'ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f',
  CRC32: '352441c2',
};

for (const [algorithm, digest] of Object.entries(digests) as [HashAlgorithm, string][]) {
  test(`${algorithm} of a whole file`, async () => {
    assert.deepEqual(await hashFile(files, { path: '/abc', algorithm }), { digest, start: 0, end: 3 });
  });
}

test('a range, and one that reaches beyond the end', async () => {
  const b = await hashFile(files, { path: '/abc', algorithm: 'MD5', start: 1, end: 2 });
  assert.deepEqual(b, { digest: '92eb5ffee6ae2fec3ad71c777531578f', start: 1, end: 2 });
  const bc = await hashFile(files, { path: '/abc', algorithm: 'MD5', start: 1, end: 999 });
  assert.equal(bc.end, 3);
  const none = await hashFile(files, { path: '/abc', algorithm: 'CRC32', start: 3 });
  assert.deepEqual(none, { digest: '00000000', start: 3, end: 3 });
  const empty = await hashFile(files, { path: '/empty', algorithm: 'CRC32' });
  assert.deepEqual(empty, { digest: '00000000', start: 0, end: 0 });
});

test('a range that is none', async () => {
  const isBadOffset = (error: unknown) => error instanceof FilesError && error.kind === 'bad-offset';
  await assert.rejects(hashFile(files, { path: '/abc', algorithm: 'MD5', start: 4 }), isBadOffset);
  await assert.rejects(hashFile(files, { path: '/abc', algorithm: 'MD5', start: 2, end: 1 }), isBadOffset);
});

test('a long hash lets others have their turn, and ends when it is told to', async () => {
  const stop = new AbortController();
  const reason = new Error('enough');
  setImmediate(() => stop.abort(reason));
  const hashing = hashFile(files, { path: '/long', algorithm: 'SHA-512', signal: stop.signal });
  await assert.rejects(hashing, (error) => error === reason);
});
