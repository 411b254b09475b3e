import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { isFault } from './fault.ts';
import {
  decodeChmod,
  decodeMakeDirectory,
  decodeSymlink,
  decodeUtime,
  encodeChmod,
  encodeSymlink,
} from './site.ts';

test('SITE CHMOD: an octal mode and a path', () => {
  assert.deepEqual(decodeChmod('644 a b'), { mode: 0o644, path: 'a b' });
  assert.deepEqual(decodeChmod('4755 a'), { mode: 0o4755, path: 'a' });
  for (const text of ['', '644', '644 ', '888 a', '10644 a', 'u+x a'])
    assert.ok(isFault(decodeChmod(text)), text);
  assert.equal(encodeChmod(0o44, 'a'), '044 a');
  assert.throws(() => encodeChmod(0o10000, 'a'), { code: 'FTP_LOCAL_PROTOCOL' });
  assert.throws(() => encodeChmod(0o644, 'a\r\nDELE b'), { code: 'FTP_LOCAL_PROTOCOL' });
});

test('SITE UTIME: both forms', () => {
  assert.deepEqual(decodeUtime('19700101000001 a b'), { time: 1000, path: 'a b' });
  assert.deepEqual(decodeUtime('197001010001 a'), { time: 60_000, path: 'a' });
  assert.deepEqual(decodeUtime('a b 19700101000001 19700101000002 19700101000003 UTC'), {
    time: 2000,
    path: 'a b',
  });
  for (const text of ['', 'a', 'a 19700101000001 19701301000002 19700101000003 UTC'])
    assert.ok(isFault(decodeUtime(text)), text);
});

test('SITE SYMLINK: two names, in quotes where they hold blanks', () => {
  assert.deepEqual(decodeSymlink('a b'), { target: 'a', path: 'b' });
  assert.deepEqual(decodeSymlink('"a ""1""" "b c"'), { target: 'a "1"', path: 'b c' });
  for (const text of ['', 'a', 'a b c', '"a b', 'a"b c', '"" a'])
    assert.ok(isFault(decodeSymlink(text)), text);
  assert.throws(() => encodeSymlink('a', ''), { code: 'FTP_LOCAL_PROTOCOL' });
  assert.throws(() => encodeSymlink('a\n', 'b'), { code: 'FTP_LOCAL_PROTOCOL' });
});

test('SITE MKDIR: with and without parents', () => {
  assert.deepEqual(decodeMakeDirectory('a b'), { parents: false, path: 'a b' });
  assert.deepEqual(decodeMakeDirectory('-p a/b c'), { parents: true, path: 'a/b c' });
  assert.ok(isFault(decodeMakeDirectory('-p ')));
});

test('SITE CHMOD and SYMLINK: what is encoded is decoded again', () => {
  const path = fc.string({ minLength: 1, unit: fc.constantFrom('a', ' ', '"', '/', '\udcff') });
  fc.assert(
    fc.property(path, path, fc.integer({ min: 0, max: 0o7777 }), (target, name, mode) => {
      assert.deepEqual(decodeSymlink(encodeSymlink(target, name)), { target, path: name });
      assert.deepEqual(decodeChmod(encodeChmod(mode, name)), { mode, path: name });
    }),
  );
});
