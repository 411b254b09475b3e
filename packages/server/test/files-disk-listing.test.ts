import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Entry } from '@duoport/protocol';
import { DiskFiles } from '@duoport/server';
import { listingHelper } from '../src/files/disk/listing-helper.ts';

const count = 800;
const day = 86_400_000;

function folder(): { readonly root: string; [Symbol.dispose](): void } {
  const root = mkdtempSync(join(tmpdir(), 'duoport-listing-'));
  return { root, [Symbol.dispose]: () => rmSync(root, { recursive: true, force: true }) };
}

function fill(path: string): void {
  mkdirSync(path);
  for (let i = 0; i < count - 3; i++) writeFileSync(join(path, `file-${i}`), 'x'.repeat(i % 7));
  writeFileSync(Buffer.concat([Buffer.from(`${path}/raw-`), Buffer.from([0xff, 0xe9])]), 'raw');
  writeFileSync(join(path, 'übung'), 'text');
  symlinkSync('file-1', join(path, 'link'));
}

async function listed(files: DiskFiles, path: string): Promise<Entry[]> {
  const entries: Entry[] = [];
  for await (const batch of files.list(path)) entries.push(...batch);
  return entries;
}

/** Lists until the thread has been asked: it takes a while to start. */
async function listedWithThread(files: DiskFiles, path: string): Promise<Entry[]> {
  listingHelper.use();
  try {
    for (;;) {
      const was = listingHelper.free;
      const entries = await listed(files, path);
      if (was) return entries;
    }
  } finally {
    listingHelper.leave();
  }
}

// A time far ahead lets the plain paths be taken at once: nothing was changed of late.
for (const [how, now] of [
  ['through descriptors', Date.now],
  ['on plain paths', () => Date.now() + day],
] as const) {
  test(`disk: the listing thread tells the same as the thread pool, ${how}`, async () => {
    using place = folder();
    fill(join(place.root, 'many'));
    const pooled = new DiskFiles(place.root, { synchronous: 'never' });
    const files = new DiskFiles(place.root, { now });
    try {
      const byName = (a: Entry, b: Entry) => (a.name < b.name ? -1 : 1);
      const expected = (await listed(pooled, '/many')).sort(byName);
      assert.equal(expected.length, count);
      assert.deepEqual((await listedWithThread(files, '/many')).sort(byName), expected);
      assert.equal(expected.find(({ name }) => name === 'link')?.target, 'file-1');
    } finally {
      pooled.close();
      files.close();
    }
  });
}

test('disk: attack: a folder is exchanged for a symlink out of the root while it is listed', async () => {
  using inside = folder();
  using outside = folder();
  fill(join(inside.root, 'many'));
  mkdirSync(join(outside.root, 'many'));
  for (let i = 0; i < count; i++)
    writeFileSync(join(outside.root, 'many', `file-${i}`), 'secret'.repeat(100));
  const files = new DiskFiles(inside.root, { now: () => Date.now() + day });
  try {
    await listedWithThread(files, '/many');
    const sizes = new Set<number | undefined>();
    let batches = 0;
    for await (const batch of files.list('/many')) {
      if (batches++ === 0) {
        renameSync(join(inside.root, 'many'), join(inside.root, 'away'));
        symlinkSync(join(outside.root, 'many'), join(inside.root, 'many'));
      }
      for (const { size } of batch) sizes.add(size);
    }
    assert.ok(!sizes.has(600));
  } catch (error) {
    // That it stops is as good.
    assert.match(String(error), /moved|changed|not-found|FilesError/i);
  } finally {
    files.close();
  }
});
