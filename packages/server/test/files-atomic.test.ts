import assert from 'node:assert/strict';
import { readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import type { DiskFiles, DiskFilesOptions } from '../src/files/disk/disk-files.ts';
import { partialName } from '../src/files/disk/uploads/upload-names.ts';
import type { WriteHandle, WriteHow } from '../src/files/files.ts';
import { bytes, diskIn, fails, getText, names, put, temporaryDirectory } from './files-support.ts';

const replace = { kind: 'replace' } as const;
const append = { kind: 'append' } as const;

interface Place {
  readonly folder: string;
  readonly files: DiskFiles;
}

function place(t: TestContext, uploads: DiskFilesOptions['uploads'] = {}): Place {
  const folder = temporaryDirectory(t);
  return { folder, files: diskIn(t, folder, { uploads: { mode: 'atomic', ...uploads } }) };
}

/** An upload that has begun, with its first bytes. */
async function begun(
  files: DiskFiles,
  path: string,
  content: string,
  how: WriteHow = replace,
): Promise<WriteHandle> {
  const handle = await (await files.prepareWrite(path, how)).open();
  await handle.write([bytes(content)], handle.offset);
  return handle;
}

test('a file is there when it is whole, and until then what was there', async (t) => {
  const { files, folder } = place(t);
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
  const { files, folder } = place(t);
  await put(files, '/f', 'whole');
  for (const how of [replace, append, { kind: 'resume', offset: 3 } as const]) {
    await (await begun(files, '/f', 'XX', how)).abandon();
    assert.equal(await getText(files, '/f'), 'whole');
    assert.deepEqual(readdirSync(folder), ['f'], how.kind);
  }
});

test('what breaks off of a new file can go on: by REST, by APPE, cut back, in another process', async (t) => {
  const { files, folder } = place(t);
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
  const { files, folder } = place(t);
  await (await begun(files, '/f', 'long and old')).abandon();
  await (await begun(files, '/f', 'new')).abandon();
  assert.equal(await files.partial('/f'), 3);
  await put(files, '/f', 'done');
  assert.equal(await getText(files, '/f'), 'done');
  await (await begun(files, '/g', '')).abandon();
  assert.deepEqual(readdirSync(folder), ['f']);
});

test('uploads.partial remove: nothing stays of what broke off', async (t) => {
  const { files, folder } = place(t, { partial: 'remove' });
  await (await begun(files, '/f', 'half')).abandon();
  await (await begun(files, '/f', 'half', append)).abandon();
  assert.deepEqual(readdirSync(folder), []);
});

test('DELE of a name that only an unfinished upload has forgets it; a running one stays', async (t) => {
  const { files, folder } = place(t);
  await (await begun(files, '/f', 'half')).abandon();
  await files.removeFile('/f');
  assert.deepEqual(readdirSync(folder), []);
  await fails('not-found', () => files.removeFile('/f'));
  const running = await begun(files, '/f', 'half');
  await fails('not-found', () => files.removeFile('/f'));
  await running.finish();
  assert.equal(await getText(files, '/f'), 'half');
});

test('several uploads of one name: each is whole, the one that ends last stays, none goes on with another', async (t) => {
  const { files, folder } = place(t);
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

test('of several that break off, the one that began last can go on', async (t) => {
  const { files, folder } = place(t);
  const [one, two] = [await begun(files, '/f', 'first'), await begun(files, '/f', 'second')];
  await two.abandon();
  await one.abandon();
  assert.equal(await files.partial('/f'), 6);
  assert.equal(readdirSync(folder).length, 1);
});

test('two that add to one file: the second waits, and none is lost', async (t) => {
  const { files } = place(t);
  await put(files, '/log', 'a');
  const one = await begun(files, '/log', 'b', append);
  assert.equal(one.offset, 1);
  await fails('busy', async () => (await files.prepareWrite('/log', append)).open());
  await one.finish();
  await put(files, '/log', 'c', append);
  assert.equal(await getText(files, '/log'), 'abc');
});

test('a file that was replaced while it was added to is not replaced back', async (t) => {
  const { files, folder } = place(t);
  await put(files, '/f', 'old');
  const adding = await begun(files, '/f', ' more', append);
  await put(files, '/f', 'new');
  await fails('busy', () => adding.finish());
  assert.equal(await getText(files, '/f'), 'new');
  assert.deepEqual(readdirSync(folder), ['f']);
});

test('hidden bytes that somebody removed on the machine are no 226', async (t) => {
  const { files, folder } = place(t);
  const handle = await begun(files, '/f', 'x');
  writeFileSync(join(folder, 'stranger'), 'not ours');
  const { renameSync } = await import('node:fs');
  renameSync(join(folder, 'stranger'), join(folder, partialName('f')));
  await fails('busy', () => handle.finish());
  await fails('not-found', () => files.stat('/f'));
});

test('a folder that takes the name before the end', async (t) => {
  const { files, folder } = place(t);
  const handle = await begun(files, '/f', 'x');
  await files.makeDirectory('/f');
  await fails('is-a-directory', () => handle.finish());
  assert.deepEqual(readdirSync(folder), ['f']);
});

test('the folder is moved in the middle: the file is in it', async (t) => {
  const { files, folder } = place(t);
  await files.makeDirectory('/d');
  const handle = await begun(files, '/d/f', 'x');
  await files.rename('/d', '/e');
  await handle.finish();
  assert.equal(await getText(files, '/e/f'), 'x');
  assert.deepEqual(readdirSync(join(folder, 'e')), ['f']);
});

test('a symlink stays, and the file that it leads to is exchanged', async (t) => {
  const { files, folder } = place(t);
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
  const { files, folder } = place(t, { overwrite: 'rename-old' });
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

test('attack: the hidden name is neither listed, read, written, made, removed, renamed nor linked to', async (t) => {
  const { files, folder } = place(t);
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
  const { files, folder } = place(t);
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

test('uploads leave no descriptor behind', { skip: process.platform !== 'linux' }, async (t) => {
  const { files } = place(t);
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
