import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Turns } from './turns.ts';

test('one at a time for each key, in the order in which they came', async () => {
  const turns = new Turns(60_000);
  const order: string[] = [];
  await turns.take('a');
  await turns.take('b');
  const second = turns.take('a').then(() => order.push('second'));
  const third = turns.take('a').then(() => order.push('third'));
  turns.give('a');
  await second;
  assert.deepEqual(order, ['second']);
  turns.give('a');
  await third;
  turns.give('a');
  await turns.take('a');
});

test('a turn that does not come in time is refused, and the line goes on without it', async () => {
  const turns = new Turns(5);
  await turns.take('a');
  await assert.rejects(turns.take('a'), { code: 'FTP_LIMIT' });
  turns.give('a');
  await turns.take('a');
});
