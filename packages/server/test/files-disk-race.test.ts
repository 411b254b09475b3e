import assert from 'node:assert/strict';
import { once } from 'node:events';
import {
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { Worker } from 'node:worker_threads';
import type { DiskFilesOptions } from '../src/files/disk/disk-files.ts';
import { type Files, FilesError } from '../src/files/files.ts';
import { diskIn, fails, getText, listAll, put, temporaryDirectory } from './files-support.ts';

const linuxOnly = { skip: process.platform === 'linux' ? false : 'only Linux has the walk by handles' };

/** A root with `a/b`, and beside it a folder of the same shape with other content. */
function twins(t: TestContext): { root: string; outside: string } {
  const base = temporaryDirectory(t);
  const [root, outside] = [join(base, 'root'), join(base, 'outside')];
  for (const [top, text] of [
    [join(root, 'a'), 'inside'],
    [outside, 'OUTSIDE!'],
  ] as const) {
    mkdirSync(join(top, 'b'), { recursive: true });
    for (const file of ['f', 'b/f']) writeFileSync(join(top, file), text);
  }
  writeFileSync(join(outside, 'secret'), '');
  writeFileSync(join(outside, 'b', 'secret'), '');
  return { root, outside };
}

/** Exchanges `a` for a symlink to the outside and back, all the time, in another thread. */
async function swapping(root: string, outside: string): Promise<{ swaps(): number; stop(): Promise<void> }> {
  const flags = new SharedArrayBuffer(8);
  const shared = new Int32Array(flags);
  const worker = new Worker(new URL('./swap-worker.mjs', import.meta.url), {
    workerData: { folder: join(root, 'a'), outside, flags },
    execArgv: [],
  });
  await once(worker, 'message');
  return {
    swaps: () => Atomics.load(shared, 1),
    stop: async () => {
      const gone = once(worker, 'exit');
      Atomics.store(shared, 0, 1);
      await gone;
    },
  };
}

/** What happens under a race is right, or one of the refusals of a race. */
async function raced(operation: () => Promise<unknown>): Promise<boolean> {
  try {
    await operation();
    return true;
  } catch (error) {
    if (!(error instanceof FilesError)) throw error;
    assert.ok(['denied', 'not-found', 'busy', 'not-a-directory'].includes(error.kind), error.message);
    return false;
  }
}

type Race = (files: Files, turn: number) => readonly (() => Promise<unknown>)[];

const races: Readonly<Record<string, Race>> = {
  'its files are read': (files) =>
    ['/a/f', '/a/b/f'].map((path) => async () => assert.equal(await getText(files, path), 'inside')),
  'its files are looked at': (files) => [
    async () => assert.equal((await files.stat('/a/f')).size, 6),
    async () => assert.equal((await files.lstat?.('/a/b/f'))?.size, 6),
  ],
  'it is listed': (files) =>
    ['/a', '/a/b'].map((path) => async () => {
      for (const entry of await listAll(files, path)) {
        assert.notEqual(entry.name, 'secret');
        if (entry.name === 'f') assert.equal(entry.size, 6);
      }
    }),
  'files are written into it': (files, turn) => [
    () => put(files, `/a/new${turn % 20}`, 'new'),
    () => put(files, `/a/b/new${turn % 20}`, 'new'),
  ],
  'names in it are changed': (files, turn) => [
    async () => files.makeDirectory(`/a/dir${turn}`),
    async () => files.rename(`/a/dir${turn}`, `/a/b/dir${turn}`),
    async () => files.chmod?.('/a/f', 0o600),
    async () => files.setModified?.('/a/b/f', 1000),
    async () => files.removeDirectory(`/a/b/dir${turn}`),
  ],
};

const ways: readonly (readonly [string, DiskFilesOptions])[] = [
  ['', {}],
  [', thread pool only', { synchronous: 'never' }],
  [', visiting', { changeDirectory: true }],
  // Change times count at once, so that the short paths are taken under the race.
  [', by change times', { now: () => Date.now() + 60_000 }],
];

for (const [way, options] of ways) {
  for (const [what, race] of Object.entries(races)) {
    test(`attack: a folder swapped for a symlink while ${what}${way}`, linuxOnly, async (t) => {
      const { root, outside } = twins(t);
      const files = diskIn(t, root, options);
      const swapper = await swapping(root, outside);
      let done = 0;
      try {
        for (let turn = 0; turn < 200_000 && (done < 40 || swapper.swaps() < 200); turn++) {
          for (const operation of race(files, turn)) if (await raced(operation)) done++;
        }
      } finally {
        await swapper.stop();
      }
      assert.ok(done > 0 && swapper.swaps() > 0, `${done} done, ${swapper.swaps()} swaps`);
      assert.deepEqual(readdirSync(outside).sort(), ['b', 'f', 'secret']);
      assert.deepEqual(readdirSync(join(outside, 'b')).sort(), ['f', 'secret']);
      assert.equal(readFileSync(join(outside, 'f'), 'utf8'), 'OUTSIDE!');
    });
  }
}

/** Until a change made now has a later change time than everything before: old kernels count in steps of milliseconds. */
function clockMoved(directory: string): void {
  const probe = (name: string) => {
    writeFileSync(join(directory, name), '');
    return readStamp(join(directory, name));
  };
  const first = probe('first');
  while (probe('next') <= first);
}

function readStamp(path: string): number {
  return statSync(path).ctimeMs;
}

for (const [way, options] of ways) {
  test(
    `attack: a cached folder carried out of the root, and a symlink to it left behind${way}`,
    linuxOnly,
    async (t) => {
      const { root, outside } = twins(t);
      const files = diskIn(t, root, options);
      for (let i = 0; i < 3; i++) assert.equal(await getText(files, '/a/b/f'), 'inside');
      clockMoved(outside);
      renameSync(join(root, 'a'), join(outside, 'carried'));
      await fails('not-found', () => files.openRead('/a/b/f'));
      symlinkSync(join(outside, 'carried'), join(root, 'a'));
      await fails('denied', () => files.openRead('/a/b/f'));
      await fails('denied', () => files.prepareWrite('/a/b/new', { kind: 'replace' }));
      await fails('denied', () => listAll(files, '/a/b'));
    },
  );

  test(`a folder replaced by another is noticed at once${way}`, linuxOnly, async (t) => {
    const { root, outside } = twins(t);
    const files = diskIn(t, root, options);
    for (let i = 0; i < 3; i++) assert.equal(await getText(files, '/a/b/f'), 'inside');
    clockMoved(outside);
    renameSync(join(root, 'a'), join(root, 'old'));
    mkdirSync(join(root, 'a', 'b'), { recursive: true });
    writeFileSync(join(root, 'a', 'b', 'f'), 'other');
    assert.equal(await getText(files, '/a/b/f'), 'other');
    assert.equal(await getText(files, '/old/b/f'), 'inside');
  });
}

test(
  'attack: the folder above carried out of the root, and a way back up through a symlink',
  linuxOnly,
  async (t) => {
    const { root, outside } = twins(t);
    const files = diskIn(t, root);
    symlinkSync('../f', join(root, 'a', 'b', 'up'));
    assert.equal(await getText(files, '/a/b/up'), 'inside');
    renameSync(join(root, 'a', 'b'), join(root, 'b'));
    renameSync(join(root, 'a'), join(outside, 'carried'));
    mkdirSync(join(root, 'a'));
    renameSync(join(root, 'b'), join(root, 'a', 'b'));
    writeFileSync(join(outside, 'carried', 'f'), 'OUTSIDE!');
    writeFileSync(join(root, 'a', 'f'), 'new inside');
    await fails('busy', () => files.openRead('/a/b/up'));
    assert.equal(await getText(files, '/a/b/up'), 'new inside');
  },
);

test('a listing whose folder is carried out of the root ends there', linuxOnly, async (t) => {
  const { root, outside } = twins(t);
  const files = diskIn(t, root);
  for (let i = 0; i < 4000; i++) writeFileSync(join(root, 'a', `n${i}`), '');
  let batches = 0;
  await fails('busy', async () => {
    for await (const _ of files.list('/a')) {
      if (++batches === 1) renameSync(join(root, 'a'), join(outside, 'carried'));
    }
  });
  // Some had been looked at before, the more so on a busy machine: six batches of at most 256 names, of 16 or more.
  assert.ok(batches <= 8, `${batches} batches`);
});

test('a root that is replaced is noticed within a second', async (t) => {
  const { root } = twins(t);
  let now = Date.now();
  const files = diskIn(t, root, { now: () => now });
  assert.equal(await getText(files, '/a/f'), 'inside');
  renameSync(root, `${root}.old`);
  mkdirSync(join(root, 'a'), { recursive: true });
  writeFileSync(join(root, 'a', 'f'), 'other');
  now += 1000;
  assert.equal(await getText(files, '/a/f'), 'other');
  rmSync(root, { recursive: true });
  now += 1000;
  await fails('not-found', () => files.openRead('/a/f'));
});
