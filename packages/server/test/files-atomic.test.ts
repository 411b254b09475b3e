import assert from 'node:assert/strict';
import { readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { partialName } from '../src/files/disk/uploads/upload-names.ts';
import { append, atomicPlace, begun, replace } from './atomic-place.ts';
import { fails, getText, names, put } from './files-support.ts';

test('a file is there when it is whole, and until then what was there', async (t) => {
  const { files, folder } = atomicPlace(t);
  const first = await begun(files, '/f', 'new');
  await fails('not-found', () => files.stat('/f'));
  assert.deepEqual(await names(files, '/'), []);
  assert.equal(await files.partial('/f'), 3);
  assert.equal(readdirSync(folder).length, 1);
  await first.finish();
  assert.equal(await getText(files, '/f'), 'new');
  assert.deepEqual(readdirSync(folder), ['f']);

  await files.chmod('/f', 0o640);
  const second = await begun(files, '/f', 'other');
  assert.equal(await getText(files, '/f'), 'new');
  assert.equal(await files.partial('/f'), undefined, 'the file that is there is what is told');
  await second.finish();
  assert.equal(await getText(files, '/f'), 'other');
  assert.equal(statSync(join(folder, 'f')).mode & 0o777, 0o640, 'with the rights of the old one');
  assert.deepEqual(readdirSync(folder), ['f']);
});

test('what breaks off over a file leaves no trace', async (t) => {
  const { files, folder } = atomicPlace(t);
  await put(files, '/f', 'whole');
  for (const how of [replace, append, { kind: 'resume', offset: 3 } as const]) {
    await (await begun(files, '/f', 'XX', how)).abandon();
    assert.equal(await getText(files, '/f'), 'whole');
    assert.deepEqual(readdirSync(folder), ['f'], how.kind);
  }
});

test('several uploads of one name: each is whole, the one that ends last stays, none goes on with another', async (t) => {
  const { files, folder } = atomicPlace(t);
  const [one, two, three] = [
    await begun(files, '/f', 'one'),
    await begun(files, '/f', 'second'),
    await begun(files, '/f', '3'),
  ];
  await fails('busy', async () => (await files.prepareWrite('/f', append)).open());
  await fails('busy', async () => (await files.prepareWrite('/f', { kind: 'resume', offset: 1 })).open());
  assert.deepEqual(await names(files, '/'), []);
  await two.finish();
  assert.equal(await getText(files, '/f'), 'second');
  await three.finish();
  assert.equal(await getText(files, '/f'), '3');
  await one.finish();
  assert.equal(await getText(files, '/f'), 'one');
  assert.deepEqual(readdirSync(folder), ['f']);
});

test('two that add to one file: the second waits, and none is lost', async (t) => {
  const { files } = atomicPlace(t);
  await put(files, '/log', 'a');
  const one = await begun(files, '/log', 'b', append);
  assert.equal(one.offset, 1);
  await fails('busy', async () => (await files.prepareWrite('/log', append)).open());
  await one.finish();
  await put(files, '/log', 'c', append);
  assert.equal(await getText(files, '/log'), 'abc');
});

test('a file that was replaced while it was added to is not replaced back', async (t) => {
  const { files, folder } = atomicPlace(t);
  await put(files, '/f', 'old');
  const adding = await begun(files, '/f', ' more', append);
  await put(files, '/f', 'new');
  await fails('busy', () => adding.finish());
  assert.equal(await getText(files, '/f'), 'new');
  assert.deepEqual(readdirSync(folder), ['f']);
});

test('hidden bytes that somebody removed on the machine are no 226', async (t) => {
  const { files, folder } = atomicPlace(t);
  const handle = await begun(files, '/f', 'x');
  writeFileSync(join(folder, 'stranger'), 'not ours');
  const { renameSync } = await import('node:fs');
  renameSync(join(folder, 'stranger'), join(folder, partialName('f')));
  await fails('busy', () => handle.finish());
  await fails('not-found', () => files.stat('/f'));
});

test('a folder that takes the name before the end', async (t) => {
  const { files, folder } = atomicPlace(t);
  const handle = await begun(files, '/f', 'x');
  await files.makeDirectory('/f');
  await fails('is-a-directory', () => handle.finish());
  assert.deepEqual(readdirSync(folder), ['f']);
});

test('the folder is moved in the middle: the file is in it', async (t) => {
  const { files, folder } = atomicPlace(t);
  await files.makeDirectory('/d');
  const handle = await begun(files, '/d/f', 'x');
  await files.rename('/d', '/e');
  await handle.finish();
  assert.equal(await getText(files, '/e/f'), 'x');
  assert.deepEqual(readdirSync(join(folder, 'e')), ['f']);
});

test('a symlink stays, and the file that it leads to is exchanged', async (t) => {
  const { files, folder } = atomicPlace(t);
  await files.makeDirectory('/d');
  symlinkSync('d/target', join(folder, 'link'));
  const handle = await begun(files, '/link', 'half');
  assert.equal(await files.partial('/link'), 4);
  assert.deepEqual(readdirSync(folder).sort(), ['d', 'link']);
  await handle.finish();
  assert.equal(readFileSync(join(folder, 'd/target'), 'utf8'), 'half');
  assert.equal((await files.lstat('/link')).type, 'symlink');
});

test('names of 255 bytes, of one byte a character and of three', async (t) => {
  const { files, folder } = atomicPlace(t, { overwrite: 'rename-old' });
  for (const name of ['n'.repeat(255), '\u65e5'.repeat(85)]) {
    const handle = await begun(files, `/${name}`, 'one');
    await handle.abandon();
    await put(files, `/${name}`, '!', append);
    assert.equal(await getText(files, `/${name}`), 'one!');
    await put(files, `/${name}`, 'two');
    assert.equal(await getText(files, `/${name}`), 'two');
  }
  const all = readdirSync(folder);
  assert.equal(all.length, 4);
  assert.ok(all.every((name) => Buffer.byteLength(name) > 250 && !name.includes('\ufffd')));
});

test('uploads leave no descriptor behind', { skip: process.platform !== 'linux' }, async (t) => {
  const { files } = atomicPlace(t);
  const open = () => readdirSync('/proc/self/fd').length;
  await put(files, '/f', 'x');
  const before = open();
  for (let count = 0; count < 30; count++) {
    await (await begun(files, '/new', 'x')).abandon();
    await put(files, '/f', 'y');
    await (await begun(files, '/f', 'z', append)).abandon();
    const adding = await begun(files, '/f', 'z', append);
    await fails('busy', async () => (await files.prepareWrite('/f', append)).open());
    await put(files, '/f', 'y');
    await fails('busy', () => adding.finish());
    const handle = await begun(files, '/gone', 'x');
    await files.makeDirectory('/gone');
    await fails('is-a-directory', () => handle.finish());
    await files.removeDirectory('/gone');
  }
  assert.ok(open() <= before, `${open()} open, ${before} before`);
});
