import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { type Files, FilesError, type WriteHandle, type WriteHow } from '../files/files.ts';
import { MemoryFiles } from '../files/memory/memory-files.ts';
import { joinPath } from '../files/paths.ts';
import { counted } from './counted-files.ts';
import { MemoryUsage } from './memory-usage.ts';
import { OpenFiles } from './open-files.ts';
import type { Amount, Quota } from './usage.ts';
import { AccountBook, UsageBooks } from './usage-books.ts';

/** One account, and another session of it. */
function accountWith(quota: Quota, memory = new MemoryFiles()) {
  const usage = new MemoryUsage();
  const book = new AccountBook(new UsageBooks(usage), 'a', quota);
  const open = new OpenFiles();
  return { usage, book, memory, files: counted(memory, book, open), other: counted(memory, book, open) };
}

async function put(files: Files, path: string, text: string | number, how: WriteHow = { kind: 'replace' }) {
  const bytes = typeof text === 'number' ? new Uint8Array(text) : new TextEncoder().encode(text);
  const handle = await (await files.prepareWrite(path, how)).open();
  try {
    await handle.write([bytes], handle.offset);
    await handle.finish();
  } catch (error) {
    await handle.abandon();
    throw error;
  }
}

/** What really is there. */
async function measured(files: Files, path = '/'): Promise<Amount> {
  let [bytes, count] = [0, 0];
  for await (const batch of files.list(path)) {
    for (const entry of batch) {
      count += 1;
      if (entry.type === 'file') bytes += entry.size ?? 0;
      if (entry.type !== 'directory') continue;
      const below = await measured(files, joinPath(path, entry.name));
      bytes += below.bytes;
      count += below.files;
    }
  }
  return { bytes, files: count };
}

const quotaError = (message: RegExp) => (error: unknown) =>
  error instanceof FilesError && error.kind === 'quota' && message.test(error.message);

test('every way to store and remove is booked as it is on the disk', async () => {
  const { files, usage, memory } = accountWith({ bytes: 1_000_000, files: 100 });
  const same = async (bytes: number, count: number) => {
    const { used, held } = await usage.look('a');
    assert.deepEqual(used, { bytes, files: count });
    assert.deepEqual(held, { bytes: 0, files: 0 });
    assert.deepEqual(await measured(memory), used);
  };
  await put(files, '/f', 1000);
  await same(1000, 1);
  await put(files, '/f', 300);
  await same(300, 1);
  await put(files, '/f', 50, { kind: 'append' });
  await put(files, '/g', 50, { kind: 'append' });
  await same(400, 2);
  await put(files, '/f', 10, { kind: 'resume', offset: 100 });
  await same(160, 2);
  await put(files, '/u', 5, { kind: 'unique' });
  await files.makeDirectory('/d');
  await files.symlink?.('f', '/l');
  await same(165, 5);
  await files.rename('/f', '/g');
  await same(115, 4);
  await files.rename('/g', '/d/g');
  await files.removeFile('/l');
  await same(115, 3);
  await assert.rejects(async () => files.removeDirectory('/d'), FilesError);
  await assert.rejects(async () => files.makeDirectory('/d'), FilesError);
  await assert.rejects(async () => files.removeFile('/none'), FilesError);
  await same(115, 3);
  await files.removeFile('/d/g');
  await files.removeDirectory('/d');
  await same(5, 1);
});

test('an upload gets the last byte there is, and says what is left when there is none', async () => {
  const { files, usage, memory } = accountWith({ bytes: 1000 });
  await put(files, '/a', 600);
  await assert.rejects(
    put(files, '/b', 500),
    quotaError(/^Quota exceeded \(0 of 1000 bytes are left\): \/b$/),
  );
  assert.equal(memory.stat('/b').size, 400);
  await assert.rejects(put(files, '/c', 1), quotaError(/0 of 1000 bytes/));
  assert.throws(() => memory.stat('/c'), FilesError);
  assert.equal(await files.space?.('/'), 0);
  // To replace makes room.
  await put(files, '/a', 500);
  await put(files, '/c', 100);
  assert.deepEqual((await usage.look('a')).used, await measured(memory));
});

test('as many names as are allowed, of any kind', async () => {
  const { files } = accountWith({ files: 3 });
  await put(files, '/a', 1);
  await files.makeDirectory('/d');
  await put(files, '/d/b', 1);
  await assert.rejects(put(files, '/c', 1), quotaError(/all of 3 files and folders are there/));
  await assert.rejects(async () => files.makeDirectory('/e'), quotaError(/all of 3/));
  await assert.rejects(async () => files.symlink?.('a', '/l'), quotaError(/all of 3/));
  await put(files, '/a', 10);
  await files.removeFile('/a');
  await put(files, '/c', 1);
});

