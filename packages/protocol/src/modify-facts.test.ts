import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { isFault } from './fault.ts';
import { decodeFactChanges, decodeTimedPath, encodeFactChanges, encodeTimedPath } from './modify-facts.ts';

test('MFMT: a time and a path', () => {
  assert.deepEqual(decodeTimedPath('19700101000001 a b'), { time: 1000, path: 'a b' });
  assert.deepEqual(decodeTimedPath('19700101000001  a'), { time: 1000, path: ' a' });
  for (const text of ['', '19700101000001', '19700101000001 ', 'a b', '19701301000001 a'])
    assert.ok(isFault(decodeTimedPath(text)), text);
});

test('MFF: facts and a path', () => {
  assert.deepEqual(decodeFactChanges('Modify=19700101000001;CREATE=19700101000002;unix.mode=0644; a b'), {
    modified: 1000,
    created: 2000,
    mode: 0o644,
    unknown: [],
    path: 'a b',
  });
  assert.deepEqual(decodeFactChanges('UNIX.owner=root; a'), { unknown: ['UNIX.owner'], path: 'a' });
  for (const text of [
    '',
    'a',
    ' a',
    'Modify; a',
    '=1; a',
    'Modify=x; a',
    'UNIX.mode=999; a',
    'UNIX.mode=17777; a',
    'Modify=19700101000001; ',
  ]) {
    assert.ok(isFault(decodeFactChanges(text)), text);
  }
});

test('attack: CR LF in a path', () => {
  assert.throws(() => encodeTimedPath({ time: 0, path: 'a\r\nDELE b' }), { code: 'FTP_LOCAL_PROTOCOL' });
  assert.throws(() => encodeFactChanges({ modified: 0, path: 'a\0' }), { code: 'FTP_LOCAL_PROTOCOL' });
  assert.throws(() => encodeFactChanges({ path: 'a' }), { code: 'FTP_LOCAL_PROTOCOL' });
});

test('MFMT and MFF: what is encoded is decoded again', () => {
  const path = fc.string({ minLength: 1, unit: fc.constantFrom('a', ' ', ';', '=', '\udcff') });
  const time = fc.integer({ min: -1e12, max: 1e13 });
  const change = fc.record(
    { path, modified: time, created: time, mode: fc.integer({ min: 0, max: 0o7777 }) },
    { requiredKeys: ['path', 'modified'], noNullPrototype: true },
  );
  fc.assert(
    fc.property(change, (input) => {
      const timed = { time: input.modified, path: input.path };
      assert.deepEqual(decodeTimedPath(encodeTimedPath(timed)), timed);
      assert.deepEqual(decodeFactChanges(encodeFactChanges(input as typeof timed & { modified: number })), {
        ...input,
        unknown: [],
      });
    }),
  );
});
