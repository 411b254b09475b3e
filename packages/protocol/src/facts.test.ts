import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  decodeFacts,
  decodeMlst,
  encodeFacts,
  type FactName,
  factNames,
  formatFactNames,
  formatMlstFeature,
} from './facts.ts';
import { isFault } from './fault.ts';
import type { Entry } from './listing/entry.ts';
import type { Quirk } from './quirks.ts';
import { reply } from './reply.ts';

const all: ReadonlySet<FactName> = new Set(factNames);

const wire: readonly (readonly [string, Entry, readonly Quirk[]])[] = [
  ['type=file;size=12; name', { name: 'name', type: 'file', size: 12 }, []],
  ['TYPE=FILE;Size=12; Name', { name: 'Name', type: 'file', size: 12 }, []],
  ['type=dir; a b ', { name: 'a b ', type: 'directory' }, []],
  ['type=file;  two', { name: ' two', type: 'file' }, []],
  [' type=file;size=1; as MLST has it', { name: 'as MLST has it', type: 'file', size: 1 }, []],
  [' no facts', { name: 'no facts', type: 'file' }, []],
  ['type=cdir; /pub', { name: '/pub', type: 'directory', place: 'current' }, []],
  ['type=pdir; ..', { name: '..', type: 'directory', place: 'parent' }, []],
  ['type=OS.unix=slink:/t; l', { name: 'l', type: 'symlink', target: '/t' }, []],
  ['type=OS.UNIX=symlink; l', { name: 'l', type: 'symlink' }, []],
  ['type=OS.unix=chr-13/29; d', { name: 'd', type: 'other', kind: 'OS.unix=chr-13/29' }, []],
  ['type=strange; s', { name: 's', type: 'other', kind: 'strange' }, ['bad-fact']],
  ['type=file;size=1 name', { name: 'name', type: 'file', size: 1 }, ['missing-semicolon']],
  ['type=file;\tname', { name: 'name', type: 'file' }, ['tab-after-facts']],
  ['type=dir;sizd=4096; d', { name: 'd', type: 'directory', size: 4096 }, ['misspelt-fact']],
  ['sizd=4096; d', { name: 'd', type: 'directory', size: 4096 }, ['misspelt-fact']],
  ['type=file;perm=; f', { name: 'f', type: 'file', permissions: '' }, []],
  ['type=file;perm=ADFrw; f', { name: 'f', type: 'file', permissions: 'adfrw' }, []],
  [
    'modify=19541107000000; f',
    { name: 'f', type: 'file', modified: -478_137_600_000, modifiedPrecision: 'second' },
    [],
  ],
  ['modify=2026; f', { name: 'f', type: 'file' }, ['bad-fact']],
  ['size=big; f', { name: 'f', type: 'file' }, ['bad-fact']],
  ['size=9007199254740991; f', { name: 'f', type: 'file', size: Number.MAX_SAFE_INTEGER }, []],
  ['UNIX.owner=Domain Users;type=file; f', { name: 'f', type: 'file', owner: 'Domain Users' }, []],
  [
    'UNIX.uid=0;UNIX.gid=7;UNIX.ownername=root; f',
    { name: 'f', type: 'file', owner: 'root', group: '7' },
    [],
  ],
  ['UNIX.mode=0100644; f', { name: 'f', type: 'file', mode: 0o644 }, []],
  ['UNIX.mode=0999; f', { name: 'f', type: 'file' }, ['bad-fact']],
  [
    'create=19700101000001;unique=1g2;lang=en;media-type=text/plain;charset=UTF-8; f',
    {
      name: 'f',
      type: 'file',
      created: 1000,
      unique: '1g2',
      language: 'en',
      mediaType: 'text/plain',
      charset: 'UTF-8',
    },
    [],
  ],
  ['type=file;x.unknown=1; a=b; c', { name: 'a=b; c', type: 'file' }, []],
  ['type=file; \udce9', { name: '\udce9', type: 'file' }, []],
];

for (const [line, entry, quirks] of wire) {
  test(`facts: ${line}`, () => assert.deepEqual(decodeFacts(line), { entry, quirks }));
}

