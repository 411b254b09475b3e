import assert from 'node:assert/strict';
import { test } from 'node:test';
import { printable } from './printable.ts';

test('ordinary names stay as they are', () => {
  for (const name of ['a.txt', 'Résumé final.pdf', '日本語', '😀', 'a"b\'c', 'back\\slash']) {
    assert.equal(printable(name), name);
  }
});

test('a name with terminal control sequences cannot reach the terminal', () => {
  assert.equal(printable('\x1b]0;owned\x07\x1b[2J'), '\\x1b]0;owned\\x07\\x1b[2J');
  assert.equal(printable('a\r\nb\tc\0'), 'a\\x0d\\x0ab\\x09c\\x00');
  assert.equal(printable('\u009b31m'), '\\x9b31m');
});

test('a name with a right-to-left override shows the override', () => {
  assert.equal(printable('evil\u202egpj.exe'), 'evil\\u{202e}gpj.exe');
});

test('raw bytes of a name are shown as bytes', () => {
  assert.equal(printable('caf\udce9'), 'caf\\xe9');
});
