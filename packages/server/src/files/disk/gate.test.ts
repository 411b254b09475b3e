import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Gate } from './gate.ts';

function clocked(): { gate: Gate; take(milliseconds: number): void; wait(milliseconds: number): void } {
  let at = 0;
  const gate = new Gate({ now: () => at });
  return {
    gate,
    take: (milliseconds) =>
      gate.measure(() => {
        at += milliseconds;
      }),
    wait: (milliseconds) => {
      at += milliseconds;
    },
  };
}

test('short calls keep the gate open, and one hiccup does not close it', () => {
  const { gate, take } = clocked();
  for (let i = 0; i < 100; i++) take(0.01);
  take(7);
  assert.equal(gate.fast, true);
});

test('a root whose calls are slow is given up after a few of them', () => {
  const { gate, take } = clocked();
  let calls = 0;
  while (gate.fast && calls < 100) {
    take(2);
    calls++;
  }
  assert.ok(calls <= 5, `took ${calls} calls`);
});

test('a call as long as a stalled disk closes the gate at once', () => {
  const { gate, take } = clocked();
  take(1000);
  assert.equal(gate.fast, false);
});

test('one trial after each pause; slow trials double the pause; a short one opens the gate', () => {
  const { gate, take, wait } = clocked();
  take(1000);
  wait(99);
  assert.equal(gate.fast, false);
  wait(1);
  assert.equal(gate.fast, true);
  take(5);
  wait(199);
  assert.equal(gate.fast, false);
  wait(1);
  assert.equal(gate.fast, true);
  take(0.01);
  take(0.01);
  assert.equal(gate.fast, true);
});

test('a call that throws is measured too', () => {
  let at = 0;
  const gate = new Gate({ now: () => at });
  assert.throws(() =>
    gate.measure(() => {
      at += 1000;
      throw new Error('late');
    }),
  );
  assert.equal(gate.fast, false);
});

test('the time that bytes take to be copied does not count', () => {
  let at = 0;
  const gate = new Gate({ now: () => at });
  for (let i = 0; i < 1000; i++) {
    gate.measure(() => {
      at += 1;
    }, 1_000_000);
  }
  assert.equal(gate.fast, true);
});
