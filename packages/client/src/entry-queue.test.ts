import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Entry } from '@duoport/protocol';
import { EntryQueue } from './entry-queue.ts';

const entry = (name: string): Entry => ({ name, type: 'file' });

test('what came before the reader asks comes at once', async () => {
  const queue = new EntryQueue();
  queue.push([entry('a'), entry('b')]);
  queue.push([]);
  queue.push([entry('c')]);
  assert.deepEqual(
    (await queue.take())?.map(({ name }) => name),
    ['a', 'b', 'c'],
  );
  queue.end();
  assert.equal(await queue.take(), undefined);
});

test('a reader that is early waits for the next batch, or the end', async () => {
  const queue = new EntryQueue();
  const early = queue.take();
  queue.push([entry('a')]);
  assert.deepEqual(await early, [entry('a')]);
  const last = queue.take();
  queue.end();
  assert.equal(await last, undefined);
});

test('an error comes after the entries that came before it', async () => {
  const queue = new EntryQueue();
  queue.push([entry('a')]);
  queue.end(new Error('426'));
  assert.deepEqual(await queue.take(), [entry('a')]);
  await assert.rejects(queue.take(), /426/);
});
