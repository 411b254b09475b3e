import assert from 'node:assert/strict';
import { FilesError } from '../src/files/files.ts';
import type { Law } from './files-contract-content.ts';
import { fails, get, getText, listAll, names, put } from './files-support.ts';

export function directories(law: Law): void {
  law('directories are made, listed and removed', async (files) => {
    assert.equal(await files.makeDirectory('/a'), '/a');
    assert.equal(await files.makeDirectory('/a/b'), '/a/b');
    await put(files, '/a/f', 'x');
    assert.deepEqual(await names(files, '/'), ['a']);
    assert.deepEqual(await names(files, '/a'), ['b', 'f']);
    assert.deepEqual(await names(files, '/a/b'), []);
    await fails('exists', () => files.makeDirectory('/a'));
    await fails('exists', () => files.makeDirectory('/a/f'));
    await fails('exists', () => files.makeDirectory('/'));
    await fails('not-found', () => files.makeDirectory('/none/x'));
    await fails('not-a-directory', () => files.makeDirectory('/a/f/x'));
    await fails('not-empty', () => files.removeDirectory('/a'));
    await fails('not-a-directory', () => files.removeDirectory('/a/f'));
    await fails('is-a-directory', () => files.removeFile('/a/b'));
    await fails('not-found', () => files.removeFile('/none'));
    await fails('not-found', () => files.removeDirectory('/none'));
    await fails('denied', () => files.removeDirectory('/'));
    await fails('denied', () => files.removeFile('/'));
    await files.removeDirectory('/a/b');
    await files.removeFile('/a/f');
    await files.removeDirectory('/a');
    assert.deepEqual(await names(files, '/'), []);
  });

  law('a directory of many entries is listed in batches, each name once', async (files) => {
    const made: string[] = [];
    for (let i = 0; i < 1100; i++) made.push(`file-${String(i).padStart(4, '0')}`);
    for (const name of made) await put(files, `/${name}`, '');
    const listed: string[] = [];
    let batches = 0;
    for await (const batch of files.list('/')) {
      batches++;
      for (const entry of batch) listed.push(entry.name);
    }
    assert.deepEqual(listed.sort(), made);
    assert.ok(batches > 2, `${batches} batches`);
  });

  law('a listing survives entries that vanish, and may be left before its end', async (files) => {
    for (let i = 0; i < 600; i++) await put(files, `/v${i}`, '');
    let seen = 0;
    for await (const batch of files.list('/')) {
      const isFirst = seen === 0;
      seen += batch.length;
      // Later batches may have been read ahead, and name what is gone by now.
      if (!isFirst) continue;
      for (let i = 0; i < 600; i++) {
        const path = `/v${i}`;
        if (!batch.some((entry) => entry.name === `v${i}`)) await files.removeFile(path);
      }
    }
    assert.ok(seen >= 1 && seen <= 600);
    for await (const _ of files.list('/')) break;
  });

  law('what is no directory is not listed', async (files) => {
    await put(files, '/f', 'x');
    await fails('not-a-directory', () => listAll(files, '/f'));
    await fails('not-found', () => listAll(files, '/none'));
  });
}

export function renaming(law: Law): void {
  law('files and folders are moved, and a file replaces a file', async (files) => {
    await files.makeDirectory('/d');
    await put(files, '/a', 'A');
    await put(files, '/b', 'B');
    await files.rename('/a', '/d/c');
    await files.rename('/b', '/d/c');
    assert.equal(await getText(files, '/d/c'), 'B');
    await files.rename('/d', '/e');
    assert.equal(await getText(files, '/e/c'), 'B');
    await fails('not-found', () => files.stat('/d/c'));
    await files.rename('/e', '/e');
    assert.deepEqual(await names(files, '/'), ['e']);
  });

  law('what cannot be moved says why', async (files) => {
    await files.makeDirectory('/d');
    await files.makeDirectory('/full');
    await put(files, '/full/x', '');
    await put(files, '/f', '');
    await fails('not-found', () => files.rename('/none', '/x'));
    await fails('not-found', () => files.rename('/f', '/none/x'));
    await fails('is-a-directory', () => files.rename('/f', '/d'));
    await fails('not-a-directory', () => files.rename('/d', '/f'));
    await fails('not-empty', () => files.rename('/d', '/full'));
    await fails('denied', () => files.rename('/d', '/d/inside'));
    await fails('denied', () => files.rename('/', '/x'));
    await fails('denied', () => files.rename('/d', '/'));
    await files.rename('/full', '/d');
    assert.deepEqual(await names(files, '/d'), ['x']);
  });

  law('a folder moved while paths through it are in use', async (files) => {
    await files.makeDirectory('/a');
    await files.makeDirectory('/a/b');
    await put(files, '/a/b/f', 'first');
    assert.equal(await getText(files, '/a/b/f'), 'first');
    await files.rename('/a', '/z');
    await fails('not-found', () => files.openRead('/a/b/f'));
    await files.makeDirectory('/a');
    await files.makeDirectory('/a/b');
    await put(files, '/a/b/f', 'second');
    assert.equal(await getText(files, '/a/b/f'), 'second');
    assert.equal(await getText(files, '/z/b/f'), 'first');
  });
}

