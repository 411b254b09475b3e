import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmdirSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { DiskFiles, type DiskFilesOptions } from '../src/files/disk/disk-files.ts';
import { diskIn, fails, get, getText, listAll, names, put, temporaryDirectory } from './files-support.ts';

/** Skips with a printed reason on a developer's machine; in CI a test that cannot run is a failure. */
function cannot(t: TestContext, reason: string): void {
  if (process.env['CI'] === 'true') assert.fail(`cannot run in CI: ${reason}`);
  t.skip(reason);
}

interface SmallDisk {
  readonly directory: string;
  readonly files: DiskFiles;
}

/** A small tmpfs and files on it, or undefined where none can be mounted. */
function smallDisk(t: TestContext, mountOptions: string, options?: DiskFilesOptions): SmallDisk | undefined {
  const directory = mkdtempSync(join(tmpdir(), 'duoport-disk-'));
  const mount = spawnSync('mount', ['-t', 'tmpfs', '-o', mountOptions, 'tmpfs', directory]);
  const files = new DiskFiles(directory, options);
  t.after(() => {
    files.close();
    if (mount.status === 0) execFileSync('umount', ['--lazy', directory]);
    rmdirSync(directory);
  });
  return mount.status === 0 ? { directory, files } : undefined;
}

for (const synchronous of ['measured', 'never'] as const) {
  test(`disk full on a small tmpfs, ${synchronous}`, async (t) => {
    const disk = smallDisk(t, 'size=256k', { synchronous });
    if (disk === undefined) return cannot(t, 'a tmpfs can only be mounted by root');
    const { files } = disk;
    assert.ok(((await files.space('/')) ?? 0) <= 256 * 1024);
    const handle = await (await files.prepareWrite('/big', { kind: 'replace' })).open();
    const chunk = new Uint8Array(48 * 1024).fill(7);
    let at = 0;
    const error = await fails('no-space', async () => {
      for (; at < 2 ** 20; at += chunk.length) await handle.write([chunk], at);
    });
    assert.equal(error.path, '/big');
    await handle.abandon();
    const arrived = (await files.stat('/big')).size ?? 0;
    assert.ok(arrived >= at && arrived > 100_000, `${arrived} of ${at}`);
    assert.ok((await get(files, '/big')).every((byte) => byte === 7));
    await files.removeFile('/big');
    await put(files, '/small', 'fits again');
    assert.equal(await getText(files, '/small'), 'fits again');
  });
}

test('disk full of names', async (t) => {
  const disk = smallDisk(t, 'size=256k,nr_inodes=8');
  if (disk === undefined) return cannot(t, 'a tmpfs can only be mounted by root');
  const { files } = disk;
  await fails('no-space', async () => {
    for (let i = 0; i < 10; i++) await put(files, `/f${i}`, '');
  });
  await fails('no-space', () => files.makeDirectory('/d'));
});

test('a disk that may only be read', async (t) => {
  const disk = smallDisk(t, 'size=256k');
  if (disk === undefined) return cannot(t, 'a tmpfs can only be mounted by root');
  const { directory, files } = disk;
  await put(files, '/f', 'x');
  execFileSync('mount', ['-o', 'remount,ro', directory]);
  const plan = async () => (await files.prepareWrite('/f', { kind: 'replace' })).open();
  await fails('read-only', plan);
  await fails('read-only', () => files.makeDirectory('/d'));
  await fails('read-only', () => files.removeFile('/f'));
  assert.equal(await getText(files, '/f'), 'x');
});

