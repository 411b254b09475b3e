import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DiskGate } from './disk-gate.ts';

test('a disk that holds up the event loop is left to the thread pool for a while', async () => {
  let now = 0;
  const gate = new DiskGate(() => now);
  const ways: string[] = [];
  const go = (took: number) =>
    gate.run(
      () => {
        ways.push('short');
        now += took;
      },
      async () => {
        ways.push('long');
      },
    );
  await go(1);
  await go(50);
  await go(1);
  now += 20_000;
  await go(1);
  assert.deepEqual(ways, ['short', 'short', 'long', 'short']);
});

test('an error of the disk is passed on', async () => {
  const fail = () => {
    throw new Error('EACCES');
  };
  await assert.rejects(
    new DiskGate().run(fail, () => Promise.resolve()),
    /EACCES/,
  );
});
