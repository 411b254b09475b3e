import assert from 'node:assert/strict';
import { test } from 'node:test';
import { backOff } from './back-off.ts';

test('waits longer and longer, half a minute at most, never all agents at once', () => {
  assert.equal(backOff(1, 1), 500);
  assert.equal(backOff(1, 0), 250);
  assert.equal(backOff(4, 1), 4000);
  assert.equal(backOff(8, 1), 30_000);
  assert.equal(backOff(10_000, 1), 30_000);
  assert.equal(backOff(10_000, 0), 15_000);
});
