import assert from 'node:assert/strict';
import { test } from 'node:test';
import { run, type Steps } from './steps.ts';

function* add(a: Steps<number>, b: Steps<number>): Steps<number> {
  const first = yield* a;
  return first + (yield* b);
}

function* now(value: number): Steps<number> {
  yield* [];
  return value;
}

function* later(value: number): Steps<number> {
  return (yield Promise.resolve(value)) as number;
}

test('an operation that never waits returns no promise', () => {
  assert.equal(run(add(now(1), now(2))), 3);
});

test('an operation may wait anywhere', async () => {
  assert.equal(await run(add(now(1), later(2))), 3);
  assert.equal(await run(add(later(1), now(2))), 3);
  assert.equal(await run(add(later(1), later(2))), 3);
});

test('a rejection is thrown where the operation waits', async () => {
  function* caught(): Steps<string> {
    try {
      yield Promise.reject(new Error('late'));
      return 'not caught';
    } catch (error) {
      return error instanceof Error ? error.message : '';
    }
  }
  assert.equal(await run(caught()), 'late');
});

test('what is thrown before and after waiting comes out', async () => {
  function* thrower(wait: boolean): Steps<void> {
    if (wait) yield Promise.resolve();
    throw new Error('out');
  }
  assert.throws(() => run(thrower(false)), /out/);
  await assert.rejects(async () => run(thrower(true)), /out/);
});