for (const line of [
  '',
  ' ',
  'type=file;',
  'type=file; ',
  'type=file',
  'no facts here',
  '-rw-r--r-- 1 a b 3 Jan 1 00:00 x',
  'a;b=c; d',
]) {
  test(`facts: ${JSON.stringify(line)} is a fault`, () => assert.ok(isFault(decodeFacts(line))));
}

test('attack: a size over 2^53 is refused, not rounded', () => {
  const decoded = decodeFacts('type=file;size=9007199254740993; f');
  assert.ok(isFault(decoded));
  assert.match(decoded.fault, /too large/);
});

test('MLST: the inner line, with and without its space', () => {
  const entry = { name: '/f', type: 'file', size: 1 };
  for (const line of [' type=file;size=1; /f', 'type=file;size=1; /f']) {
    assert.deepEqual(decodeMlst(reply(250, 'Listing /f', line, 'End')), { entry, quirks: [] });
  }
  assert.ok(isFault(decodeMlst(reply(250, 'ok'))));
});

test('facts: our own lines', () => {
  const entry: Entry = {
    name: 'a b',
    type: 'directory',
    modified: 0,
    mode: 0o755,
    owner: 'root',
    group: 'Domain Users',
  };
  assert.equal(encodeFacts(entry, all), 'type=dir;modify=19700101000000;UNIX.mode=0755;UNIX.owner=root; a b');
  assert.equal(encodeFacts(entry, new Set()), ' a b');
  assert.equal(encodeFacts({ name: 'l', type: 'symlink', target: 'x;y' }, all), 'type=OS.unix=symlink; l');
  assert.equal(formatMlstFeature(new Set(['size']), ['type', 'size']), 'MLST type;size*;');
  assert.equal(formatFactNames(new Set(['unix.mode', 'type'])), 'type;UNIX.mode;');
});

test('attack: a name with CR LF would be a second entry', () => {
  for (const name of ['a\r\ntype=dir; b', 'a\n', 'a\0', '']) {
    assert.throws(() => encodeFacts({ name, type: 'file' }, all), { code: 'FTP_LOCAL_PROTOCOL' });
  }
});

test('attack: a value with ; or a space would forge a fact', () => {
  const line = encodeFacts(
    { name: 'f', type: 'file', owner: 'x;type=dir', unique: 'a b', permissions: 'a\tb' },
    all,
  );
  assert.equal(line, 'type=file; f');
});

test('facts: what is encoded is decoded again, without a quirk', () => {
  const word = fc.string({ minLength: 1, maxLength: 8, unit: fc.constantFrom('a', 'Z', '0', '.', '-', 'é') });
  const entry = fc.record(
    {
      name: fc.string({ minLength: 1, unit: fc.constantFrom('a', ' ', ';', '=', '"', 'é', '\udcff') }),
      type: fc.constantFrom('file' as const, 'directory' as const),
      size: fc.maxSafeNat(),
      modified: fc.integer({ min: -1e12, max: 1e13 }),
      created: fc.integer({ min: -1e12, max: 1e13 }),
      mode: fc.integer({ min: 0, max: 0o7777 }),
      owner: word,
      group: word,
      unique: word,
      permissions: fc.constantFrom('', 'adfrw', 'cdeflmp'),
    },
    { requiredKeys: ['name', 'type'], noNullPrototype: true },
  );
  fc.assert(
    fc.property(entry, (input) => {
      const expected = input.modified === undefined ? input : { ...input, modifiedPrecision: 'second' };
      assert.deepEqual(decodeFacts(encodeFacts(input as Entry, all)), { entry: expected, quirks: [] });
    }),
  );
});

test('attack: garbage gives an entry or a fault, never a throw', () => {
  const text = fc.string({
    unit: fc.constantFrom('type', 'size', '=', ';', ' ', '\t', '1', 'x', 'OS.'),
    maxLength: 12,
  });
  fc.assert(fc.property(fc.oneof(text, fc.string({ unit: 'binary' })), (input) => void decodeFacts(input)));
});
