import assert from 'node:assert/strict';
import { test } from 'node:test';
import { partOf } from './messages.ts';

test('the parts of a range are the range, each port once, and no worker goes without', () => {
  for (const [size, count] of [
    [101, 3],
    [4, 4],
    [7, 5],
    [1, 1],
  ] as const) {
    const range = { low: 50_000, high: 50_000 + size - 1 };
    let next = range.low;
    for (let index = 0; index < count; index += 1) {
      const { low, high } = partOf(range, index, count);
      assert.equal(low, next);
      assert.ok(high >= low);
      next = high + 1;
    }
    assert.equal(next, range.high + 1);
  }
});
