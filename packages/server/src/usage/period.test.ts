import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nextBegins, type PeriodKind, periodAt } from './period.ts';

const next = (kind: PeriodKind, zone: string, text: string) =>
  nextBegins(periodAt(kind, zone, Date.parse(text)));

test('days, weeks from Monday on, months, and in all, as the clock of the account has them', () => {
  assert.equal(next('day', 'UTC', '2026-11-20T23:59:59Z'), '2026-11-21');
  assert.equal(next('day', 'Europe/Berlin', '2026-11-20T23:00:00Z'), '2026-11-22');
  assert.equal(next('day', 'America/Los_Angeles', '2026-11-20T03:00:00Z'), '2026-11-20');
  assert.equal(next('week', 'UTC', '2026-11-22T12:00:00Z'), '2026-11-23');
  assert.equal(next('week', 'UTC', '2026-11-23T00:00:00Z'), '2026-11-30');
  assert.equal(next('month', 'UTC', '2026-12-31T12:00:00Z'), '2027-01-01');
  assert.equal(next('ever', 'UTC', '2026-12-31T12:00:00Z'), undefined);
});
