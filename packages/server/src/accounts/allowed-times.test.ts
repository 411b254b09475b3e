import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AllowedTimes, timesFault } from './allowed-times.ts';

const minute = 60_000;
const at = (text: string) => Date.parse(text);
// The 20th of November 2026 is a Friday.
const friday = (time: string) => at(`2026-11-20T${time}Z`);

test('days and hours, in UTC where no zone is said', () => {
  const times = new AllowedTimes(['mon-fri 08:00-18:00', 'sat 10:00-14:00']);
  assert.equal(times.left(friday('07:59:59')), 0);
  assert.equal(times.left(friday('08:00:00')), 600 * minute);
  assert.equal(times.left(friday('17:59:30')), 30_000);
  assert.equal(times.left(friday('18:00:00')), 0);
  assert.equal(times.left(at('2026-11-21T13:00:00Z')), 60 * minute);
  assert.equal(times.left(at('2026-11-22T13:00:00Z')), 0);
});

test('a night that began yesterday, days round the week, what follows on, and for ever', () => {
  const night = new AllowedTimes(['fri 22:00-06:00']);
  assert.equal(night.left(at('2026-11-21T05:00:00Z')), 60 * minute);
  assert.equal(night.left(friday('05:00:00')), 0);
  const weekend = new AllowedTimes(['sat-mon']);
  assert.equal(weekend.left(at('2026-11-22T12:00:00Z')), 36 * 60 * minute);
  const sunday = new AllowedTimes(['sun 23:00-01:00']);
  assert.equal(sunday.left(at('2026-11-23T00:30:00Z')), 30 * minute);
  const joined = new AllowedTimes(['08:00-12:00', '12:00-13:00', '12:30-14:00']);
  assert.equal(joined.left(friday('11:00:00')), 180 * minute);
  assert.equal(new AllowedTimes(['00:00-24:00']).left(friday('11:00:00')), Number.POSITIVE_INFINITY);
  assert.equal(new AllowedTimes(['mon-sun']).left(friday('11:00:00')), Number.POSITIVE_INFINITY);
});

test('in a time zone, over the change to winter time', () => {
  const times = new AllowedTimes(['08:00-18:00'], 'Europe/Berlin');
  assert.equal(times.left(at('2026-10-24T06:00:00Z')), 600 * minute);
  assert.equal(times.left(at('2026-10-25T06:00:00Z')), 0);
  assert.equal(times.left(at('2026-10-25T07:00:00Z')), 600 * minute);
});

test('what is written otherwise is refused with how it is written', () => {
  for (const text of [
    '',
    'noon',
    '8-18',
    'mon 08:00',
    '08:00-08:00',
    '25:00-26:00',
    'fry 08:00-09:00',
    'mon08:00-09:00x',
  ])
    assert.match(timesFault([text]) ?? '', /times are written mon-fri 08:00-18:00/, text);
  assert.equal(timesFault(['MON-FRI 08:00-18:00', 'sat', '22:00-06:00']), undefined);
  assert.throws(() => new AllowedTimes(['sat'], 'Middle/Earth'), /no time zone/);
});
