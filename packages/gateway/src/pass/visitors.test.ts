import assert from 'node:assert/strict';
import { test } from 'node:test';
import { endpoint } from '@duoport/protocol';
import { Guests } from './guests.ts';
import { type VisitChange, Visitors } from './visitors.ts';

const [one, two] = [{ host: 'one' }, { host: 'two' }];
const visit = (session: number) => ({
  session,
  server: endpoint('10.0.0.5', 21),
  local: endpoint('10.0.0.1', 40_000 + session),
});

test('a data connection may come to where its address is, four for each control connection', () => {
  const visitors = new Visitors();
  const leave = visitors.enter('192.0.2.7', one, visit(1));
  assert.equal(visitors.transfer('192.0.2.8', one), undefined);
  assert.equal(visitors.transfer('192.0.2.7', two), undefined);
  const open = [1, 2, 3, 4].map(() => visitors.transfer('::ffff:192.0.2.7', one));
  assert.ok(open.every((transfer) => transfer?.session === 1));
  assert.equal(visitors.transfer('192.0.2.7', one), undefined);
  open[0]?.end();
  assert.ok(visitors.transfer('192.0.2.7', one));
  assert.equal(visitors.isBusy('192.0.2.7', one), true);
  leave();
  assert.equal(visitors.transfer('192.0.2.7', one), undefined);
  assert.deepEqual(visitors.list(), []);
});

test('another process that is told has the same clients, until they leave or the first process is gone', () => {
  const [first, second] = [new Visitors(), new Visitors()];
  const guests = new Guests(second, [one, two]);
  const leave = first.enter('192.0.2.7', one, visit(1));
  first.onChange = (change) => guests.change(JSON.parse(JSON.stringify(change)) as VisitChange);
  for (const change of first.list()) guests.change(change);
  const leaveToo = first.enter('192.0.2.8', two, visit(2));
  first.enter('192.0.2.9', { host: 'gone' }, visit(3));
  assert.deepEqual(second.transfer('192.0.2.7', one)?.server, endpoint('10.0.0.5', 21));
  assert.equal(second.home('192.0.2.8'), two);
  assert.equal(second.home('192.0.2.9'), undefined);
  leave();
  assert.equal(second.home('192.0.2.7'), undefined);
  guests.clear();
  assert.equal(second.home('192.0.2.8'), undefined);
  leaveToo();
});
