import assert from 'node:assert/strict';
import { test } from 'node:test';
import { paced } from './pace.ts';

const span = { warm: 0, count: 300 };
const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

test('operations of all workers count, and every worker is closed', async () => {
  let done = 0;
  let closed = 0;
  const worker = {
    async once() {
      await turn();
      done += 1;
    },
    close: () => {
      closed += 1;
    },
  };
  const { operations, seconds } = await paced([worker, worker], span);
  assert.equal(closed, 2);
  assert.equal(seconds, 0.3);
  assert.ok(operations > 0 && operations <= done, `${operations} of ${done}`);
});

test('the first error fails the measurement and stops the others', async () => {
  let closed = 0;
  const close = () => {
    closed += 1;
  };
  const good = { once: turn, close };
  const bad = { once: () => Promise.reject(new Error('wrong reply')), close };
  await assert.rejects(paced([good, bad], { warm: 0, count: 10_000 }), /wrong reply/);
  assert.equal(closed, 2);
});
