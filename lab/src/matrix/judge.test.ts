import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Cell, Result } from '../drivers/cell.ts';
import { topologies } from '../topologies.ts';
import type { ExpectedCell, Topology } from '../topology.ts';
import type { Try } from './cell-report.ts';
import { type Difference, staleDifferences, unknownTopologies } from './differences.ts';
import { judgeCell } from './judge.ts';

const cell: Cell = { verb: 'PASV', secure: false };
const works: Result = { outcome: 'works', moves: ['LIST', 'RETR', 'STOR'], took: 1 };
const silent: Result = { outcome: 'fails', step: 'connect', how: 'silent', text: 'no answer', took: 3000 };
const silentThere: ExpectedCell = {
  outcome: 'fails',
  step: 'connect',
  how: 'silent',
  causes: [],
  sides: [],
  cure: [],
  because: 'a firewall drops it',
};
const known: readonly Difference[] = [
  {
    mark: 'x',
    who: 'others',
    topologies: ['net'],
    verbs: ['PASV'],
    instead: 'connect silent',
    because: 'it cannot',
  },
];

function topology(expected: ExpectedCell): Topology {
  const [some] = topologies;
  assert.ok(some);
  const both = { plain: expected, tls: expected };
  return { ...some, name: 'net', expect: { PASV: both, EPSV: both, PORT: both, EPRT: both } };
}

function did(result: Result, client = 'curl'): Try {
  return { client, result };
}

function judge(
  expected: ExpectedCell,
  duoport: Result,
  others: Result,
  differences: readonly Difference[] = [],
) {
  return judgeCell(topology(expected), cell, { duoport: did(duoport), others: did(others) }, differences);
}

test('both as expected', () => {
  assert.deepEqual(judge({ outcome: 'works' }, works, works).faults, []);
  assert.deepEqual(judge(silentThere, silent, silent).faults, []);
});

test('what works where it must fail is a fault, even when both do it', () => {
  const { faults } = judge(silentThere, works, works);
  assert.equal(faults.length, 2);
  assert.match(faults.join(), /duoport: works, expected connect silent/);
});

test('failing in another way is a fault', () => {
  const { faults } = judge(silentThere, { ...silent, how: 'refused' }, silent);
  assert.deepEqual(faults, ['duoport: connect: refused (no answer), expected connect silent']);
});

test('a reset and an ICMP error count as one', () => {
  const rejected = { ...silentThere, how: 'rejected' } as const;
  assert.deepEqual(judge(rejected, { ...silent, how: 'refused' }, { ...silent, how: 'rejected' }).faults, []);
});

test('a known difference explains exactly what it says', () => {
  const report = judge({ outcome: 'works' }, works, silent, known);
  assert.deepEqual([report.faults, report.explained], [[], ['x']]);
  assert.equal(judge({ outcome: 'works' }, silent, works, known).faults.length, 1, 'not for the other party');
  const refused = { ...silent, how: 'refused' } as const;
  assert.equal(judge({ outcome: 'works' }, works, refused, known).faults.length, 1, 'not for another end');
});

test('a difference that is none any more is found', () => {
  const now = [judge({ outcome: 'works' }, works, works, known)];
  assert.match(staleDifferences(now, known).join(), /difference x .* net, PASV/);
  assert.deepEqual(staleDifferences([judge({ outcome: 'works' }, works, silent, known)], known), []);
  assert.deepEqual(staleDifferences([], known), [], 'that network did not run');
  assert.match(unknownTopologies(['other'], known).join(), /net, which does not exist/);
});

test('two reply codes for one no must be explained', () => {
  const no = (reply: number): Result => ({ ...silent, step: 'command', how: 'reply', reply });
  const expected = { ...silentThere, step: 'command', how: 'reply' } as const;
  assert.deepEqual(judge(expected, no(500), no(500)).explained, []);
  assert.deepEqual(judge(expected, no(504), no(500)).explained, ['c']);
  assert.match(judge(expected, no(530), no(500)).faults.join(), /duoport says 530 where vsftpd says 500/);
});

test('a cell that was not tried is a fault, one without meaning is not', () => {
  const tries = { duoport: undefined, others: did(works) };
  assert.match(judgeCell(topology({ outcome: 'works' }), cell, tries).faults.join(), /not tried/);
  const none = { outcome: 'none', because: 'IPv6' } as const;
  assert.deepEqual(judgeCell(topology(none), cell, { duoport: undefined, others: undefined }).faults, []);
});

test('the differences name topologies that exist', () => {
  assert.deepEqual(unknownTopologies(topologies.map(({ name }) => name)), []);
});
