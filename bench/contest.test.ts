import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hold, type Measurement } from './contest.ts';
import { clientRow } from './rows.ts';

const row = clientRow('row', { title: 'row', unit: '/s', better: 'more' });

function contest(run: (name: string) => Promise<readonly number[]>, limit = 1000) {
  const order: string[] = [];
  let abandoned = 0;
  const measurement: Measurement<string> = {
    rows: [row],
    lacks: (name) => (name === 'lame' ? 'no legs' : undefined),
    run: (name) => {
      order.push(name);
      return run(name);
    },
  };
  const results = hold({
    measurements: [measurement],
    contestants: ['a', 'lame', 'b'],
    name: (name) => name,
    rounds: 3,
    limit,
    abandon: () => {
      abandoned += 1;
    },
    say: () => undefined,
  });
  return results.then((all) => ({ cells: all.get('row'), order, abandoned }));
}

test('contestants take turns, round by round', async () => {
  let turn = 0;
  const { cells, order } = await contest(async () => [turn++]);
  assert.deepEqual(order, ['a', 'b', 'a', 'b', 'a', 'b']);
  const a = cells?.get('a');
  assert.deepEqual(a?.kind === 'measured' && a.values, [0, 2, 4]);
  assert.deepEqual(cells?.get('lame'), { kind: 'lacks', reason: 'no legs' });
});

test('one failed round fails the cell and spares the other rounds', async () => {
  let runs = 0;
  const { cells, abandoned } = await contest(async (name) => {
    if (name === 'b' && ++runs === 2) throw new Error('dropped one');
    return [1];
  });
  assert.deepEqual(cells?.get('b'), { kind: 'failed', reason: 'dropped one' });
  assert.deepEqual([runs, abandoned], [2, 1]);
});

test('what never ends is a failure, not a number', async () => {
  const never = new Promise<never>(() => undefined);
  const { cells } = await contest((name) => (name === 'a' ? never : Promise.resolve([1])), 20);
  assert.deepEqual(cells?.get('a'), { kind: 'failed', reason: 'not done within 0.02 s' });
});