export function links(law: Law): void {
  law(
    'symlinks inside are followed, listed as such, and removed without what they lead to',
    async (files) => {
      if (files.symlink === undefined || files.lstat === undefined) return;
      await files.makeDirectory('/d');
      await files.makeDirectory('/d/e');
      await put(files, '/d/f', 'content');
      await files.symlink('d/f', '/relative');
      await files.symlink('/d/f', '/d/e/absolute');
      await files.symlink('../..', '/d/e/up');
      await files.symlink('d', '/folder');
      assert.equal(await getText(files, '/relative'), 'content');
      assert.equal(await getText(files, '/d/e/absolute'), 'content');
      assert.equal(await getText(files, '/folder/e/up/folder/f'), 'content');
      assert.deepEqual(await names(files, '/folder'), ['e', 'f']);
      assert.equal((await files.stat('/relative')).size, 7);
      assert.equal((await files.stat('/folder')).type, 'directory');
      assert.equal((await files.lstat('/relative')).type, 'symlink');
      assert.equal((await files.lstat('/relative')).target, 'd/f');
      const listed = (await listAll(files, '/')).find((entry) => entry.name === 'folder');
      assert.equal(listed?.type, 'symlink');
      assert.equal(listed?.target, 'd');
      await put(files, '/relative', 'changed');
      assert.equal(await getText(files, '/d/f'), 'changed');
      await files.removeFile('/folder');
      assert.deepEqual(await names(files, '/d'), ['e', 'f']);
      await fails('not-a-directory', () => files.removeDirectory('/relative'));
      await fails('exists', () => files.symlink?.('x', '/relative'));
    },
  );

  law('attack: symlinks in a circle, and chains without end', async (files) => {
    if (files.symlink === undefined) return;
    await files.symlink('b', '/a');
    await files.symlink('a', '/b');
    await files.symlink('self/x', '/self');
    await fails('loop', () => files.stat('/a'));
    await fails('loop', () => files.openRead('/a'));
    await fails('loop', () => files.prepareWrite('/a', { kind: 'replace' }));
    await fails('loop', () => listAll(files, '/a'));
    await fails('loop', () => files.stat('/self/y'));
    await files.removeFile('/a');
  });

  law('a symlink to nothing', async (files) => {
    if (files.symlink === undefined) return;
    await files.symlink('nothing', '/dangling');
    await fails('not-found', () => files.stat('/dangling'));
    await fails('not-found', () => files.openRead('/dangling'));
    assert.deepEqual(await names(files, '/'), ['dangling']);
  });
}

