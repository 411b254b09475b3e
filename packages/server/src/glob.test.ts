import assert from 'node:assert/strict';
import { test } from 'node:test';
import { globMatcher, isGlob } from './glob.ts';

const fits: readonly (readonly [string, string, boolean])[] = [
  ['*', '', true],
  ['*', 'anything', true],
  ['*.txt', 'a.txt', true],
  ['*.txt', 'a.txt.gz', false],
  ['a*b*c', 'aXbXbXc', true],
  ['a*b*c', 'aXbXb', false],
  ['?', 'é', true],
  ['?', '𝄞', true],
  ['?', '', false],
  ['??', 'a', false],
  ['[abc]', 'b', true],
  ['[a-c]x', 'bx', true],
  ['[a-c]x', 'dx', false],
  ['[!a-c]', 'd', true],
  ['[^a-c]', 'a', false],
  ['[]]', ']', true],
  ['[-a]', '-', true],
  ['[', '[', true],
  ['[a', '[a', true],
  ['a.b', 'axb', false],
  ['(a|b)+', '(a|b)+', true],
  ['\\*', '\\x', true],
];

for (const [pattern, name, expected] of fits) {
  test(`pattern ${pattern} ${expected ? 'fits' : 'does not fit'} ${JSON.stringify(name)}`, () => {
    assert.equal(globMatcher(pattern)(name), expected);
  });
}

test('what is a pattern', () => {
  for (const name of ['*', 'a?', '[x']) assert.ok(isGlob(name));
  for (const name of ['', 'a', 'a]', '(', '.']) assert.ok(!isGlob(name));
});

test('attack: a pattern made to backtrack takes no time', () => {
  const started = performance.now();
  assert.equal(globMatcher(`${'*a'.repeat(100)}b`)('a'.repeat(5000)), false);
  assert.equal(globMatcher('*'.repeat(4000))('x'.repeat(255)), true);
  assert.ok(performance.now() - started < 2000);
});
