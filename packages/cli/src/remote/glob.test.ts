import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Entry } from '@duoport/protocol';
import { expand } from './glob.ts';
import { parseRemote } from './remote.ts';

const tree: Readonly<Record<string, readonly Entry[]>> = {
  '': [file('b.txt'), file('a.txt'), file('.hidden.txt'), directory('d'), { name: 'loop', type: 'symlink' }],
  d: [file('c.txt'), directory('e')],
  'd/e': [file('f.txt')],
  loop: [file('never.txt')],
  '/': [file('../evil.txt'), file('x.txt')],
};

function file(name: string): Entry {
  return { name, type: 'file' };
}

function directory(name: string): Entry {
  return { name, type: 'directory' };
}

async function paths(url: string, refused: string[] = []): Promise<readonly string[]> {
  const found = await expand(parseRemote(url).segments, {
    async *list(path) {
      yield* tree[path] ?? [];
    },
    refuse: (name) => refused.push(name),
  });
  return found.map((match) => match.path);
}

test('a pattern is listed, a name is not', async () => {
  assert.deepEqual(await paths('ftp://h/*.txt'), ['a.txt', 'b.txt']);
  assert.deepEqual(await paths('ftp://h/.*'), ['.hidden.txt']);
  assert.deepEqual(await paths('ftp://h/gone/x'), ['gone/x']);
  assert.deepEqual(await paths('ftp://h/*/c.txt'), ['d/c.txt', 'loop/c.txt']);
  assert.deepEqual(await paths('ftp://h/nothing*'), []);
});

test('two stars go down every directory but through no link', async () => {
  assert.deepEqual(await paths('ftp://h/**/*.txt'), ['a.txt', 'b.txt', 'd/c.txt', 'd/e/f.txt']);
});

test('a listing that names ../evil.txt cannot lead out of the directory', async () => {
  const refused: string[] = [];
  assert.deepEqual(await paths('ftp://h//[x.]*', refused), ['/x.txt']);
  assert.deepEqual(await paths('ftp://h//?*', refused), ['/x.txt']);
});
