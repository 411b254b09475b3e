import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TicketBook } from './ticket-book.ts';

const [one, two] = [
  { host: 'one', tls: 'explicit' },
  { host: 'two', tls: 'explicit' },
] as const;

test('a mark leads to the server that it was seen of, for as long as its control connection lasts', () => {
  const book = new TicketBook();
  const page = book.page(one);
  page.add('ticket:1');
  page.add('session:1');
  assert.equal(book.find(['session:0', 'session:1']), one);
  assert.equal(book.find(['session:0']), undefined);
  page.close();
  assert.equal(book.find(['ticket:1', 'session:1']), undefined);
});

test('attack: who shows the mark of somebody else’s session draws nothing to another server', () => {
  const book = new TicketBook();
  const [owner, thief] = [book.page(one), book.page(two)];
  owner.add('session:1');
  thief.add('session:1');
  assert.equal(book.find(['session:1']), one);
  thief.close();
  assert.equal(book.find(['session:1']), one);
});

test('hostile: one control connection fills no book', () => {
  const book = new TicketBook();
  const page = book.page(one);
  for (let number = 0; number < 1000; number += 1) page.add(`ticket:${number}`);
  assert.equal(book.find(['ticket:999']), undefined);
});
