import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RecentMap } from './recent-map.ts';

test('of more than there is room for, what was kept longest ago is forgotten', () => {
  const map = new RecentMap<string, number>(2);
  map.keep('a', 1);
  map.keep('b', 2);
  map.keep('a', 3);
  map.keep('c', 4);
  assert.deepEqual(
    [...map],
    [
      ['a', 3],
      ['c', 4],
    ],
  );
  assert.deepEqual([map.get('a'), map.get('b'), map.size], [3, undefined, 2]);
});
