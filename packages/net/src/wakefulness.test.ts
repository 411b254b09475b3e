import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Wakefulness } from './wakefulness.ts';

function scene() {
  let time = 0;
  const turns: (() => void)[] = [];
  const wakefulness = new Wakefulness({ nextTurn: (then) => turns.push(then), now: () => time });
  return {
    /** A command comes: whether the loop turns because of it. */
    command: () => {
      wakefulness.came(time);
      return turns.length > 0;
    },
    /** Time passes, turn by turn. */
    pass: (milliseconds: number) => {
      const end = time + milliseconds;
      for (; time < end; time += 0.01) for (const turn of turns.splice(0)) turn();
    },
    isAwake: () => turns.length > 0,
  };
}

test('the loop turns for a moment after a command, and sleeps then', () => {
  const { command, pass, isAwake } = scene();
  assert.equal(command(), true);
  pass(0.1);
  assert.equal(isAwake(), true);
  pass(0.1);
  assert.equal(isAwake(), false);
});

test('commands that follow one another at once keep it awake', () => {
  const { command, pass, isAwake } = scene();
  for (let count = 0; count < 1000; count++) {
    assert.equal(command(), true);
    pass(0.1);
    assert.equal(isAwake(), true);
  }
  pass(1);
  assert.equal(isAwake(), false);
  assert.equal(command(), true);
});

test('a client that is far away costs a moment for one command in 65 in the end', () => {
  const { command, pass } = scene();
  let awake = 0;
  for (let count = 0; count < 10_000; count++) {
    if (command()) awake += 1;
    pass(1);
  }
  assert.ok(awake > 100 && awake < 170, String(awake));
});

test('it comes back when a client comes near', () => {
  const { command, pass } = scene();
  for (let count = 0; count < 1000; count++) {
    command();
    pass(1);
  }
  let tries = 0;
  for (; !command(); tries++) pass(0.1);
  assert.ok(tries <= 64);
  pass(0.1);
  assert.equal(command(), true);
  pass(1);
  assert.equal(command(), true);
});
