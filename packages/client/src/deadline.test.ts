import assert from 'node:assert/strict';
import { test } from 'node:test';
import { settledWithin, unlessAborted, Watchdog, within } from './deadline.ts';

const never = new Promise<never>(() => undefined);

test('what comes in time comes through, also an error', async () => {
  const late = () => new Error('late');
  assert.equal(await within(1000, Promise.resolve(1), late), 1);
  await assert.rejects(within(1000, Promise.reject(new Error('broken')), late), /broken/);
  await assert.rejects(within(1, never, late), /late/);
});

test('settled in time means either way', async () => {
  assert.equal(await settledWithin(1000, Promise.resolve()), true);
  assert.equal(await settledWithin(1000, Promise.reject(new Error('broken'))), true);
  assert.equal(await settledWithin(1, never), false);
});

test('a signal ends the waiting', async () => {
  const controller = new AbortController();
  const waiting = unlessAborted(controller.signal, never);
  controller.abort(new Error('enough'));
  await assert.rejects(waiting, /enough/);
  await assert.rejects(unlessAborted(AbortSignal.abort(new Error('before')), Promise.resolve(1)), /before/);
  assert.equal(await unlessAborted(undefined, Promise.resolve(1)), 1);
});

test('a watchdog barks when nobody is alive, and not after it was stopped', async () => {
  await new Promise<void>((resolve) => new Watchdog(1, resolve).start());
  const stopped = new Watchdog(1, () => assert.fail('barked'));
  stopped.stop();
  stopped.start();
  stopped.alive();
  assert.equal(await settledWithin(5, never), false);
});
