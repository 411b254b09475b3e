import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { test } from 'node:test';
import { lftpWord, shellLine, urlHost, urlPart } from './quoting.ts';

test('what a shell makes of a quoted line is the words that went in', () => {
  const words = ['plain', 'two words', "it's", '$HOME `id` "x"', 'back\\slash', '*', '', 'a;b', '!!', 'ü'];
  const script = `printf '%s\\n' ${shellLine(words)}`;
  assert.equal(execFileSync('sh', ['-c', script], { encoding: 'utf8' }), `${words.join('\n')}\n`);
});

test('URL parts', () => {
  assert.equal(urlPart("p@ss:w/o'rd!"), 'p%40ss%3Aw%2Fo%27rd%21');
  assert.equal(urlHost('::1'), '[::1]');
  assert.equal(urlHost('127.0.0.1'), '127.0.0.1');
});

test('lftp words', () => {
  assert.equal(lftpWord('plain'), 'plain');
  assert.equal(lftpWord('a "b" \\c'), '"a \\"b\\" \\\\c"');
});