test('permission denied', async (t) => {
  const directory = temporaryDirectory(t);
  mkdirSync(join(directory, 'locked'));
  mkdirSync(join(directory, 'blind'));
  writeFileSync(join(directory, 'locked', 'f'), '');
  writeFileSync(join(directory, 'blind', 'f'), '');
  writeFileSync(join(directory, 'secret'), 'x', { mode: 0o000 });
  chmodSync(directory, 0o555);
  chmodSync(join(directory, 'locked'), 0o000);
  chmodSync(join(directory, 'blind'), 0o444);
  const superuser = process.geteuid?.() === 0;
  const files = diskIn(t, directory);
  if (superuser) process.seteuid?.(65534);
  try {
    await fails('denied', () => files.openRead('/secret'));
    const write = async (path: string) => (await files.prepareWrite(path, { kind: 'append' })).open();
    await fails('denied', () => write('/secret'));
    await fails('denied', () => write('/new'));
    await fails('denied', () => files.makeDirectory('/new'));
    await fails('denied', () => files.removeFile('/secret'));
    await fails('denied', () => files.rename('/secret', '/new'));
    await fails('denied', () => files.stat('/locked/f'));
    await fails('denied', () => listAll(files, '/locked'));
    if (superuser) await fails('denied', () => files.chmod('/secret', 0o777));
    assert.deepEqual(await names(files, '/'), ['blind', 'locked', 'secret']);
    // A folder that may be read but not entered has names and nothing more.
    assert.deepEqual(await listAll(files, '/blind'), [{ name: 'f', type: 'file' }]);
  } finally {
    if (superuser) process.seteuid?.(0);
    chmodSync(directory, 0o755);
    for (const folder of ['locked', 'blind']) chmodSync(join(directory, folder), 0o755);
  }
});

test('a folder that may be entered but not read', async (t) => {
  const directory = temporaryDirectory(t);
  mkdirSync(join(directory, 'hidden'));
  writeFileSync(join(directory, 'hidden', 'known'), 'found');
  chmodSync(directory, 0o755);
  chmodSync(join(directory, 'hidden'), 0o711);
  if (process.geteuid?.() !== 0) return cannot(t, 'only root can become another user');
  const files = diskIn(t, directory);
  process.seteuid?.(65534);
  try {
    assert.equal(await getText(files, '/hidden/known'), 'found');
    await fails('denied', () => listAll(files, '/hidden'));
  } finally {
    process.seteuid?.(0);
  }
});

test('attack: a FIFO, a device and a socket neither open nor hang', { timeout: 10_000 }, async (t) => {
  const directory = temporaryDirectory(t);
  const files = diskIn(t, directory);
  execFileSync('mkfifo', [join(directory, 'fifo')]);
  const special = ['/fifo'];
  if (spawnSync('mknod', [join(directory, 'zero'), 'c', '1', '5']).status === 0) special.push('/zero');
  symlinkSync('fifo', join(directory, 'link'));
  special.push('/link');
  for (const path of special) {
    await fails('not-a-file', () => files.openRead(path));
    for (const how of [{ kind: 'replace' }, { kind: 'append' }, { kind: 'resume', offset: 0 }] as const) {
      await fails('not-a-file', () => files.prepareWrite(path, how));
    }
  }
  const plan = await files.prepareWrite('/later', { kind: 'replace' });
  execFileSync('mkfifo', [join(directory, 'later')]);
  await fails('not-a-file', () => plan.open());
  assert.equal((await files.stat('/fifo')).type, 'other');
});

test('a name that is taken between choosing and making it is not overwritten', async (t) => {
  const directory = temporaryDirectory(t);
  const files = diskIn(t, directory);
  const plan = await files.prepareWrite('/u', { kind: 'unique' });
  writeFileSync(join(directory, plan.path), 'mine');
  await fails('exists', () => plan.open());
  assert.equal(readFileSync(join(directory, plan.path), 'utf8'), 'mine');
});

test('a file cut short while it is being read ends early', async (t) => {
  const directory = temporaryDirectory(t);
  const files = diskIn(t, directory);
  writeFileSync(join(directory, 'f'), Buffer.alloc(300_000, 1));
  const handle = await files.openRead('/f');
  writeFileSync(join(directory, 'f'), 'short');
  const into = new Uint8Array(100_000);
  assert.equal(await handle.read(into, 0), 5);
  assert.equal(await handle.read(into, 5), 0);
  await handle.close();
});

