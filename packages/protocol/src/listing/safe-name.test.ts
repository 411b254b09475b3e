import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isListableName, isSafeName, nameHazards, printableName } from './safe-name.ts';

test('names and their hazards', () => {
  const rows: readonly (readonly [string, readonly string[], boolean])[] = [
    ['notes.txt', [], true],
    ['-rf', [], true],
    ['...', ['windows'], true],
    ['.profile', [], true],
    ['', ['empty'], false],
    ['.', ['dots'], false],
    ['..', ['dots'], false],
    ['a/b', ['slash'], false],
    ['../x', ['slash'], false],
    ['a\\b', ['backslash'], false],
    ['a\0b', ['nul', 'control'], false],
    ['a\r\nb', ['control'], true],
    ['\x1b[2J', ['control'], true],
    ['\u009b2J', ['control'], true],
    ['con', ['windows'], true],
    ['LPT1.txt', ['windows'], true],
    ['a:b', ['windows'], true],
    ['trailing. ', ['windows'], true],
    ['console', [], true],
  ];
  for (const [name, hazards, safe] of rows) {
    assert.deepEqual([nameHazards(name), isSafeName(name)], [hazards, safe], JSON.stringify(name));
  }
});

test('names that are printed change nothing but themselves', () => {
  assert.equal(printableName('日本語 😀.txt'), '日本語 😀.txt');
  assert.equal(printableName('M\udcfcller'), 'M\\xfcller');
  assert.equal(printableName('a\r\n\t\x7f\u009b'), 'a\\x0d\\x0a\\x09\\x7f\\x9b');
  assert.equal(printableName('exe.\u202etxt'), 'exe.\\u202etxt');
});

test('names that a line can hold', () => {
  assert.deepEqual(['a b', 'a\tb', '\x1b', 'a\rb', 'a\nb', 'a\0', ''].map(isListableName), [
    true,
    true,
    true,
    false,
    false,
    false,
    false,
  ]);
});
