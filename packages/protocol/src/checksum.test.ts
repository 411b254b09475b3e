import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  decodeChecksumArgument,
  decodeHash,
  encodeChecksumArgument,
  encodeHash,
  findDigest,
} from './checksum.ts';
import { isFault } from './fault.ts';
import { reply } from './reply.ts';

const digest = 'd41d8cd98f00b204e9800998ecf8427e';

test('HASH: the reply of the draft', () => {
  const checksum = { algorithm: 'MD5', digest, range: { first: 0, last: 49 }, path: 'a b.txt' };
  assert.deepEqual(encodeHash(checksum), reply(213, `MD5 0-49 ${digest} a b.txt`));
  assert.deepEqual(decodeHash(encodeHash(checksum)), checksum);
  assert.deepEqual(decodeHash(reply(213, `md5 0-49 ${digest.toUpperCase()} a b.txt`)), checksum);
  for (const text of ['', digest, `MD5 ${digest}`, `MD5 0-49 xyz name`])
    assert.ok(isFault(decodeHash(reply(213, text))), text);
});

test('attack: CR LF in the path of a HASH reply', () => {
  const range = { first: 0, last: 0 };
  assert.throws(() => encodeHash({ algorithm: 'MD5', digest, range, path: 'a\r\n230 in' }), {
    code: 'FTP_LOCAL_PROTOCOL',
  });
  assert.throws(() => encodeHash({ algorithm: 'MD5', digest: 'x', range, path: 'a' }), {
    code: 'FTP_LOCAL_PROTOCOL',
  });
});

for (const text of [
  digest,
  `"/a b" ${digest}`,
  `/x ${digest.toUpperCase()}`,
  `MD5 0-1 ${digest} x`,
  `MD5=${digest}`,
]) {
  test(`checksum: the digest in ${JSON.stringify(text)}`, () =>
    assert.deepEqual(findDigest(reply(250, text), 32), { digest }));
}

test('checksum: a digest of another length is none', () => {
  assert.ok(isFault(findDigest(reply(250, digest), 64)));
  assert.ok(isFault(findDigest(reply(250, 'ok'), 8)));
});

test('XCRC: a name, and a part of the file behind a name in quotes', () => {
  assert.deepEqual(decodeChecksumArgument('a b 1 2'), { path: 'a b 1 2' });
  assert.deepEqual(decodeChecksumArgument('"a ""b""" 1 2'), { path: 'a "b"', start: 1, end: 2 });
  assert.deepEqual(decodeChecksumArgument('"a" 7'), { path: 'a', start: 7 });
  for (const text of ['"a', '""', '"a" x', '"a" 2 1', '"a" 1 2 3'])
    assert.ok(isFault(decodeChecksumArgument(text)), text);
  assert.throws(() => encodeChecksumArgument({ path: 'a', end: 1 }), { code: 'FTP_LOCAL_PROTOCOL' });
  assert.throws(() => encodeChecksumArgument({ path: 'a', start: -1 }), { code: 'FTP_LOCAL_PROTOCOL' });
  assert.throws(() => encodeChecksumArgument({ path: 'a\n' }), { code: 'FTP_LOCAL_PROTOCOL' });
});

test('XCRC: what is encoded is decoded again', () => {
  const path = fc.string({ minLength: 1, unit: fc.constantFrom('a', ' ', '"', '1', '\udcff') });
  const byte = fc.integer({ min: 0, max: 1e12 });
  fc.assert(
    fc.property(path, fc.option(byte), fc.option(byte), (name, start, length) => {
      const argument = {
        path: name,
        ...(start === null ? {} : { start }),
        ...(start === null || length === null ? {} : { end: start + length }),
      };
      assert.deepEqual(decodeChecksumArgument(encodeChecksumArgument(argument)), argument);
    }),
  );
});
