import assert from 'node:assert/strict';
import { test } from 'node:test';
import { numberRanges } from './number-ranges.ts';

test('runs are told by their ends', () => {
  assert.equal(numberRanges([]), '');
  assert.equal(numberRanges([21]), '21');
  assert.equal(numberRanges([50_002, 21, 50_000, 50_001, 990]), '21, 990, 50000-50002');
});