export function facts(law: Law): void {
  law('facts of files and folders', async (files) => {
    const before = Date.now() - 2000;
    await files.makeDirectory('/d');
    await put(files, '/d/f', '12345');
    const file = await files.stat('/d/f');
    assert.equal(file.name, 'f');
    assert.equal(file.type, 'file');
    assert.equal(file.size, 5);
    assert.ok(file.modified !== undefined && file.modified >= before && file.modified <= Date.now() + 2000);
    assert.equal((await files.stat('/d')).type, 'directory');
    assert.equal((await files.stat('/')).type, 'directory');
    const listed = (await listAll(files, '/d'))[0];
    assert.equal(listed?.name, 'f');
    assert.equal(listed?.size, 5);
    assert.equal(listed?.modified, file.modified);
    assert.equal(listed?.unique, file.unique);
  });

  law('times and modes are set where the backend can', async (files) => {
    await put(files, '/f', 'x');
    await files.makeDirectory('/d');
    await files.setModified?.('/f', Date.UTC(2001, 1, 3, 4, 5, 6));
    await files.setModified?.('/d', Date.UTC(1969, 11, 31));
    if (files.setModified !== undefined) {
      assert.equal((await files.stat('/f')).modified, Date.UTC(2001, 1, 3, 4, 5, 6));
      assert.equal((await files.stat('/d')).modified, Date.UTC(1969, 11, 31));
      await fails('not-found', () => files.setModified?.('/none', 0));
    }
    if (files.chmod === undefined) return;
    await files.chmod('/f', 0o640);
    await files.chmod('/d', 0o750);
    assert.equal(((await files.stat('/f')).mode ?? 0) & 0o777, 0o640);
    assert.equal(((await files.stat('/d')).mode ?? 0) & 0o777, 0o750);
    await files.chmod('/f', 0o4777);
    assert.equal((await files.stat('/f')).mode, 0o777);
  });

  law('free space is told where the backend can', async (files) => {
    const free = await files.space?.('/');
    if (free !== undefined) assert.ok(free > 0);
  });
}

const oddNames = [
  'with space',
  ' leading',
  '-dash',
  '--help',
  '"quotes"',
  "it's",
  '*?[glob]',
  'tab\tin',
  'caf\u00e9',
  '\u6587\u4ef6',
  '\ud83d\ude00',
  'latin1-\udce9\udce8', // é è in ISO 8859-1
  'gbk-\udcce\u013c\udcfe', // 文件 in GBK: CE C4 BC FE, of which C4 BC happens to be UTF-8
  'half-\udcc3',
  'replacement-\ufffd',
  '...',
  'percent%41',
  'semi;colon',
];

export function hostile(law: Law): void {
  law('names in any bytes are stored, listed, read, renamed and removed', async (files) => {
    for (const name of oddNames) await put(files, `/${name}`, name);
    assert.deepEqual(await names(files, '/'), [...oddNames].sort());
    await files.makeDirectory('/d\udcff');
    for (const name of oddNames) {
      const content = await get(files, `/${name}`);
      await files.rename(`/${name}`, `/d\udcff/${name}`);
      assert.ok((await get(files, `/d\udcff/${name}`)).equals(content));
      assert.equal((await files.stat(`/d\udcff/${name}`)).name, name);
    }
    assert.deepEqual(await names(files, '/d\udcff'), [...oddNames].sort());
    for (const name of oddNames) await files.removeFile(`/d\udcff/${name}`);
    await files.removeDirectory('/d\udcff');
    assert.deepEqual(await names(files, '/'), []);
  });

  law('attack: paths that are not normalised, and NUL', async (files) => {
    const replace = { kind: 'replace' } as const;
    for (const path of ['', 'x', '/..', '/../x', '/a/../..', '/./x', '//x', '/x/', '/x\0y']) {
      await fails('bad-name', () => files.stat(path));
      await fails('bad-name', () => files.openRead(path));
      await fails('bad-name', () => listAll(files, path));
      await fails('bad-name', () => files.prepareWrite(path, replace));
      await fails('bad-name', () => files.makeDirectory(path));
      await fails('bad-name', () => files.removeFile(path));
      await fails('bad-name', () => files.removeDirectory(path));
      await fails('bad-name', () => files.rename('/x', path));
      await fails('bad-name', () => files.rename(path, '/x'));
    }
  });

  law('attack: folders in folders in folders', async (files) => {
    let path = '';
    let made = 0;
    try {
      for (; made < 300; made++) {
        path += '/d';
        await files.makeDirectory(path);
      }
    } catch (error) {
      assert.ok(error instanceof FilesError && error.kind === 'name-too-long');
    }
    assert.ok(made > 200, `${made}`);
    assert.deepEqual(await names(files, '/d'.repeat(200)), ['d']);
  });

  law('attack: a path of ten thousand folders', async (files) => {
    await fails('not-found', () => files.stat('/x'.repeat(10_000)));
    await fails('name-too-long', () => files.stat(`/${'x'.repeat(20_000)}`));
  });
}
