import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type ListingWay, ListingWays } from './listing-way.ts';

/** The ways of so many listings one after the other, where each costs so much. */
function waysOf(ways: ListingWays, count: number, costs: Record<ListingWay, number>): ListingWay[] {
  return Array.from({ length: count }, () => {
    const way = ways.begin();
    ways.end(way, costs[way] * 1000, 1000);
    return way;
  });
}

test('both ways are tried, then the faster one is taken, and the other tried now and then', () => {
  const ways = new ListingWays();
  assert.deepEqual(waysOf(ways, 2, { pool: 1, direct: 2 }), ['pool', 'direct']);
  const later = waysOf(ways, 16, { pool: 1, direct: 2 });
  assert.equal(later.filter((way) => way === 'direct').length, 2);
});

test('when the cores get busy the choice follows', () => {
  const ways = new ListingWays();
  waysOf(ways, 16, { pool: 1, direct: 2 });
  const later = waysOf(ways, 32, { pool: 5, direct: 3 });
  assert.ok(later.slice(8).filter((way) => way === 'pool').length <= 4, later.join());
});

test('as fast as each other: the cheaper one', () => {
  const ways = new ListingWays();
  waysOf(ways, 2, { pool: 1, direct: 1 });
  assert.equal(ways.begin(), 'direct');
});

test('several at once go the direct way', () => {
  const ways = new ListingWays();
  assert.equal(ways.begin(), 'pool');
  assert.equal(ways.begin(), 'direct');
});

test('small listings tell nothing', () => {
  const ways = new ListingWays();
  for (let i = 0; i < 3; i++) {
    assert.equal(ways.begin(), 'pool');
    ways.end('pool', 100, 10);
  }
});
