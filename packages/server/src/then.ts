import type { Awaitable } from '@duoport/net';

/** What follows a value: at once where it is there. Small files and logins seldom wait, and a promise each would be felt. */
export function then<A, B>(value: Awaitable<A>, next: (value: A) => Awaitable<B>): Awaitable<B> {
  return value instanceof Promise ? value.then(next) : next(value);
}
