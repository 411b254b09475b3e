import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Command, findVerb, type Run, reply, type VerbRow, verbs } from '@duoport/protocol';
import { rewriteFeatures } from './features.ts';
import { passable } from './reply-for-error.ts';
import { type CommandPolicy, type Handling, rewrite } from './rewrite.ts';
import { serverVerbs } from './server-verbs.ts';

const open = { secure: false, protection: 'clear' } as const;

function handled(row: VerbRow, argument?: string, policy: CommandPolicy = {}): Handling {
  const command: Command = { verb: row.verb, argument, quirks: [] };
  const run: Run = { row, command, renameFrom: undefined, restart: undefined };
  return rewrite(run, policy, open);
}

function row(verb: string): VerbRow {
  return findVerb(verb) ?? assert.fail(verb);
}

test('no verb that agrees on a data connection, or uses one, passes as it came', () => {
  for (const each of verbs) {
    const { kind } = handled(each);
    if (each.opensData !== 'no') assert.equal(kind, 'arrange', each.verb);
    else if (each.transfer !== 'no')
      assert.equal(kind, each.power === 'probe' ? 'refuse' : 'bridge', each.verb);
    else assert.ok(kind !== 'arrange' && kind !== 'bridge', each.verb);
  }
});

test('a read-only gateway refuses every row that changes something', () => {
  for (const each of verbs) {
    const changes = !['none', 'list', 'read'].includes(each.permission) || each.transfer === 'to-server';
    const { kind } = handled(each, 'x', { readOnly: true });
    if (changes) assert.equal(kind, 'refuse', each.verb);
  }
  for (const verb of ['RETR', 'LIST', 'MLSD', 'SIZE', 'CWD', 'REST', 'TYPE'])
    assert.notEqual(handled(row(verb), 'x', { readOnly: true }).kind, 'refuse', verb);
});

test('where TLS is required, nothing that reveals anything passes in the clear', () => {
  for (const each of verbs) {
    const reveals = each.identifies || each.secret || each.needs === 'login';
    if (reveals) assert.equal(handled(each, 'x', { requireTls: 'control' }).kind, 'refuse', each.verb);
  }
  assert.equal(handled(row('AUTH'), 'TLS', { requireTls: 'both' }).kind, 'local');
});

test('a line passes up to what every server reads as one, bytes 255 counted twice', () => {
  assert.equal(handled(row('CWD'), 'x'.repeat(3990)).kind, 'pass');
  assert.equal(handled(row('CWD'), 'x'.repeat(4000)).kind, 'refuse');
  assert.equal(handled(row('CWD'), '\udcff'.repeat(1990)).kind, 'pass');
  assert.equal(handled(row('CWD'), '\udcff'.repeat(2000)).kind, 'refuse');
  assert.equal(handled(row('CWD'), 'я'.repeat(2000)).kind, 'refuse');
});

test('what is said to the server for what the client said', () => {
  assert.deepEqual(serverVerbs('same', 'PASV', 4), ['PASV']);
  assert.deepEqual(serverVerbs('same', 'EPSV', 4), ['EPSV', 'PASV']);
  assert.deepEqual(serverVerbs('same', 'EPRT', 4), ['EPRT', 'PORT']);
  // RFC 2428 §1: the old verbs carry IPv4 addresses only.
  for (const asked of ['PASV', 'EPSV', 'LPSV']) assert.deepEqual(serverVerbs('same', asked, 6), ['EPSV']);
  for (const asked of ['PORT', 'EPRT', 'LPRT']) assert.deepEqual(serverVerbs('same', asked, 6), ['EPRT']);
  assert.deepEqual(serverVerbs('EPSV', 'PORT', 4), ['EPSV']);
  assert.deepEqual(serverVerbs('PORT', 'EPSV', 6), ['EPRT']);
});

test('FEAT: what ends at the gateway is the gateway’s own', () => {
  const theirs = reply(
    211,
    'Features:',
    ' AUTH TLS',
    ' CPSV',
    ' SSCN',
    ' EPSV',
    ' SITE PROBE',
    ' MDTM',
    ' XYZ',
    'End',
  );
  const { lines } = rewriteFeatures(theirs, { tls: false, clearControl: false });
  const told = lines.slice(1, -1).map((line) => line.trim());
  for (const line of ['EPSV', 'EPRT', 'MDTM', 'XYZ']) assert.ok(told.includes(line), line);
  for (const line of ['AUTH TLS', 'CPSV', 'SSCN', 'SITE PROBE', 'CCC']) assert.ok(!told.includes(line), line);
});

test('attack: a reply’s line cannot end a line', () => {
  assert.deepEqual(passable(reply(250, 'a\r226 b', 'c\0')), { code: 250, lines: ['a 226 b', 'c '] });
});
