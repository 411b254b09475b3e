import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { isFault } from './fault.ts';
import { decodePath, pathReply, quote } from './quote.ts';

const wire: readonly (readonly [string, string, readonly string[]])[] = [
  ['"/" is the current directory', '/', []],
  ['"/a""b" created', '/a"b', []],
  ['"/a b/c" created', '/a b/c', []],
  ['"""" created', '"', []],
  ['directory "/x" made', '/x', ['unusual-text']],
  ['/x created', '/x', ['unquoted-path']],
  ['"/x', '/x', ['unquoted-path']],
];

for (const [text, path, quirks] of wire) {
  test(`257: ${text}`, () => assert.deepEqual(decodePath(text), { path, quirks }));
}

for (const text of ['', ' ', '""', '"" created', '"']) {
  test(`257: ${JSON.stringify(text)} has no path`, () => assert.ok(isFault(decodePath(text))));
}

test('257: quotes are doubled', () => {
  assert.equal(quote('/a"b'), '"/a""b"');
  assert.deepEqual(pathReply('/a', 'created'), { code: 257, lines: ['"/a" created'] });
});

test('attack: a path with CR LF would be a second reply', () => {
  assert.throws(() => pathReply('/a\r\n230 in', 'created'), { code: 'FTP_LOCAL_PROTOCOL' });
});

test('257: what is encoded is decoded again', () => {
  const path = fc.string({ minLength: 1, unit: fc.constantFrom('a', '"', '/', ' ', 'é', '\udcff') });
  fc.assert(
    fc.property(path, (input) => {
      assert.deepEqual(decodePath(pathReply(input, 'created').lines[0] ?? ''), { path: input, quirks: [] });
    }),
  );
});

test('attack: garbage gives a path or a fault, never a throw', () => {
  fc.assert(fc.property(fc.string(), (input) => void decodePath(input)));
});
