import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import {
  DiskFiles,
  type Files,
  FilesError,
  LoginMaker,
  MemoryUsage,
  measureFolders,
  type UploadOptions,
  type WriteHow,
} from '@duoport/server';
import * as fc from 'fast-check';

const folder = await mkdtemp(join(tmpdir(), 'duoport-quota-'));
after(() => rm(folder, { recursive: true, force: true }));

const files = fc.constantFrom('/a', '/b', '/d/c');
const names = fc.oneof(files, fc.constant('/d'));
const step = fc.oneof(
  fc.record({
    kind: fc.constantFrom('replace' as const, 'append' as const, 'unique' as const),
    name: names,
    size: fc.nat(400_000),
    breaks: fc.boolean(),
  }),
  fc.record({
    kind: fc.constant('resume' as const),
    name: names,
    offset: fc.nat(300_000),
    size: fc.nat(400_000),
    breaks: fc.boolean(),
  }),
  fc.record({ kind: fc.constant('remove' as const), name: names }),
  fc.record({ kind: fc.constant('mkdir' as const), name: fc.constantFrom('/d', '/e', '/d/e') }),
  fc.record({ kind: fc.constant('rename' as const), name: files, to: files }),
  fc.record({ kind: fc.constant('rename' as const), name: fc.constant('/e'), to: fc.constant('/d/e') }),
);
type Step = typeof step extends fc.Arbitrary<infer S> ? S : never;

async function act(files: Files, what: Step): Promise<void> {
  if (what.kind === 'remove') return files.removeFile(what.name);
  if (what.kind === 'mkdir') return void (await files.makeDirectory(what.name));
  if (what.kind === 'rename') return files.rename(what.name, what.to);
  const how: WriteHow =
    what.kind === 'resume' ? { kind: 'resume', offset: what.offset } : { kind: what.kind };
  const handle = await (await files.prepareWrite(what.name, how)).open();
  try {
    await handle.write([new Uint8Array(what.size)], handle.offset);
    if (what.breaks) throw new FilesError('io');
    await handle.finish();
  } catch (error) {
    await handle.abandon();
    throw error;
  }
}

const policies: readonly UploadOptions[] = [
  { mode: 'direct' },
  { mode: 'direct', partial: 'remove' },
  { mode: 'direct', overwrite: 'rename-old' },
  { mode: 'atomic' },
  { mode: 'atomic', partial: 'remove' },
  { mode: 'atomic', overwrite: 'rename-old' },
  { mode: 'atomic', overwrite: 'rename-new' },
  { mode: 'atomic', overwrite: 'refuse' },
];

for (const [index, uploads] of policies.entries()) {
  test(`booked is what is on the disk, never over the quota: ${Object.values(uploads).join(', ')}`, async () => {
    let run = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { maxLength: 14 }),
        fc.integer({ min: 0, max: 1_500_000 }),
        async (steps, quotaBytes) => {
          const root = join(folder, `${index}-${run++}`);
          const usage = new MemoryUsage();
          const open = () =>
            new DiskFiles(root, { uploads: { ...uploads, sweepEvery: Number.POSITIVE_INFINITY } });
          await mkdir(root);
          const { files } = new LoginMaker({ open, usage }).login('ann', {
            directory: root,
            quotaBytes,
            quotaFiles: 9,
          });
          for (const each of steps) {
            await act(files, each).catch((error: unknown) => {
              if (!(error instanceof FilesError)) throw error;
            });
            const { used, held } = await usage.look('user ann');
            const there = await measureFolders([root]);
            assert.deepEqual(used, there, `${JSON.stringify(each)} ${await readdir(root)}`);
            assert.deepEqual(held, { bytes: 0, files: 0 });
            assert.ok(there.bytes <= quotaBytes && there.files <= 9);
          }
          await rm(root, { recursive: true });
        },
      ),
      { numRuns: 25 },
    );
  });
}
