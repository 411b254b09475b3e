import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Gate } from './gate.ts';
import { call, run, type Step, type Steps } from './steps.ts';

function step(log: string[], name: string): Step<string> {
  return {
    now: () => {
      log.push(`${name} now`);
      return name;
    },
    later: async () => {
      log.push(`${name} later`);
      return name;
    },
  };
}

function* two(log: string[], between: () => void): Steps<string> {
  const a = yield* call(step(log, 'a'));
  between();
  const b = yield* call(step(log, 'b'));
  return a + b;
}

test('a fast root runs every step at once and returns no promise', () => {
  const log: string[] = [];
  assert.equal(
    run(
      new Gate(),
      two(log, () => {}),
    ),
    'ab',
  );
  assert.deepEqual(log, ['a now', 'b now']);
});

test('an operation changes over to asynchronous calls in its middle', async () => {
  const log: string[] = [];
  let at = 0;
  const gate = new Gate({ now: () => at });
  const slowDown = () =>
    gate.measure(() => {
      at += 500;
    });
  assert.equal(await run(gate, two(log, slowDown)), 'ab');
  assert.deepEqual(log, ['a now', 'b later']);
});

test('an error is thrown where the step stands, in both forms', async () => {
  const failing: Step<string> = {
    now: () => {
      throw new Error('now');
    },
    later: () => Promise.reject(new Error('later')),
  };
  function* caught(): Steps<string> {
    try {
      return yield* call(failing);
    } catch (error) {
      return `caught ${error instanceof Error ? error.message : ''}`;
    }
  }
  assert.equal(run(new Gate(), caught()), 'caught now');
  let at = 0;
  const gate = new Gate({ now: () => at });
  gate.measure(() => {
    at += 500;
  });
  assert.equal(await run(gate, caught()), 'caught later');
});
