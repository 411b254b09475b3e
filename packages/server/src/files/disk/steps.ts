import type { Awaitable } from '@duoport/net';

/**
 * An operation of several system calls, as a generator that yields a promise only where it has to wait. So one text of
 * it runs synchronously on a fast root and asynchronously on a slow one, and may change over between two calls.
 */
export type Steps<T> = Generator<Promise<unknown>, T, unknown>;

/** Runs an operation: to its end at once when it never waits. */
export function run<T>(steps: Steps<T>): Awaitable<T> {
  const next = steps.next();
  return next.done === true ? next.value : runLater(steps, next.value);
}

async function runLater<T>(steps: Steps<T>, first: Promise<unknown>): Promise<T> {
  let waiting = first;
  for (;;) {
    const next = await resume(steps, waiting);
    if (next.done === true) return next.value;
    waiting = next.value;
  }
}

async function resume<T>(
  steps: Steps<T>,
  waiting: Promise<unknown>,
): Promise<IteratorResult<Promise<unknown>, T>> {
  let value: unknown;
  try {
    value = await waiting;
  } catch (error) {
    return steps.throw(error);
  }
  return steps.next(value);
}
