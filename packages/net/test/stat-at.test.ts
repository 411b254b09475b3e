import assert from 'node:assert/strict';
import {
  chmodSync,
  closeSync,
  linkSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  rmSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { loadStatAt, type NameFacts } from '../src/index.ts';

const statAt = await loadStatAt();
const skip = statAt === undefined && 'names are looked at in open directories on Linux with koffi only';

test('a name in an open directory is what lstat says of its path', { skip }, (t) => {
  const path = mkdtempSync(join(tmpdir(), 'duoport-stat-'));
  const directory = openSync(path, 'r');
  t.after(() => {
    closeSync(directory);
    rmSync(path, { recursive: true });
  });
  writeFileSync(join(path, 'file'), 'four');
  chmodSync(join(path, 'file'), 0o4751);
  linkSync(join(path, 'file'), join(path, 'again'));
  writeFileSync(join(path, 'large ü'), '');
  truncateSync(join(path, 'large ü'), 5 * 1024 ** 3);
  utimesSync(join(path, 'large ü'), new Date(0), new Date('1938-06-01T10:20:30.250Z'));
  mkdirSync(join(path, 'folder'));
  symlinkSync('nowhere', join(path, 'link'));
  for (const name of ['file', 'again', 'large ü', 'folder', 'link', '.']) {
    const facts = statAt?.(directory, name);
    assert.ok(facts, name);
    const { mode, size, mtimeMs, nlink, uid, gid, dev, ino } = lstatSync(join(path, name));
    const expected: NameFacts = { mode, size, mtimeMs, nlink, uid, gid, dev, ino };
    assert.deepEqual(facts, expected, name);
  }
  assert.equal(statAt?.(directory, 'missing'), undefined);
  assert.equal(statAt?.(directory, 'n'.repeat(300)), undefined);
});

test('the numbers of devices are those of Node', { skip }, (t) => {
  const directory = openSync('/dev', 'r');
  t.after(() => closeSync(directory));
  assert.equal(statAt?.(directory, 'null')?.dev, lstatSync('/dev/null').dev);
});
