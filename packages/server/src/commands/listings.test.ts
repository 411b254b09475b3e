import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseListing } from '@duoport/protocol';
import { clock, replyTo, type Scene, sendPlan, sent, told } from '../../test/handlers.ts';
import { type Permission, readPermissions } from '../accounts/accounts.ts';
import type { Files } from '../files/files.ts';
import { MemoryFiles } from '../files/memory/memory-files.ts';
import { noFiles } from '../no-files.ts';

const modified = Date.UTC(2026, 9, 1, 2, 3, 4);

function tree(): MemoryFiles {
  const files = new MemoryFiles({
    contents: {
      '/a.txt': 'abc',
      '/b.txt': '',
      '/d/x': '1',
      '/d/y y': '',
      '/-l': '',
      '/[x]': '',
      '/empty/': '',
    },
    now: () => modified,
  });
  files.symlink('a.txt', '/link');
  return files;
}

async function listed(line: string, scene: Scene = {}): Promise<string> {
  return (await sent(await sendPlan(line, { files: tree(), ...scene }))).toString('latin1');
}

/** A backend whose every path is a directory with these entries. */
function directoryOf(list: Files['list']): Files {
  return { ...noFiles, stat: () => ({ name: 'd', type: 'directory' }), list };
}

const names = (text: string) => text.split('\r\n').slice(0, -1).sort();

test('LIST has lines that a client can read', async () => {
  const text = await listed('LIST');
  const { entries } = parseListing(Buffer.from(text), { now: clock });
  assert.deepEqual(entries.map((entry) => entry.name).sort(), [
    '-l',
    '[x]',
    'a.txt',
    'b.txt',
    'd',
    'empty',
    'link',
  ]);
  assert.equal(entries.find((entry) => entry.name === 'a.txt')?.size, 3);
  assert.equal(entries.find((entry) => entry.name === 'link')?.target, 'a.txt');
  assert.ok(text.endsWith('\r\n'));
});

test('LIST of a file, of a pattern, of nothing', async () => {
  assert.match(await listed('LIST a.txt'), /^-rw-r--r-- .* 3 .* a\.txt\r\n$/);
  assert.equal(names(await listed('LIST *.txt')).length, 2);
  assert.equal(await listed('LIST *.none'), '');
  assert.equal(await listed('LIST empty'), '');
  assert.equal((await replyTo('LIST nothing', { files: tree() })).code, 550);
  assert.equal((await replyTo('LIST nothing/*', { files: tree() })).code, 550);
});

test('LIST passes over options that fingers type, and takes what comes behind', async () => {
  assert.equal(await listed('LIST -la'), await listed('LIST'));
  assert.equal(await listed('LIST -a -l d'), await listed('LIST d'));
  assert.match(await listed('LIST ./-l'), / -l\r\n$/);
  assert.match(await listed('LIST -- -l'), / -l\r\n$/);
});

test('NLST has names as the client must send them back', async () => {
  assert.deepEqual(names(await listed('NLST')), ['-l', '[x]', 'a.txt', 'b.txt', 'd', 'empty', 'link']);
  assert.deepEqual(names(await listed('NLST d')), ['d/x', 'd/y y']);
  assert.deepEqual(names(await listed('NLST /d/')), ['/d/x', '/d/y y']);
  assert.deepEqual(names(await listed('NLST d/*y')), ['d/y y']);
  assert.deepEqual(names(await listed('NLST a.txt')), ['a.txt']);
  assert.deepEqual(names(await listed('NLST [x]')), ['[x]'], 'a name that is there goes before a pattern');
});

test('MLSD has the facts that are told', async () => {
  const text = await listed('MLSD d', { parameters: { facts: new Set(['type', 'size'] as const) } });
  assert.deepEqual(names(text), ['type=file;size=0; y y', 'type=file;size=1; x']);
  assert.equal((await replyTo('MLSD a.txt', { files: tree() })).code, 550);
});

test('MLSD tells in perm what this account may do', async () => {
  const parameters = { facts: new Set(['perm'] as const) };
  const [file] = names(await listed('MLSD d', { parameters, permissions: readPermissions }));
  assert.equal(file, 'perm=r; x');
  const all = await listed('MLSD', { parameters });
  assert.match(all, /perm=adfrw; a\.txt\r\n/);
  assert.match(all, /perm=cdeflmp; d\r\n/);
});

test('MLST tells one entry with its whole path', async () => {
  const text = await told('MLST d/x', { files: tree() });
  assert.match(text, /^250 Facts of \/d\/x\n type=file;size=1;modify=20261001020304;.* \/d\/x\nEnd$/);
  assert.match(await told('MLST', { files: tree() }), /type=dir;.* \/\nEnd$/);
  assert.equal((await replyTo('MLST nothing', { files: tree() })).code, 550);
});

test('attack: a name with a newline is left out of every listing', async () => {
  const odd = directoryOf(async function* () {
    yield [
      { name: 'good', type: 'file' },
      { name: 'bad\r\ntype=dir; forged', type: 'file' },
    ];
  });
  for (const line of ['LIST d', 'NLST d', 'MLSD d']) {
    const text = await listed(line, { files: odd });
    assert.ok(text.includes('good') && !text.includes('forged'), line);
  }
  const { lines } = await replyTo('STAT d', { files: odd });
  assert.ok(!lines.join('').includes('forged'));
});

test('STAT with a path lists over the control connection', async () => {
  const text = await told('STAT d', { files: tree() });
  assert.match(text, /^21[123] /);
  assert.match(text, / x\n/);
  assert.match(text, / y y\n/);
  assert.equal((await replyTo('STAT nothing', { files: tree() })).code, 550);
});

test('attack: STAT of a huge directory is refused, not held in memory', async () => {
  const endless = directoryOf(async function* () {
    for (let at = 0; ; at += 1000)
      yield Array.from({ length: 1000 }, (_, index) => ({ name: `n${at + index}`, type: 'file' }));
  });
  assert.equal((await replyTo('STAT d', { files: endless })).code, 450);
});

test('an account that may not list learns nothing by STAT', async () => {
  const permissions = new Set<Permission>(['none', 'read', 'write']);
  assert.equal((await replyTo('STAT d', { files: tree(), permissions })).code, 550);
});
