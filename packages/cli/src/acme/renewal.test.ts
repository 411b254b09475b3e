import assert from 'node:assert/strict';
import { test } from 'node:test';
import { dueAt, pauseAfter } from './renewal.ts';

const day = 86_400_000;

test('a certificate of ninety days is renewed between its sixtieth and its sixty-fifth', () => {
  const life = { from: 1000 * day, to: 1090 * day };
  assert.equal(dueAt(life, 0), 1060 * day);
  assert.equal(dueAt(life, 1), 1064.5 * day);
});

test('where there is none it is fetched at once', () => {
  assert.equal(dueAt(undefined, 0.5), 0);
});

test('after failures it waits longer each time, and never more than about half a day', () => {
  const pauses = [1, 2, 3, 4, 20, 2000].map((failures) => pauseAfter(failures, 0.5) / 60_000);
  assert.deepEqual(pauses, [5, 10, 20, 40, 720, 720]);
});
