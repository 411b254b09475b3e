import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Upstream } from '../upstream.ts';
import { type BalanceFacts, balance } from './balance.ts';

const [a, b, c] = ['a', 'b', 'c'].map((host, index): Upstream => ({ host, weight: index + 1 })) as [
  Upstream,
  Upstream,
  Upstream,
];

function chance(): () => number {
  let state = 1;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

function facts(how: BalanceFacts['how'], more: Partial<BalanceFacts> = {}): BalanceFacts {
  return { how, user: 'u', open: () => 0, random: chance(), ...more };
}

function names(upstreams: readonly Upstream[]): string {
  return upstreams.map(({ host }) => host).join('');
}

test('in order: as written, and lower priorities first', () => {
  assert.equal(names(balance([c, a, b], facts('in-order'))), 'cab');
  assert.equal(names(balance([{ ...c, priority: 2 }, { ...a, priority: 1 }, b], facts('in-order'))), 'bac');
});

test('weighted: each comes first as often as its weight says, and weight 0 never', () => {
  const given = facts('weighted');
  const first = { a: 0, b: 0, c: 0, z: 0 };
  for (let round = 0; round < 6000; round += 1) {
    const [upstream] = balance([{ host: 'z', weight: 0 }, a, b, c], given);
    first[upstream?.host as keyof typeof first] += 1;
  }
  assert.ok(Math.abs(first.a - 1000) < 150, JSON.stringify(first));
  assert.ok(Math.abs(first.b - 2000) < 150, JSON.stringify(first));
  assert.ok(Math.abs(first.c - 3000) < 150, JSON.stringify(first));
  assert.equal(first.z, 0);
});

test('least connections: for its weight', () => {
  const open = ({ host }: Upstream): number => ({ a: 1, b: 4, c: 3 })[host] ?? 0;
  assert.equal(names(balance([a, b, c], facts('least-connections', { open }))), 'cab');
});

test('sticky: the same user, the same server; without it only its users move', () => {
  const owner = (user: string, of: readonly Upstream[]): string =>
    balance(of, facts('sticky', { user }))[0]?.host ?? '';
  const counts: Record<string, number> = {};
  for (let number = 0; number < 3000; number += 1) {
    const before = owner(`user${number}`, [a, b, c]);
    assert.equal(owner(`user${number}`, [c, b, a]), before);
    if (before !== 'b') assert.equal(owner(`user${number}`, [a, c]), before);
    counts[before] = (counts[before] ?? 0) + 1;
  }
  assert.ok(Math.abs((counts['a'] ?? 0) - 500) < 120, JSON.stringify(counts));
  assert.ok(Math.abs((counts['c'] ?? 0) - 1500) < 150, JSON.stringify(counts));
});
