import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Transcript } from './transcript.ts';

test('keeps the last items, oldest first', () => {
  const transcript = new Transcript<number>(3);
  assert.deepEqual(transcript.toArray(), []);
  for (let number = 1; number <= 5; number++) transcript.add(number);
  assert.deepEqual(transcript.toArray(), [3, 4, 5]);
});

test('a capacity of nothing keeps nothing', () => {
  const transcript = new Transcript<number>(0);
  transcript.add(1);
  assert.deepEqual(transcript.toArray(), []);
});
