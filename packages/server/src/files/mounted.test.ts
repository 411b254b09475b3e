import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fails, getText, listAll, names, put } from '../../test/files-support.ts';
import { FilesError } from './files.ts';
import { MemoryFiles } from './memory/memory-files.ts';
import { mounted } from './mounted.ts';
import { readOnly } from './read-only.ts';

function tree() {
  const root = new MemoryFiles({ contents: { '/own': 'own', '/shared/under': 'hidden', '/a/x': 'x' } });
  const shared = new MemoryFiles({ contents: { '/s': 'shared', '/d/e': 'e' } });
  const deep = new MemoryFiles({ contents: { '/f': 'deep' } });
  return {
    root,
    shared,
    deep,
    files: mounted(root, { '/shared': shared, '/not/there/deep': deep, '/a/m': deep }),
  };
}

test('mounts are folders of the tree, over what is there', async () => {
  const { files } = tree();
  assert.deepEqual(await names(files, '/'), ['a', 'not', 'own', 'shared']);
  assert.deepEqual(await names(files, '/shared'), ['d', 's']);
  assert.deepEqual(await names(files, '/a'), ['m', 'x']);
  assert.deepEqual(await names(files, '/not'), ['there']);
  assert.deepEqual(await names(files, '/not/there/deep'), ['f']);
  assert.equal(await getText(files, '/shared/d/e'), 'e');
  assert.equal(await getText(files, '/a/m/f'), 'deep');
  assert.deepEqual((await files.stat('/shared')).name, 'shared');
  assert.equal((await files.stat('/not/there')).type, 'directory');
  for (const entry of await listAll(files, '/')) assert.notEqual(entry.name, '/');
  await fails('not-found', () => files.stat('/shared/under'));
  await fails('not-found', () => names(files, '/nowhere'));
});

test('what is changed in a mount is changed where it comes from, and paths are told as the user has them', async () => {
  const { files, shared, root } = tree();
  await put(files, '/shared/new', 'n');
  assert.equal(await getText(shared, '/new'), 'n');
  assert.equal(await files.makeDirectory('/shared/dir'), '/shared/dir');
  assert.equal((await files.prepareWrite('/shared/u', { kind: 'replace' })).path, '/shared/u');
  await files.rename('/shared/new', '/shared/dir/new');
  assert.equal(await getText(shared, '/dir/new'), 'n');
  await files.setModified?.('/shared/s', 1000);
  assert.equal(shared.stat('/s').modified, 1000);
  await files.removeFile('/own');
  assert.throws(() => root.stat('/own'));
  await assert.rejects(
    Promise.resolve(files.stat('/shared/none')),
    (error) => error instanceof FilesError && error.path === '/shared/none',
  );
});

test('nothing moves from one to another, and no mount is moved or removed', async () => {
  const { files } = tree();
  await fails('cross-device', () => files.rename('/own', '/shared/own'));
  await fails('cross-device', () => files.rename('/shared/s', '/s'));
  for (const path of ['/shared', '/a', '/not', '/']) {
    await fails('denied', () => files.removeDirectory(path));
  }
  await fails('denied', () => files.rename('/a', '/b'));
  await fails('cross-device', () => files.rename('/own', '/a/m'));
  await fails('cross-device', () => files.rename('/a/m', '/n'));
});

test('a mount that is gone is a folder that cannot be looked into; one to look at stays so', async () => {
  const gone = () => {
    throw new FilesError('not-found', { path: '/' });
  };
  const shared = new MemoryFiles({ contents: { '/f': 'x' } });
  const files = mounted(new MemoryFiles(), {
    '/gone': { ...readOnly(new MemoryFiles()), stat: gone },
    '/read': readOnly(shared),
  });
  assert.deepEqual(await names(files, '/'), ['gone', 'read']);
  await fails('read-only', () => files.removeFile('/read/f'));
  await fails('unsupported', () => files.setModified?.('/read/f', 0));
  assert.equal(await getText(files, '/read/f'), 'x');
});
