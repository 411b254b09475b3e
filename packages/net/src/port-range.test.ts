import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { checkRange, rangeSize, sweep } from './port-range.ts';

describe('a sweep over a port range', () => {
  const range = { low: 50_000, high: 50_009 };

  it('visits every port once', () => {
    for (let i = 0; i < 50; i += 1) {
      const ports = [...sweep(range)];
      assert.deepEqual(
        [...ports].sort(),
        Array.from({ length: 10 }, (_, step) => 50_000 + step),
      );
    }
  });

  it('starts anywhere', () => {
    const starts = new Set<number>();
    for (let i = 0; i < 1000; i += 1) starts.add(sweep(range).next().value ?? 0);
    assert.equal(starts.size, 10);
  });

  it('visits the last port last, and one outside not at all', () => {
    for (let i = 0; i < 50; i += 1) assert.equal([...sweep(range, 50_004)].at(-1), 50_004);
    assert.equal([...sweep(range, 40_000)].length, 10);
    assert.deepEqual([...sweep({ low: 7, high: 7 }, 7)], [7]);
  });

  it('knows what a range is', () => {
    assert.equal(rangeSize(range), 10);
    checkRange({ low: 1, high: 65_535 });
    assert.throws(() => checkRange({ low: 10, high: 9 }), { code: 'FTP_LOCAL_PROTOCOL' });
  });
});
