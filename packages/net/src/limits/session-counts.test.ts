import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SessionCounts } from './session-counts.ts';

test('sessions are counted in all and of each address, and those that left make room', () => {
  const counts = new SessionCounts();
  const refused = (address: string) => counts.refusal(address, { sessions: 3, perAddress: 2 })?.limit;
  counts.came('192.0.2.1');
  assert.equal(refused('192.0.2.1'), undefined);
  counts.came('192.0.2.1');
  assert.equal(refused('192.0.2.1'), 'sessions-per-address');
  assert.equal(refused('192.0.2.2'), undefined);
  counts.came('192.0.2.2');
  assert.equal(refused('192.0.2.1'), 'sessions');
  assert.equal(refused('192.0.2.3'), 'sessions');
  assert.equal(counts.size, 3);
  counts.left('192.0.2.2');
  assert.equal(refused('192.0.2.1'), 'sessions-per-address');
  counts.left('192.0.2.1');
  assert.equal(refused('192.0.2.1'), undefined);
});
