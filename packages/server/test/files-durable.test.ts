import assert from 'node:assert/strict';
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { basename } from 'node:path';
import { test } from 'node:test';
import { partialName } from '../src/files/disk/uploads/upload-names.ts';

// What the disk is asked for, in the order in which it is asked: fsync of what the descriptor is, and every change of a name.
const asked: string[] = [];
const { fsync, renameSync, unlinkSync } = fs;
let failing = false;
const told = (what: string, path: fs.PathLike) => asked.push(`${what} ${shown(basename(String(path)))}`);
fs.fsync = ((fd, done) => {
  told('fsync', fs.readlinkSync(`/proc/self/fd/${fd}`));
  if (failing) setImmediate(done, Object.assign(new Error('no'), { code: 'EIO' }));
  else fsync(fd, done);
}) as typeof fsync;
fs.renameSync = (from, to) => {
  told('rename', to);
  renameSync(from, to);
};
fs.unlinkSync = (path) => {
  told('unlink', path);
  unlinkSync(path);
};
syncBuiltinESMExports();
const { DiskFiles } = await import('../src/files/disk/disk-files.ts');
const { temporaryDirectory } = await import('./files-support.ts');

function shown(name: string): string {
  const partial = partialName('f');
  if (name === partial) return 'hidden';
  return name.startsWith(partial) ? 'own' : name.startsWith('duoport-files-') ? 'folder' : name;
}

async function store(files: InstanceType<typeof DiskFiles>, path: string): Promise<void> {
  const handle = await (await files.prepareWrite(path, { kind: 'replace' })).open();
  await handle.write([Buffer.from('x')], 0);
  await handle.finish();
}

const skip = process.platform === 'linux' ? {} : { skip: 'the names come from /proc' };

test('226 waits for the file, its name and its folder, in this order', skip, async (t) => {
  const expected = {
    'direct none': [],
    'direct fsync': ['fsync f', 'fsync folder'],
    'atomic none': ['rename own', 'rename f'],
    'atomic fsync': ['fsync hidden', 'rename own', 'rename f', 'fsync folder'],
  } as const;
  for (const [name, order] of Object.entries(expected)) {
    const [mode, durability] = name.split(' ') as ['direct' | 'atomic', string];
    const files = new DiskFiles(temporaryDirectory(t), {
      durable: durability === 'fsync',
      uploads: { mode, sweepEvery: Number.POSITIVE_INFINITY },
    });
    asked.length = 0;
    await store(files, '/f');
    assert.deepEqual(asked, order, name);
    files.close();
  }
});

test('so do folders that are made, and names that are changed and removed', skip, async (t) => {
  const files = new DiskFiles(temporaryDirectory(t), { durable: true });
  t.after(() => files.close());
  asked.length = 0;
  await files.makeDirectory('/d');
  await store(files, '/f');
  await files.rename('/f', '/d/g');
  await files.removeFile('/d/g');
  await files.removeDirectory('/d');
  assert.deepEqual(asked, [
    'fsync folder',
    'fsync f',
    'fsync folder',
    'rename g',
    'fsync d',
    'fsync folder',
    'unlink g',
    'fsync d',
    'fsync folder',
  ]);
});

test('an fsync that fails is no 226', skip, async (t) => {
  for (const mode of ['direct', 'atomic'] as const) {
    const folder = temporaryDirectory(t);
    const files = new DiskFiles(folder, { durable: true, uploads: { mode } });
    const handle = await (await files.prepareWrite('/f', { kind: 'replace' })).open();
    await handle.write([Buffer.from('x')], 0);
    assert.equal(openIn(folder).length, 1);
    failing = true;
    await assert.rejects(async () => handle.finish(), { kind: 'io' });
    failing = false;
    assert.deepEqual(openIn(folder), []);
    files.close();
  }
});

/** Files of a folder that this process has open. */
function openIn(folder: string): readonly string[] {
  return fs.readdirSync('/proc/self/fd').flatMap((fd) => {
    try {
      const path = fs.readlinkSync(`/proc/self/fd/${fd}`);
      return path.startsWith(`${folder}/`) ? [path] : [];
    } catch {
      // The one that read the list.
      return [];
    }
  });
}
