import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Cell } from '../contest.ts';
import { gatewayRow, serverRow } from '../rows.ts';
import { cellText, standingOf } from './standing.ts';

const measured = (...values: number[]): Cell => ({ kind: 'measured', values, load: values.map(() => 0.5) });
const row = serverRow('logins', { title: 'logins', unit: '/s', better: 'more' });

test('floors are met or missed by the medians', () => {
  const cells = new Map([
    ['duoport', measured(4100, 4000, 4200)],
    ['vsftpd', measured(1000, 1000, 9000)],
    ['ftp-srv', measured(5000)],
  ]);
  const { floors, behind } = standingOf(row, cells);
  assert.deepEqual(floors, [
    { text: '4 × vsftpd', met: true },
    { text: '1 × ftp-srv', met: false },
  ]);
  assert.deepEqual(behind, [{ peer: 'ftp-srv', percent: 18 }]);
});

test('a peer that failed sets no floor and the ceiling is no peer', () => {
  const cells = new Map<string, Cell>([
    ['duoport', measured(10)],
    ['vsftpd', { kind: 'failed', reason: 'gone' }],
    ['ceiling', measured(100)],
  ]);
  const { floors, behind, ratios } = standingOf(row, cells);
  assert.deepEqual([floors, behind, ratios.size], [[], [], 0]);
});

test('level with the best means the best of the peers that were measured', () => {
  const list = serverRow('list', { title: 'LIST', unit: 'entries/s', better: 'more' });
  const cells = new Map([
    ['duoport', measured(96)],
    ['vsftpd', measured(50)],
    ['Pure-FTPd', measured(100)],
  ]);
  assert.deepEqual(standingOf(list, cells).floors, [{ text: '0.95 × the best peer', met: true }]);
});

test('the direct way is no peer that we are behind, but everybody is held against it', () => {
  const title = { title: '1 GiB', unit: 'GB/s', better: 'more' } as const;
  const cells = new Map([
    ['duoport', measured(0.8)],
    ['mod_proxy', measured(0.5)],
    ['direct', measured(2)],
  ]);
  const { behind, ratios, ofDirect, floors } = standingOf(gatewayRow('relay-retr-1g', title), cells);
  assert.deepEqual([behind, [...ratios]], [[], [['mod_proxy', 1.6]]]);
  assert.deepEqual(Object.fromEntries(ofDirect), { duoport: 0.4, mod_proxy: 0.25 });
  assert.deepEqual(floors, [{ text: '0.5 × direct', met: false }]);
});

test('a floor may be a number of its own', () => {
  const files = gatewayRow('relay-retr-1k-16', { title: 'RETR', unit: '/s', better: 'more' });
  const met = (value: number) => standingOf(files, new Map([['duoport', measured(value)]])).floors;
  assert.deepEqual(met(500), [{ text: '500 a second', met: true }]);
  assert.deepEqual(met(499), [{ text: '500 a second', met: false }]);
});

test('our own failure misses every floor that is set', () => {
  const cells = new Map<string, Cell>([
    ['duoport', { kind: 'failed', reason: 'a | b' }],
    ['vsftpd', measured(250)],
  ]);
  assert.deepEqual(standingOf(row, cells).floors, [{ text: '4 × vsftpd', met: false }]);
  assert.equal(cellText(cells.get('duoport'), row), 'failed: a   b');
  const idle = serverRow('idle', { title: 'memory', unit: 'KB', better: 'less' });
  assert.deepEqual(standingOf(idle, cells).floors, [{ text: 'under 40 KB', met: false }]);
});

test('a cell shows the median and what it lies between', () => {
  assert.equal(cellText(measured(3, 1, 2), row), '2 (1–3)');
  assert.equal(cellText(measured(3), row), '3');
  assert.equal(cellText(undefined, row), '–');
  assert.equal(cellText({ kind: 'lacks', reason: 'no MLSD' }, row), 'no MLSD');
});
