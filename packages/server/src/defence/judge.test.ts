import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Judge } from './judge.ts';
import { Scores } from './scores.ts';

const minute = 60_000;
const wrong = (judge: Judge, address: string, now: number, user = 'ann') =>
  judge.offended({ address, offence: 'login', user }, now).sentences;

test('points fade, and the one that was quiet for the longest time is forgotten first', () => {
  const scores = new Scores({ most: 2, halfLife: 1000 });
  assert.equal(scores.add('a', 8, 0), 8);
  assert.equal(scores.get('a', 1000), 4);
  assert.equal(scores.add('a', 1, 3000), 2);
  scores.add('b', 1, 3000);
  scores.add('a', 1, 3000);
  scores.add('c', 1, 3000);
  assert.deepEqual([scores.get('a', 3000), scores.get('b', 3000), scores.size], [3, 0, 2]);
  assert.equal(scores.add('a', -5, 3000), 0);
  assert.equal(scores.size, 1);
});

test('twenty wrong logins within seconds are a ban, and each ban is twice as long as the one before', () => {
  const judge = new Judge();
  const lengths: number[] = [];
  for (let count = 0; count < 100; count += 1)
    for (const { subject, length } of wrong(judge, '203.0.113.7', count))
      if (subject === '203.0.113.7') lengths.push(length / minute);
  assert.deepEqual(lengths, [10, 20, 40, 80, 160]);
});

test('who mistypes now and then is never banned, however long it goes on', () => {
  const judge = new Judge();
  for (let count = 0; count < 10_000; count += 1)
    assert.deepEqual(wrong(judge, '203.0.113.7', count * minute), []);
});

test('a name that gets in takes back what it did wrong, and only that', () => {
  const judge = new Judge({ threshold: 5 });
  for (let count = 0; count < 4; count += 1) wrong(judge, '203.0.113.7', 0, 'mistypes');
  judge.passed('203.0.113.7', 'mistypes', 0);
  assert.equal(judge.offended({ address: '203.0.113.7', offence: 'login', user: 'x' }, 0).score, 1);
  // Somebody who has an account himself guesses the passwords of others: logging in between buys nothing.
  const thief = new Judge({ threshold: 5 });
  let banned = 0;
  for (let count = 0; count < 30; count += 1) {
    banned += wrong(thief, '203.0.113.8', 0, `victim${count}`).length;
    thief.passed('203.0.113.8', 'own', 0);
  }
  assert.ok(banned > 0);
});

test('the office behind one address: it bears five times as much once somebody has logged in from there', () => {
  const judge = new Judge();
  judge.passed('203.0.113.7', 'ann', 0);
  for (let count = 0; count < 80; count += 1) {
    const single = wrong(judge, '203.0.113.7', 0).filter(({ subject }) => subject === '203.0.113.7');
    assert.deepEqual(single, []);
  }
  for (let count = 0; count < 19; count += 1) wrong(judge, '203.0.113.7', 0);
  assert.equal(wrong(judge, '203.0.113.7', 0)[0]?.subject, '203.0.113.7');
  assert.equal(judge.knows('203.0.113.7', 0), true);
  assert.equal(judge.knows('203.0.113.7', 2 * 86_400_000), false);
});

test('an attack from many addresses of a network bans the network; of IPv6 the /64 and the /48 too', () => {
  const subjects = (addresses: readonly string[]) => {
    const judge = new Judge();
    return addresses.flatMap((address) => wrong(judge, address, 0).map(({ subject }) => subject));
  };
  const from = (count: number, address: (at: number) => string) =>
    Array.from({ length: count }, (_, at) => address(at));
  assert.deepEqual(subjects(from(80, (at) => `203.0.113.${at}`)), ['203.0.113.0/24']);
  assert.deepEqual(subjects(from(79, (at) => `203.0.113.${at}`)), []);
  assert.deepEqual(subjects(from(80, (at) => `2001:db8:1:2::${at.toString(16)}`)), ['2001:db8:1:2::/64']);
  assert.deepEqual(subjects(from(320, (at) => `2001:db8:1:${at.toString(16)}::1`)), ['2001:db8:1::/48']);
});

test('attack: 100,000 addresses of IPv4 and IPv6 leave no more behind than a bounded table', () => {
  const judge = new Judge();
  for (let at = 0; at < 100_000; at += 1) {
    wrong(judge, `${11 + (at >> 16)}.${(at >> 8) & 255}.${at & 255}.1`, at, `name${at}`);
    wrong(judge, `2001:db8:${(at >> 4).toString(16)}:${at % 16}::${at.toString(16)}`, at, `name${at}`);
  }
  assert.ok(judge.size <= 60_000, String(judge.size));
});

test('the answer to a wrong login waits longer and longer, and not for ever', () => {
  const judge = new Judge();
  assert.deepEqual(
    [0, 1, 2, 3, 4, 5, 6, 7, 50].map((score) => judge.delayAt(score)),
    [250, 250, 500, 1000, 2000, 4000, 8000, 8000, 8000],
  );
});

test('weights say what counts, and nothing is what does not', () => {
  const judge = new Judge({ threshold: 5, weights: { 'foreign-protocol': 5 } });
  assert.equal(
    judge.offended({ address: '203.0.113.7', offence: 'foreign-protocol' }, 0).sentences.length,
    1,
  );
  for (let count = 0; count < 100; count += 1)
    assert.deepEqual(
      judge.offended({ address: '203.0.113.8', offence: 'too-many-sessions' }, 0).sentences,
      [],
    );
});
