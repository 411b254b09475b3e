import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { type Files, FilesError } from '../src/files/files.ts';
import { hashFile } from '../src/files/hash.ts';
import { bytes, fails, get, getText, listAll, names, put } from './files-support.ts';

/** What every backend of `Files` must do. `make` gives an empty store. */
export function filesContract(name: string, make: (t: TestContext) => Files): void {
  const law = (what: string, check: (files: Files) => Promise<void>) =>
    test(`${name}: ${what}`, (t) => check(make(t)));
  reading(law);
  writing(law);
  resuming(law);
  directories(law);
  renaming(law);
  links(law);
  facts(law);
  hostile(law);
}

type Law = (what: string, check: (files: Files) => Promise<void>) => void;

function reading(law: Law): void {
  law('what was written is read again, at any position and in any portion', async (files) => {
    await put(files, '/a.txt', 'hello world');
    assert.equal(await getText(files, '/a.txt'), 'hello world');
    assert.equal((await get(files, '/a.txt', 3)).toString(), 'hello world');
    const handle = await files.openRead('/a.txt');
    const into = new Uint8Array(4);
    assert.equal(handle.size, 11);
    assert.equal(await handle.read(into, 6), 4);
    assert.deepEqual(into, bytes('worl'));
    assert.equal(await handle.read(into, 11), 0);
    assert.equal(await handle.read(into, 1000), 0);
    await handle.close();
    await handle.close();
  });

  law('a large file, whole and hashed over a range', async (files) => {
    const content = Buffer.alloc(3_000_000, Buffer.from('0123456789abcdefg'));
    await put(files, '/big', content);
    assert.ok((await get(files, '/big', 1 << 20)).equals(content));
    const whole = await hashFile(files, { path: '/big', algorithm: 'MD5' });
    assert.equal(whole.end, 3_000_000);
    const part = await hashFile(files, { path: '/big', algorithm: 'CRC32', start: 0, end: 9 });
    assert.deepEqual(part, { digest: '37fad1ba', start: 0, end: 9 });
    await fails('bad-offset', () => hashFile(files, { path: '/big', algorithm: 'MD5', start: 3_000_001 }));
  });

  law('an empty file is a file', async (files) => {
    await put(files, '/empty', '');
    assert.equal((await get(files, '/empty')).length, 0);
    assert.equal((await files.stat('/empty')).size, 0);
  });

  law('a file removed while it is being read is read to its end', async (files) => {
    await put(files, '/gone', 'still here');
    const handle = await files.openRead('/gone');
    await files.removeFile('/gone');
    const into = new Uint8Array(100);
    assert.equal(await handle.read(into, 0), 10);
    await handle.close();
    await fails('not-found', () => files.openRead('/gone'));
  });

  law('what cannot be read says why', async (files) => {
    await files.makeDirectory('/d');
    await put(files, '/f', 'x');
    await fails('not-found', () => files.openRead('/none'));
    await fails('not-found', () => files.openRead('/none/none'));
    await fails('is-a-directory', () => files.openRead('/d'));
    await fails('is-a-directory', () => files.openRead('/'));
    await fails('not-a-directory', () => files.openRead('/f/x'));
    await fails('not-found', () => files.stat('/none'));
    await fails('not-a-directory', () => files.stat('/f/x'));
  });
}

