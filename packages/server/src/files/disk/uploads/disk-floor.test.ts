import assert from 'node:assert/strict';
import type { StatsFs } from 'node:fs';
import { test } from 'node:test';
import type { Directory } from '../directories.ts';
import { run } from '../steps.ts';
import type { System } from '../system.ts';
import { DiskFloors } from './disk-floor.ts';

const directory = { self: '/' } as Directory;

/** A disk of 1000 blocks of 1000 bytes, and how often it was asked. */
function disk(free: () => number) {
  let asked = 0;
  const statfs = function* () {
    asked++;
    yield* [];
    return { bavail: free(), blocks: 1000, bsize: 1000 } as StatsFs;
  };
  return { system: { statfs } as unknown as System, asked: () => asked };
}

test('the floor is bytes or a share, and what is left above it is told', async () => {
  const { system } = disk(() => 300);
  assert.equal(await run(new DiskFloors({ bytes: 100_000 }, system).room(directory)), 200_000);
  assert.equal(await run(new DiskFloors({ percent: 10 }, system).room(directory)), 200_000);
  assert.equal(await run(new DiskFloors({ percent: 50 }, system).room(directory)), 0);
});

test('the last byte above the floor is written, and none below; the disk is asked the more often the nearer it is', async () => {
  let free = 1_000_000;
  const { system, asked } = disk(() => Math.floor(free / 1000));
  const floors = new DiskFloors({ bytes: 500_000 }, system);
  let written = 0;
  for (; written < 500_000; written += 1000) {
    await floors.spend(directory, 1, 1000);
    free -= 1000;
  }
  assert.throws(() => floors.spend(directory, 1, 1000), { kind: 'space-kept' });
  assert.ok(asked() < 120, String(asked()));
});

test('what others write is seen soon, and room that is made again is used', async () => {
  let free = 900;
  const { system } = disk(() => free);
  const floors = new DiskFloors({ bytes: 500_000 }, system);
  await floors.spend(directory, 1, 100);
  free = 500;
  assert.throws(() => {
    for (let count = 0; count < 10; count++) floors.spend(directory, 1, 10_000);
  });
  free = 900;
  await floors.spend(directory, 1, 100_000);
});
