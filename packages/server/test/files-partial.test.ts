import assert from 'node:assert/strict';
import { readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { partialName } from '../src/files/disk/uploads/upload-names.ts';
import { append, atomicPlace, begun, replace } from './atomic-place.ts';
import { diskIn, fails, getText, names, put, temporaryDirectory } from './files-support.ts';

test('what breaks off of a new file can go on: by REST, by APPE, cut back, in another process', async (t) => {
  const { files, folder } = atomicPlace(t);
  await (await begun(files, '/f', '0123456789')).abandon();
  assert.equal(await files.partial('/f'), 10);
  await (await begun(files, '/f', 'ab', append)).abandon();
  assert.equal(await files.partial('/f'), 12);
  await (await begun(files, '/f', 'x', { kind: 'resume', offset: 4 })).abandon();
  // Another process knows no more than what is on the disk.
  const other = diskIn(t, folder, { uploads: { mode: 'atomic' } });
  assert.equal(await other.partial('/f'), 5);
  await put(other, '/f', 'y', { kind: 'resume', offset: 5 });
  assert.equal(await getText(files, '/f'), '0123xy');
  assert.deepEqual(readdirSync(folder), ['f']);
});

test('a new upload takes nothing over from one that broke off; nothing stays of one without a byte', async (t) => {
  const { files, folder } = atomicPlace(t);
  await (await begun(files, '/f', 'long and old')).abandon();
  await (await begun(files, '/f', 'new')).abandon();
  assert.equal(await files.partial('/f'), 3);
  await put(files, '/f', 'done');
  assert.equal(await getText(files, '/f'), 'done');
  await (await begun(files, '/g', '')).abandon();
  assert.deepEqual(readdirSync(folder), ['f']);
});

test('uploads.partial remove: nothing stays of what broke off', async (t) => {
  const { files, folder } = atomicPlace(t, { partial: 'remove' });
  await (await begun(files, '/f', 'half')).abandon();
  await (await begun(files, '/f', 'half', append)).abandon();
  assert.deepEqual(readdirSync(folder), []);
});

test('DELE of a name that only an unfinished upload has forgets it; a running one stays', async (t) => {
  const { files, folder } = atomicPlace(t);
  await (await begun(files, '/f', 'half')).abandon();
  await files.removeFile('/f');
  assert.deepEqual(readdirSync(folder), []);
  await fails('not-found', () => files.removeFile('/f'));
  const running = await begun(files, '/f', 'half');
  await fails('not-found', () => files.removeFile('/f'));
  await running.finish();
  assert.equal(await getText(files, '/f'), 'half');
});

test('of several that break off, the one that began last can go on', async (t) => {
  const { files, folder } = atomicPlace(t);
  const [one, two] = [await begun(files, '/f', 'first'), await begun(files, '/f', 'second')];
  await two.abandon();
  await one.abandon();
  assert.equal(await files.partial('/f'), 6);
  assert.equal(readdirSync(folder).length, 1);
});

test('attack: the hidden name is neither listed, read, written, made, removed, renamed nor linked to', async (t) => {
  const { files, folder } = atomicPlace(t);
  await put(files, '/plain', 'x');
  await (await begun(files, '/f', 'secret')).abandon();
  const hidden = `/${partialName('f')}`;
  for (const path of [hidden, hidden.toUpperCase(), `${hidden}/x`]) {
    await fails('denied', () => files.stat(path));
    await fails('denied', () => files.lstat(path));
    await fails('denied', () => files.openRead(path));
    await fails('denied', () => files.prepareWrite(path, replace));
    await fails('denied', () => files.removeFile(path));
    await fails('denied', () => files.makeDirectory(path));
    await fails('denied', () => files.removeDirectory(path));
    await fails('denied', () => files.rename(path, '/g'));
    await fails('denied', () => files.rename('/plain', path));
    await fails('denied', () => files.chmod(path, 0o777));
    await fails('denied', () => files.setModified(path, 0));
    await fails('denied', () => files.symlink(path, '/g'));
    await fails('denied', () => files.symlink(path.slice(1), '/g'));
    await fails('denied', () => names(files, path));
  }
  assert.deepEqual(await names(files, '/'), ['plain']);
  const direct = diskIn(t, folder);
  assert.deepEqual(await names(direct, '/'), ['plain'], 'whatever the mode is');
  await fails('denied', () => direct.openRead(hidden));
});

test('a folder with nothing but left uploads is empty to who removes it; a running one keeps it', async (t) => {
  const { files, folder } = atomicPlace(t);
  await files.makeDirectory('/d');
  await (await begun(files, '/d/f', 'half')).abandon();
  const running = await begun(files, '/d/g', 'half');
  await fails('not-empty', () => files.removeDirectory('/d'));
  await running.abandon();
  await files.removeDirectory('/d');
  assert.deepEqual(readdirSync(folder), []);
});

test('stale uploads are swept; fresh and running ones, folders of that name and links stay', async (t) => {
  const folder = temporaryDirectory(t);
  let now = Date.now();
  const files = diskIn(t, folder, {
    now: () => now,
    uploads: { mode: 'atomic', staleAfter: 60_000, sweepEvery: Number.POSITIVE_INFINITY },
  });
  await files.makeDirectory('/d');
  await files.makeDirectory('/d/e');
  await (await begun(files, '/d/e/old', 'half')).abandon();
  await put(files, '/d/e/whole', 'x');
  const running = await begun(files, '/d/running', 'half');
  symlinkSync('..', join(folder, 'd/up'));
  symlinkSync('e/whole', join(folder, `d/${partialName('link')}`));
  assert.equal((await files.sweep()).removed, 0);
  now += 61_000;
  assert.deepEqual(await files.sweep(), { folders: 3, removed: 1 });
  assert.equal(await files.partial('/d/e/old'), undefined);
  assert.equal(await getText(files, '/d/e/whole'), 'x');
  await running.finish();
  assert.equal(await getText(files, '/d/running'), 'half');
  assert.deepEqual(readdirSync(join(folder, 'd')).sort(), [partialName('link'), 'e', 'running', 'up']);
});

test('a sweep comes by itself when the backend is made', async (t) => {
  const folder = temporaryDirectory(t);
  const left = join(folder, partialName('f'));
  writeFileSync(left, 'half');
  const watch = await import('node:fs').then(({ watch: start }) => start(folder));
  const gone = new Promise<void>((resolve) => {
    watch.on('change', (_, name) => {
      if (String(name) === partialName('f')) resolve();
    });
  });
  diskIn(t, folder, { now: () => Date.now() + 10_000, uploads: { mode: 'atomic', staleAfter: 1 } });
  await gone;
  watch.close();
  assert.deepEqual(readdirSync(folder), []);
});
