import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FilesError } from './files.ts';
import { baseName, isNormal, isWithin, joinPath, parentPath, pathSegments, resolvePath } from './paths.ts';

const rows: readonly (readonly [cwd: string, argument: string | undefined, path: string])[] = [
  ['/', undefined, '/'],
  ['/a', '', '/a'],
  ['/', 'x', '/x'],
  ['/a', 'x', '/a/x'],
  ['/a', '/x', '/x'],
  ['/a', 'x/', '/a/x'],
  ['/a', './x', '/a/x'],
  ['/a', '.', '/a'],
  ['/a', '..', '/'],
  ['/a/b', '../c', '/a/c'],
  ['/', '../../etc/passwd', '/etc/passwd'],
  ['/a', '/../../../etc/./passwd', '/etc/passwd'],
  ['/a', 'x/../../..', '/'],
  ['/', '//x///y//', '/x/y'],
  ['/', '...', '/...'],
  ['/', '..x', '/..x'],
  ['/', 'x..', '/x..'],
  ['/', '.x/..y/z.', '/.x/..y/z.'],
  ['/', '-rf', '/-rf'],
  ['/', ' ', '/ '],
  ['/', '\\..\\x', '/\\..\\x'],
  ['/', '~root', '/~root'],
  ['/', 'caf\udce9', '/caf\udce9'],
  ['/', '%2e%2e/x', '/%2e%2e/x'],
];

test('a path is resolved as under a root that nothing stands above', () => {
  for (const [cwd, argument, path] of rows) {
    assert.equal(resolvePath(cwd, argument), path, `${cwd} + ${argument}`);
    assert.ok(isNormal(path), path);
  }
});

test('attack: NUL, CR and LF in a path', () => {
  for (const argument of ['a\0b', 'a\rb', 'a\nb', '\0']) {
    assert.throws(
      () => resolvePath('/', argument),
      (error: unknown) => error instanceof FilesError && error.kind === 'bad-name',
    );
  }
});

test('what is not normal is told', () => {
  for (const path of ['', 'a', '/a/', '//', '/.', '/..', '/a/..', '/a/../b', '/a//b', '/./a']) {
    assert.equal(isNormal(path), false, path);
  }
});

test('parts of a path', () => {
  assert.deepEqual(
    ['/', '/a', '/a/b'].map((path) => [parentPath(path), baseName(path), pathSegments(path)]),
    [
      ['/', '', []],
      ['/', 'a', ['a']],
      ['/a', 'b', ['a', 'b']],
    ],
  );
  assert.equal(joinPath('/', 'a'), '/a');
  assert.equal(joinPath('/a', 'b'), '/a/b');
  assert.deepEqual(
    [isWithin('/', '/a'), isWithin('/a', '/a'), isWithin('/a', '/a/b'), isWithin('/a', '/ab')],
    [true, true, true, false],
  );
});
