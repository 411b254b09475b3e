import assert from 'node:assert/strict';
import { test } from 'node:test';
import { KeptRates } from './rates.ts';
import { UserSeats } from './user-seats.ts';

test('all who ask for the same rate share it, and others have their own', async () => {
  const rates = new KeptRates();
  // An eighth of a second is saved up.
  assert.equal(await rates.take('down ann', 1000, 125), 0);
  const waits = [await rates.take('down ann', 1000, 500), await rates.take('down ann', 1000, 500)];
  assert.ok((waits[0] ?? 0) > 400 && (waits[1] ?? 0) > 900, String(waits));
  assert.equal(await rates.take('down bob', 1000, 100), 0);
  assert.equal(await rates.take('up ann', 1000, 100), 0);
});

test('a user who is served by several processes has one rate', async () => {
  const rates = new KeptRates();
  const asked: string[] = [];
  const spy = {
    take: (name: string, rate: number, count: number) => {
      asked.push(`${name} ${rate} ${count}`);
      return rates.take(name, rate, count);
    },
  };
  const signal = AbortSignal.abort();
  for (const seats of [new UserSeats({}, spy), new UserSeats({}, spy)]) {
    const throttle = seats.take('ann', { toServer: 1000 })?.throttle('to-server');
    await throttle?.limit({ write: () => undefined }, signal).write([new Uint8Array(125)], 0);
  }
  assert.deepEqual(asked, ['up ann 1000 125', 'up ann 1000 125']);
});

test('many users leave nothing behind', async () => {
  const rates = new KeptRates();
  for (let user = 0; user < 5000; user += 1) await rates.take(`down u${user}`, 1e9, 1);
  assert.equal(await rates.take('down u0', 1e9, 1), 0);
});