test('closing under a read and giving up under a write wait for it', async (t) => {
  const directory = temporaryDirectory(t);
  const files = diskIn(t, directory, { synchronous: 'never' });
  writeFileSync(join(directory, 'f'), Buffer.alloc(2 ** 20, 1));
  for (let i = 0; i < 20; i++) {
    const reader = await files.openRead('/f');
    const read = reader.read(new Uint8Array(2 ** 20), 0);
    const closed = reader.close();
    assert.equal(await read, 2 ** 20);
    await closed;
    const writer = await (await files.prepareWrite('/g', { kind: 'replace' })).open();
    const written = Promise.resolve(writer.write([new Uint8Array(2 ** 20).fill(2)], 0)).catch(() => {});
    await writer.abandon();
    await written;
    assert.equal(statSync(join(directory, 'g')).size, 2 ** 20);
  }
});

test('failed and finished operations leave no descriptor behind', {
  skip: process.platform !== 'linux',
}, async (t) => {
  const directory = temporaryDirectory(t);
  const open = () => readdirSync('/proc/self/fd').length;
  for (const synchronous of ['measured', 'never'] as const) {
    const files = diskIn(t, directory, { synchronous });
    await files.makeDirectory('/d');
    execFileSync('mkfifo', [join(directory, 'd', 'fifo')]);
    const before = open();
    for (let i = 0; i < 50; i++) {
      await put(files, '/d/f', 'x');
      await getText(files, '/d/f');
      await listAll(files, '/d');
      for await (const _ of files.list('/d')) break;
      await fails('is-a-directory', () => files.openRead('/d'));
      await fails('not-a-file', () => files.openRead('/d/fifo'));
      await fails('not-found', () => files.openRead('/d/none'));
      await fails('not-a-directory', () => listAll(files, '/d/f'));
      await fails('not-a-directory', () => files.stat('/d/f/x'));
      await files.chmod('/d/f', 0o600);
      await files.rename('/d/f', '/d/g');
      await files.removeFile('/d/g');
    }
    files.close();
    await fails('not-found', () => files.stat('/none'));
    files.close();
    assert.ok(open() <= before, `${open()} open, ${before} before`);
    rmSync(join(directory, 'd'), { recursive: true });
  }
});

test('a thousand folders in use keep few descriptors open', {
  skip: process.platform !== 'linux',
}, async (t) => {
  const files = diskIn(t, temporaryDirectory(t));
  const before = readdirSync('/proc/self/fd').length;
  for (let i = 0; i < 1000; i++) {
    await files.makeDirectory(`/${i}`);
    await put(files, `/${i}/f`, String(i));
  }
  for (let i = 0; i < 1000; i += 7) assert.equal(await getText(files, `/${i}/f`), String(i));
  assert.ok(readdirSync('/proc/self/fd').length - before <= 140);
});

test('many sessions at once in the thread pool', async (t) => {
  const files = diskIn(t, temporaryDirectory(t), { synchronous: 'never' });
  await Promise.all(
    Array.from({ length: 200 }, async (_, i) => {
      await files.makeDirectory(`/${i}`);
      await files.makeDirectory(`/${i}/deep`);
      await put(files, `/${i}/deep/f`, String(i));
      assert.equal(await getText(files, `/${i}/deep/f`), String(i));
      await files.rename(`/${i}/deep`, `/${i}/moved`);
      assert.deepEqual(await names(files, `/${i}/moved`), ['f']);
      await files.removeFile(`/${i}/moved/f`);
      await files.removeDirectory(`/${i}/moved`);
      await files.removeDirectory(`/${i}`);
    }),
  );
  assert.deepEqual(await names(files, '/'), []);
});

test('messages name paths of the store, never of the machine', async (t) => {
  const directory = temporaryDirectory(t);
  const files = diskIn(t, directory);
  const error = await fails('not-found', () => files.openRead('/none/x'));
  assert.equal(error.message, 'No such file or directory: /none/x');
  assert.ok(error.cause instanceof Error);
});