function writing(law: Law): void {
  law('preparing to write touches nothing', async (files) => {
    await put(files, '/old', 'content');
    for (const how of [
      { kind: 'replace' },
      { kind: 'append' },
      { kind: 'resume', offset: 0 },
      { kind: 'unique' },
    ] as const) {
      await files.prepareWrite('/old', how);
      await files.prepareWrite('/new', how);
    }
    assert.deepEqual(await names(files, '/'), ['old']);
    assert.equal(await getText(files, '/old'), 'content');
  });

  law('a file is replaced, appended to, and made when it is not there', async (files) => {
    assert.equal(await put(files, '/f', 'long content'), '/f');
    await put(files, '/f', 'short');
    assert.equal(await getText(files, '/f'), 'short');
    await put(files, '/f', ' and more', { kind: 'append' });
    assert.equal(await getText(files, '/f'), 'short and more');
    await put(files, '/g', 'made', { kind: 'append' });
    assert.equal(await getText(files, '/g'), 'made');
  });

  law('several chunks in one write, and writes one behind the other', async (files) => {
    const handle = await (await files.prepareWrite('/f', { kind: 'replace' })).open();
    await handle.write([bytes('ab'), bytes(''), bytes('cde')], 0);
    await handle.write([bytes('f')], 5);
    await handle.write([new Uint8Array(200_000).fill(0x67), new Uint8Array(100_000).fill(0x68)], 6);
    await handle.write([], 300_006);
    await handle.finish();
    const content = await get(files, '/f');
    assert.equal(content.subarray(0, 7).toString(), 'abcdefg');
    assert.equal(content.length, 300_006);
    assert.equal(content[200_005], 0x67);
    assert.equal(content[200_006], 0x68);
  });

  law('a unique name is new each time and begins with the one asked for', async (files) => {
    await put(files, '/u', 'first');
    const one = await put(files, '/u', 'second', { kind: 'unique' });
    const two = await put(files, '/u', 'third', { kind: 'unique' });
    assert.notEqual(one, two);
    assert.ok(one.startsWith('/u') && two.startsWith('/u') && one !== '/u' && two !== '/u');
    assert.equal(await getText(files, '/u'), 'first');
    assert.equal(await getText(files, one), 'second');
  });

  law('an unfinished upload keeps what has arrived', async (files) => {
    const handle = await (await files.prepareWrite('/part', { kind: 'replace' })).open();
    await handle.write([bytes('half')], 0);
    await handle.abandon();
    await handle.abandon();
    assert.equal(await getText(files, '/part'), 'half');
  });

  law('what cannot be written says why before anything is opened', async (files) => {
    await files.makeDirectory('/d');
    await put(files, '/f', 'x');
    const replace = { kind: 'replace' } as const;
    await fails('is-a-directory', () => files.prepareWrite('/d', replace));
    await fails('is-a-directory', () => files.prepareWrite('/', replace));
    await fails('not-a-directory', () => files.prepareWrite('/f/x', replace));
    await fails('not-found', () => files.prepareWrite('/none/x', replace));
    await fails('name-too-long', () => files.prepareWrite(`/${'n'.repeat(256)}`, replace));
    await fails('name-too-long', () => files.prepareWrite(`/${'\u00e9'.repeat(128)}`, replace));
  });

  law('a folder put in the place of the file before it was opened', async (files) => {
    const plan = await files.prepareWrite('/x', { kind: 'replace' });
    await files.makeDirectory('/x');
    await fails('is-a-directory', () => plan.open());
  });
}

function resuming(law: Law): void {
  law('an upload goes on at its end, and cuts off what stands behind its offset', async (files) => {
    await put(files, '/f', '0123456789');
    await put(files, '/f', 'AB', { kind: 'resume', offset: 10 });
    assert.equal(await getText(files, '/f'), '0123456789AB');
    await put(files, '/f', 'xy', { kind: 'resume', offset: 4 });
    assert.equal(await getText(files, '/f'), '0123xy');
    await put(files, '/f', 'new', { kind: 'resume', offset: 0 });
    assert.equal(await getText(files, '/f'), 'new');
  });

  law('an offset beyond the end is refused, before and at opening', async (files) => {
    await put(files, '/f', '0123');
    await fails('bad-offset', () => files.prepareWrite('/f', { kind: 'resume', offset: 5 }));
    await fails('bad-offset', () => files.prepareWrite('/none', { kind: 'resume', offset: 1 }));
    const plan = await files.prepareWrite('/f', { kind: 'resume', offset: 4 });
    await put(files, '/f', '01');
    await fails('bad-offset', () => plan.open());
    assert.equal(await getText(files, '/f'), '01');
  });

  law('an append starts at the size of the file', async (files) => {
    await put(files, '/f', '0123');
    const handle = await (await files.prepareWrite('/f', { kind: 'append' })).open();
    assert.equal(handle.offset, 4);
    await handle.write([bytes('45')], 4);
    await handle.finish();
    assert.equal(await getText(files, '/f'), '012345');
  });
}

function directories(law: Law): void {
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
      seen += batch.length;
      if (seen > 300) continue;
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

function renaming(law: Law): void {
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

function links(law: Law): void {
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

function facts(law: Law): void {
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

function hostile(law: Law): void {
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
