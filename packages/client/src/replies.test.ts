import assert from 'node:assert/strict';
import { test } from 'node:test';
import { reply } from '@duoport/protocol';
import { announcedSize } from './download.ts';
import { needsVisit, splitPath } from './listing.ts';
import { parentsOf } from './paths.ts';
import { uniqueName } from './upload.ts';

const sizes: readonly (readonly [string, number | undefined])[] = [
  ['Opening BINARY mode data connection for f (1234 bytes).', 1234],
  ['Opening BINARY mode data connection for (9 bytes) (1 byte)', 9],
  ['Opening data connection (0 bytes)', 0],
  ['1234.5 kbytes to download', undefined],
  ['File status okay. About to open data connection.', undefined],
  ['(99999999999999999 bytes)', undefined],
];

for (const [text, size] of sizes) {
  test(`the size in "${text}" is ${size}`, () => assert.equal(announcedSize(reply(150, text)), size));
}

test('the name that STOU chose', () => {
  assert.equal(uniqueName([reply(150, 'FILE: stou.1 '), reply(226, 'done')]), 'stou.1');
  assert.equal(uniqueName([reply(150, 'ok'), reply(250, 'FILE: a b')]), 'a b');
  assert.equal(uniqueName([reply(150, 'ok'), reply(226, 'done')]), undefined);
});

test('names that LIST may misread', () => {
  for (const path of ['-la', 'a*', 'a b', '[x]', ' a', '~root', 'a\\b'])
    assert.equal(needsVisit(path), true, path);
  for (const path of ['a', '/a/b-c', 'ä', '..']) assert.equal(needsVisit(path), false, path);
});

test('the parents of a path', () => {
  assert.deepEqual(parentsOf('/a/b/c'), ['/a', '/a/b']);
  assert.deepEqual(parentsOf('a/b/'), ['a']);
  assert.deepEqual(parentsOf('a'), []);
  assert.deepEqual(parentsOf('/a//b'), ['/a']);
});

test('a path is a name in a directory', () => {
  assert.deepEqual(splitPath('/a/b'), { parent: '/a', name: 'b' });
  assert.deepEqual(splitPath('/a'), { parent: '/', name: 'a' });
  assert.deepEqual(splitPath('a/b/'), { parent: 'a', name: 'b' });
  assert.deepEqual(splitPath('b'), { parent: undefined, name: 'b' });
});
