import assert from 'node:assert/strict';
import { test } from 'node:test';
import { advantage, format, median } from './numbers.ts';

test('the median is the middle, or half way between the two middle ones', () => {
  assert.equal(median([3, 1, 2]), 2);
  assert.equal(median([4, 1, 2, 3]), 2.5);
  assert.equal(median([7]), 7);
});

test('numbers have three digits that count', () => {
  assert.equal(format(12_345, '/s'), '12,300');
  assert.equal(format(648, '/s'), '648');
  assert.equal(format(2.345, 'GB/s'), '2.35');
  assert.equal(format(3.46, 'KB'), '3.5');
  assert.equal(format(246.7, 'KB'), '247');
});

test('an advantage above 1 is good, whether more or less is better', () => {
  assert.equal(advantage(20, 10, 'more'), 2);
  assert.equal(advantage(10, 20, 'less'), 2);
  assert.equal(advantage(5, 10, 'more'), 0.5);
});
