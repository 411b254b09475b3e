import assert from 'node:assert/strict';
import { test } from 'node:test';
import { giveBack, takeLarge } from './buffers.ts';
import { fairPart, fairTime } from './fair-share.ts';
import { netLimits } from './net-limits.ts';

test('one transfer alone has whole buffers and a whole millisecond', () => {
  const buffers = [takeLarge(), takeLarge()];
  for (const buffer of buffers) assert.equal(fairPart(buffer).length, netLimits.pumpBuffer);
  assert.equal(fairTime(), 1);
  buffers.forEach(giveBack);
});

test('a hundred transfers together move what one turn of the event loop may', () => {
  const buffers = Array.from({ length: 200 }, takeLarge);
  const parts = buffers.slice(0, 100).map((buffer) => fairPart(buffer).length);
  assert.ok(parts.reduce((sum, part) => sum + part, 0) <= netLimits.pumpTurn);
  assert.ok(Math.min(...parts) >= netLimits.smallTransfer);
  assert.ok(fairTime() * 100 <= netLimits.pumpTurnTime);
  buffers.forEach(giveBack);
  assert.equal(fairTime(), 1);
});
