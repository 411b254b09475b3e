import type { Awaitable } from '@duoport/net';
import type { Gate } from './gate.ts';

/** One system call, in both of its forms. */
export interface Step<T> {
  now(): T;
  later(): Promise<T>;
}

/**
 * An operation as a generator of system calls, so that one text of it runs synchronously on a fast root and
 * asynchronously on a slow one, and may change over between two calls.
 */
export type Steps<T> = Generator<Step<unknown>, T, unknown>;

/** Yields one system call and returns its typed result; its error is thrown where it stands. */
export function* call<T>(step: Step<T>): Steps<T> {
  return (yield step) as T;
}

/** Runs an operation: synchronously for as long as the gate says so. */
export function run<T>(gate: Gate, steps: Steps<T>): Awaitable<T> {
  let next = steps.next();
  while (next.done !== true) {
    if (!gate.fast) return runLater(gate, steps, next.value);
    next = advance(gate, steps, next.value);
  }
  return next.value;
}

async function runLater<T>(gate: Gate, steps: Steps<T>, first: Step<unknown>): Promise<T> {
  let step = first;
  for (;;) {
    const next = gate.fast ? advance(gate, steps, step) : await advanceLater(steps, step);
    if (next.done === true) return next.value;
    step = next.value;
  }
}

function advance<T>(gate: Gate, steps: Steps<T>, step: Step<unknown>): IteratorResult<Step<unknown>, T> {
  let value: unknown;
  try {
    value = gate.measure(step.now);
  } catch (error) {
    return steps.throw(error);
  }
  return steps.next(value);
}

async function advanceLater<T>(
  steps: Steps<T>,
  step: Step<unknown>,
): Promise<IteratorResult<Step<unknown>, T>> {
  let value: unknown;
  try {
    value = await step.later();
  } catch (error) {
    return steps.throw(error);
  }
  return steps.next(value);
}
