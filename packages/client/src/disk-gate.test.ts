import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DiskGate } from './disk-gate.ts';

function gated() {
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
  const wait = (ms: number) => {
    now += ms;
  };
  return { go, wait, ways };
}

test('a disk that keeps holding up the event loop is left to the thread pool for a while', async () => {
  const { go, wait, ways } = gated();
  for (const took of [50, 50, 50, 1]) await go(took);
  wait(20_000);
  await go(1);
  assert.deepEqual(ways, ['short', 'short', 'short', 'long', 'short']);
});

test('a slow call among quick ones changes nothing', async () => {
  const { go, ways } = gated();
  for (const took of [50, 1, 50, 50, 1, 1]) await go(took);
  assert.ok(ways.every((way) => way === 'short'));
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
