import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Turnstile } from './turnstile.ts';

test('callers pass one at a time, in the order in which they came', async () => {
  const turnstile = new Turnstile();
  const passed: number[] = [];
  const first = await turnstile.enter();
  const others = [1, 2, 3].map(async (number) => {
    const leave = await turnstile.enter();
    passed.push(number);
    leave();
  });
  await Promise.resolve();
  assert.deepEqual(passed, []);
  first();
  await Promise.all(others);
  assert.deepEqual(passed, [1, 2, 3]);
});

test('a caller that gives up leaves the queue and the next one passes', async () => {
  const turnstile = new Turnstile();
  const first = await turnstile.enter();
  const controller = new AbortController();
  const second = turnstile.enter(controller.signal);
  const third = turnstile.enter();
  controller.abort(new Error('changed my mind'));
  await assert.rejects(second, /changed my mind/);
  first();
  (await third)();
});

test('a signal that has fired does not enter', async () => {
  const turnstile = new Turnstile();
  await assert.rejects(turnstile.enter(AbortSignal.abort(new Error('too late'))), /too late/);
  (await turnstile.enter())();
});

test('leaving twice does not let two in', async () => {
  const turnstile = new Turnstile();
  const leave = await turnstile.enter();
  leave();
  const second = await turnstile.enter();
  leave();
  let entered = false;
  const third = turnstile.enter().then((next) => {
    entered = true;
    next();
  });
  await Promise.resolve();
  assert.equal(entered, false);
  second();
  await third;
});
