import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MemoryFiles } from '../src/files/memory/memory-files.ts';
import { readOnly } from '../src/files/read-only.ts';
import { filesContract } from './files-contract.ts';
import { diskIn, fails, getText, listAll, names, put, temporaryDirectory } from './files-support.ts';

filesContract('memory', () => new MemoryFiles());
filesContract('disk', (t) => diskIn(t, temporaryDirectory(t)));
filesContract('disk, thread pool only', (t) => diskIn(t, temporaryDirectory(t), { synchronous: 'never' }));
filesContract('disk, visiting', (t) => diskIn(t, temporaryDirectory(t), { changeDirectory: true }));
const atomic = { uploads: { mode: 'atomic' } } as const;
filesContract('disk, atomic', (t) => diskIn(t, temporaryDirectory(t), atomic));
filesContract('disk, atomic, thread pool only', (t) =>
  diskIn(t, temporaryDirectory(t), { ...atomic, synchronous: 'never' }),
);
filesContract('disk, atomic, by real path', (t) =>
  diskIn(t, temporaryDirectory(t), { ...atomic, durable: true, walk: 'realpath' }),
);
filesContract('disk, everything asked for', (t) =>
  diskIn(t, temporaryDirectory(t), { durable: true, uploads: { floor: { percent: 1 } } }),
);
filesContract('disk, by real path', (t) => diskIn(t, temporaryDirectory(t), { walk: 'realpath' }));

test('disk, visiting: a listing leaves the working directory as it was', async (t) => {
  const files = diskIn(t, temporaryDirectory(t), { changeDirectory: true });
  for (let i = 0; i < 300; i++) await put(files, `/${i}`, '');
  const home = process.cwd();
  for await (const _ of files.list('/')) assert.equal(process.cwd(), home);
  assert.equal(process.cwd(), home);
});

test('memory: full at its capacity, and again free after a removal', async () => {
  const files = new MemoryFiles({ capacity: 10 });
  await put(files, '/a', '123456');
  const handle = await files.prepareWrite('/b', { kind: 'replace' }).open();
  await fails('no-space', () => handle.write([new Uint8Array(5)], 0));
  await handle.abandon();
  assert.equal(files.stat('/b').size, 4);
  assert.equal(files.space('/'), 0);
  files.removeFile('/a');
  assert.equal(files.space('/'), 6);
});

test('memory: contents from the start', async () => {
  const files = new MemoryFiles({ contents: { '/a/b.txt': 'text', '/c/': '', d: new Uint8Array(3) } });
  assert.deepEqual(await names(files, '/'), ['a', 'c', 'd']);
  assert.equal(await getText(files, '/a/b.txt'), 'text');
});

test('memory: permission denied', async () => {
  const files = new MemoryFiles({ contents: { '/f': 'x', '/d/x': '' } });
  files.chmod('/f', 0o000);
  files.chmod('/d', 0o500);
  await fails('denied', () => files.openRead('/f'));
  await fails('denied', () => files.prepareWrite('/f', { kind: 'append' }));
  await fails('denied', () => files.prepareWrite('/d/new', { kind: 'replace' }));
  await fails('denied', () => files.removeFile('/d/x'));
  assert.deepEqual(await names(files, '/d'), ['x']);
});

test('read-only: looks, and changes nothing', async () => {
  const files = readOnly(new MemoryFiles({ contents: { '/f': 'x' } }));
  assert.equal(await getText(files, '/f'), 'x');
  assert.equal((await listAll(files, '/')).length, 1);
  assert.equal((await files.lstat?.('/f'))?.type, 'file');
  await fails('read-only', () => files.prepareWrite('/f', { kind: 'append' }));
  await fails('read-only', () => files.rename('/f', '/g'));
  await fails('read-only', () => files.removeFile('/f'));
  assert.equal(files.chmod, undefined);
});
