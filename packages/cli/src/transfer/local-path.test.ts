import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fsPath, lastName, readOutput, safeLocalPath } from './local-path.ts';

test('a server that names a file ../../etc/passwd cannot have it written there', () => {
  for (const name of ['..', '.', '../x', '/etc/passwd', 'a/b', 'a\\..\\b', 'x\0y']) {
    assert.throws(
      () => safeLocalPath('here', name),
      /not safe as a local file name: give another with -o FILE/,
      name,
    );
  }
  assert.throws(() => safeLocalPath('here', ''), /names no file/);
  assert.equal(safeLocalPath('here', 'a b.txt'), join('here', 'a b.txt'));
  assert.equal(safeLocalPath('here', '..x'), join('here', '..x'));
});

test('what -o means', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'duoport-output-'));
  try {
    assert.deepEqual(await readOutput(undefined), { kind: 'directory', path: '.' });
    assert.deepEqual(await readOutput('-'), { kind: 'stdout' });
    assert.deepEqual(await readOutput('new/'), { kind: 'directory', path: 'new/' });
    assert.deepEqual(await readOutput(folder), { kind: 'directory', path: folder });
    assert.deepEqual(await readOutput(join(folder, 'f')), { kind: 'file', path: join(folder, 'f') });
    await assert.rejects(readOutput(''), /-o: the name is empty/);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});

test('a name that is not UTF-8 keeps its bytes on the disk', () => {
  assert.equal(fsPath('café'), 'café');
  assert.deepEqual(fsPath('caf\udce9'), Buffer.from([0x63, 0x61, 0x66, 0xe9]));
});

test('the last part of a path', () => {
  assert.equal(lastName('/a/b'), 'b');
  assert.equal(lastName('b'), 'b');
  assert.equal(lastName('a/'), '');
});
