import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';
import { cells, isPassive, type Result } from '../drivers/cell.ts';
import type { Journey } from '../run/journey.ts';
import { type CellRun, expectedOf, type TopologyRun } from '../run/run-topology.ts';
import { findTopology, topologies } from '../topologies.ts';
import { drawRun, namesOf } from './draw-run.ts';
import { runTable } from './run-table.ts';

const line = ['client', 'client-router', 'internet', 'server-router', 'server'];
const failed: Result = { outcome: 'fails', step: 'connect', how: 'silent', text: 'no answer', took: 3000 };
const worked: Result = { outcome: 'works', moves: ['LIST', 'RETR', 'STOR'], took: 80 };

interface Fate {
  readonly passive: { readonly result: Result; readonly data: Journey };
  readonly active: { readonly result: Result; readonly data: Journey };
  readonly control: Journey;
}

function runOf(name: string, { passive, active, control }: Fate): TopologyRun {
  const topology = findTopology(name);
  const runs = cells.map((cell): CellRun => {
    const expected = expectedOf(topology, cell);
    const fate = isPassive(cell.verb) ? passive : active;
    const result = expected.outcome === 'none' ? undefined : fate.result;
    return { cell, expected, asExpected: true, control, ...fate, result };
  });
  return { topology, cells: runs };
}

const blocked: Fate = {
  control: { hosts: line, end: { kind: 'arrived' } },
  passive: {
    result: failed,
    data: { hosts: line, end: { kind: 'stopped', host: 'server', refused: false } },
  },
  active: { result: worked, data: { hosts: [...line].reverse(), end: { kind: 'arrived' } } },
};

const turned: Fate = {
  control: { hosts: ['client', 'lan', 'server'], end: { kind: 'arrived' } },
  passive: {
    result: { ...failed, step: 'transfer', how: 'reply', text: '425 Bad IP connecting.' },
    data: { hosts: ['client', 'lan', 'server-router', 'lan', 'server'], end: { kind: 'arrived' } },
  },
  active: { result: worked, data: { hosts: ['server', 'lan', 'client'], end: { kind: 'arrived' } } },
};

test('drawings are as they were looked at', () => {
  const samples = [
    ['server-only-21-drop.txt', runOf('server-only-21-drop', blocked), true],
    ['server-only-21-drop-ascii.txt', runOf('server-only-21-drop', blocked), false],
    ['server-nat-lan-hairpin.txt', runOf('server-nat-lan-hairpin', turned), true],
  ] as const;
  for (const [file, run, unicode] of samples) {
    const drawn = [...drawRun(run, { columns: 100, unicode }), '', ...runTable(run), ''].join('\n');
    const path = new URL(`./golden/${file}`, import.meta.url);
    if (process.env['DUOPORT_GOLDEN'] === 'write') writeFileSync(path, drawn);
    assert.equal(drawn, readFileSync(path, 'utf8'), file);
  }
});

test('every topology fits into 100 columns, and without Unicode is ASCII', () => {
  for (const { name } of topologies) {
    for (const unicode of [true, false]) {
      const lines = drawRun(runOf(name, blocked), { columns: 100, unicode });
      for (const text of lines) {
        assert.ok(text.length <= 100, `${name}: ${text}`);
        if (!unicode) assert.match(text, /^[\x20-\x7e]*$/, name);
      }
    }
  }
});

test('cells are named together', () => {
  assert.equal(namesOf(cells), 'PASV, EPSV, PORT, EPRT (plain and TLS)');
  assert.equal(namesOf(cells.filter(({ verb }) => verb === 'PASV')), 'PASV (plain and TLS)');
  const some = cells.filter(({ verb, secure }) => verb === 'EPSV' || (verb === 'PASV' && secure));
  assert.equal(namesOf(some), 'EPSV (plain); PASV, EPSV (TLS)');
});
