import assert from 'node:assert/strict';
import { test } from 'node:test';
import { UserSeats } from './user-seats.ts';

test('so many sessions of one user, and those of another beside them', () => {
  const seats = new UserSeats((user) => (user === 'free' ? undefined : { sessions: 2 }));
  const first = seats.take('ann');
  assert.ok(first && seats.take('ann'));
  assert.equal(seats.take('ann'), undefined);
  assert.ok(seats.take('bob'));
  for (let number = 0; number < 10; number += 1) assert.ok(seats.take('free'));
  first.leave();
  first.leave();
  assert.ok(seats.take('ann'));
  assert.equal(seats.take('ann'), undefined);
});

test('all sessions of a user share one rate in each direction', () => {
  const seats = new UserSeats({ toClient: 1000 });
  const [one, two] = [seats.take('ann'), seats.take('ann')];
  assert.ok(one?.throttle('to-client') !== undefined);
  assert.equal(one.throttle('to-client'), two?.throttle('to-client'));
  assert.equal(one.throttle('to-server'), undefined);
  assert.notEqual(seats.take('bob')?.throttle('to-client'), one.throttle('to-client'));
});
