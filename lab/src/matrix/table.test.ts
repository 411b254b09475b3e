import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cells } from '../drivers/cell.ts';
import { findTopology } from '../topologies.ts';
import type { Try } from './cell-report.ts';
import { documentText } from './document.ts';
import { judgeCell } from './judge.ts';
import { tableLines } from './table.ts';

const topology = findTopology('port-mapped-nat');
const works: Try = { client: 'duoport', result: { outcome: 'works', moves: ['LIST'], took: 1 } };
const repeated: Try = {
  client: 'curl',
  result: { outcome: 'works', moves: ['LIST'], took: 1, remark: 'STOR repeated 1×: vsftpd said 426' },
};
const silent: Try = {
  client: 'curl',
  result: { outcome: 'fails', step: 'connect', how: 'silent', text: 'no answer', took: 1 },
};
const reports = cells.map((cell) =>
  judgeCell(topology, cell, {
    // One cell is not as it should be.
    duoport: cell.verb === 'EPRT' && cell.secure ? { ...silent, client: 'duoport' } : works,
    others: cell.verb === 'PASV' || cell.verb === 'EPSV' ? silent : repeated,
  }),
);

test('a line a verb, both parties beside each other, marks where they differ', () => {
  const text = tableLines([topology], reports).join('\n');
  assert.match(text, /^ {3}PASV +works +curl: connect: silent \[b\] +works +curl: connect: silent \[b\]$/m);
  assert.match(text, /^ {3}EPRT +works +curl: works +connect: silent ! +curl: works$/m);
  assert.match(text, /^\[b\] vsftpd announces the port that it listens on/m);
  assert.match(text, /^port-mapped-nat, PORT: STOR repeated 1×: vsftpd said 426$/m);
});

test('the page says what differs, and nothing that changes from run to run', () => {
  const text = documentText([topology], reports);
  assert.match(
    text,
    /^\| PASV \| works \| curl: connect: silent \[b\] \| works \| curl: connect: silent \[b\] \|$/m,
  );
  assert.match(text, /^- \*\*\[b\]\*\* vsftpd announces/m);
  assert.doesNotMatch(text, /repeated 1×/);
  assert.ok(text.endsWith('\n'));
});