test('two who write one file, one who removes it meanwhile, one who renames it', async () => {
  const { files, other, usage, memory } = accountWith({ bytes: 10_000_000 });
  const open = async (from: Files, path: string, how: WriteHow = { kind: 'replace' }): Promise<WriteHandle> =>
    (await from.prepareWrite(path, how)).open();
  const first = await open(files, '/f');
  await first.write([new Uint8Array(1000)], 0);
  const second = await open(other, '/f');
  await second.write([new Uint8Array(10)], 0);
  await first.write([new Uint8Array(500)], 1000);
  await second.finish();
  await first.finish();
  assert.deepEqual((await usage.look('a')).used, await measured(memory));

  const third = await open(files, '/f', { kind: 'append' });
  await third.write([new Uint8Array(700)], third.offset);
  await other.rename('/f', '/g');
  await third.write([new Uint8Array(7)], third.offset + 700);
  await third.finish();
  assert.deepEqual((await usage.look('a')).used, await measured(memory));

  const fourth = await open(files, '/g');
  await fourth.write([new Uint8Array(300)], 0);
  await other.removeFile('/g');
  await fourth.write([new Uint8Array(3)], 300);
  await fourth.finish();
  assert.deepEqual((await usage.look('a')).used, { bytes: 0, files: 0 });
  assert.deepEqual((await usage.look('a')).held, { bytes: 0, files: 0 });
});

test('whoever keeps the usage is away: what runs goes on as far as there was room, and is booked when they are back', async () => {
  const memory = new MemoryFiles();
  const usage = new MemoryUsage();
  let isAway = false;
  const away = new Proxy(usage, {
    get: (target, name) => {
      const method: unknown = Reflect.get(target, name);
      return typeof method === 'function'
        ? async (...given: unknown[]) => {
            if (isAway) throw new Error('away');
            return Reflect.apply(method, target, given) as unknown;
          }
        : method;
    },
  });
  const book = new AccountBook(new UsageBooks(away), 'a', { bytes: 1_000_000 });
  const files = counted(memory, book, new OpenFiles());
  const handle = await (await files.prepareWrite('/f', { kind: 'replace' })).open();
  isAway = true;
  await handle.write([new Uint8Array(900_000)], 0);
  await assert.rejects(async () => handle.write([new Uint8Array(200_000)], 900_000), FilesError);
  await handle.abandon();
  await assert.rejects(
    async () => files.prepareWrite('/g', { kind: 'replace' }),
    /cannot be looked up at the moment/,
  );
  isAway = false;
  await book.hold({ bytes: 0, least: 0, files: 0 });
  assert.deepEqual((await usage.look('a')).used, await measured(memory));
  assert.deepEqual((await usage.look('a')).held, { bytes: 0, files: 0 });
});

const names = ['/a', '/b', '/d', '/d/c', '/d/e'] as const;
const name = fc.constantFrom(...names);
const action = fc.oneof(
  fc.record({ kind: fc.constant('replace' as const), name, size: fc.nat(700_000) }),
  fc.record({ kind: fc.constant('append' as const), name, size: fc.nat(300_000) }),
  fc.record({ kind: fc.constant('resume' as const), name, size: fc.nat(300_000), offset: fc.nat(300_000) }),
  fc.record({ kind: fc.constant('unique' as const), name, size: fc.nat(1000) }),
  fc.record({ kind: fc.constantFrom('remove' as const, 'rmdir' as const, 'mkdir' as const), name }),
  fc.record({ kind: fc.constant('rename' as const), name, to: name }),
);

test('whatever is done in whatever order, booked is what is there, and it is never over the quota', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.array(action, { minLength: 1, maxLength: 3 }), { maxLength: 25 }),
      fc.integer({ min: 0, max: 1_500_000 }),
      fc.integer({ min: 0, max: 5 }),
      async (rounds, bytes, count) => {
        const { files, other, usage, memory } = accountWith({ bytes, files: count });
        for (const round of rounds) {
          // Several sessions at once.
          await Promise.allSettled(round.map((step, index) => act(index % 2 === 0 ? files : other, step)));
          const { used, held } = await usage.look('a');
          const there = await measured(memory);
          assert.deepEqual(used, there);
          assert.deepEqual(held, { bytes: 0, files: 0 });
          assert.ok(there.bytes <= bytes && there.files <= count, JSON.stringify(there));
        }
      },
    ),
    { numRuns: 200 },
  );
});

async function act(
  files: Files,
  step: typeof action extends fc.Arbitrary<infer Step> ? Step : never,
): Promise<void> {
  switch (step.kind) {
    case 'resume':
      return put(files, step.name, step.size, { kind: 'resume', offset: step.offset });
    case 'replace':
    case 'append':
    case 'unique':
      return put(files, step.name, step.size, { kind: step.kind });
    case 'remove':
      return files.removeFile(step.name);
    case 'rmdir':
      return files.removeDirectory(step.name);
    case 'mkdir':
      return void (await files.makeDirectory(step.name));
    case 'rename':
      return files.rename(step.name, step.to);
  }
}
