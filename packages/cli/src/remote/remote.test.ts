import assert from 'node:assert/strict';
import { test } from 'node:test';
import { matcher } from './glob.ts';
import { hasPattern, literalPath, parseRemote } from './remote.ts';

const path = (url: string): string => literalPath(parseRemote(url));

test('the path is relative to the login directory, and absolute with a second slash', () => {
  assert.equal(path('ftp://h'), '');
  assert.equal(path('ftp://h/'), '');
  assert.equal(path('ftp://h/a/b'), 'a/b');
  assert.equal(path('ftp://h//etc/x'), '/etc/x');
  assert.equal(path('ftp://h/%2Fetc/x'), '/etc/x');
  assert.equal(path('ftp://h//'), '/');
});

test('names keep everything that a URL parser would change', () => {
  assert.equal(path('ftp://h/a#b'), 'a#b');
  assert.equal(path('ftp://h/../x'), '../x');
  assert.equal(path('ftp://h/two words'), 'two words');
  assert.equal(path('ftp://h/caf%C3%A9'), 'café');
  assert.equal(path('ftp://h/café'), 'café');
  assert.equal(path('ftp://h/caf%E9'), 'caf\udce9');
  assert.equal(path('ftp://h/100%'), '100%');
});

test('who, where and which type', () => {
  const remote = parseRemote('ftps://ann:p%40ss@h.example:990/d/;type=a');
  assert.equal(remote.target.user, 'ann');
  assert.equal(remote.target.password, 'p@ss');
  assert.equal(remote.target.port, 990);
  assert.equal(remote.target.secure, true);
  assert.equal(remote.type, 'ascii');
  assert.equal(remote.directory, true);
  assert.equal(literalPath(remote), 'd');
});

test('a URL with CR, LF or NUL hidden in it is refused', () => {
  for (const url of ['ftp://h/a%0d%0aDELE b', 'ftp://h/a%00', 'ftp://u%0a@h/']) {
    assert.throws(() => parseRemote(url), /CR, LF or NUL|control/, url);
  }
});

test('what is no FTP URL is a usage error that shows no password', () => {
  for (const url of ['file.txt', 'http://u:secret@h/', 'ftp://', 'ftp://u:secret@h:70000/']) {
    assert.throws(
      () => parseRemote(url),
      (error: Error) => error.name === 'UsageError' && !error.message.includes('secret'),
      url,
    );
  }
});

test('only what stands unescaped is a pattern', () => {
  const matches = (segment: string, name: string): boolean => {
    const pattern = parseRemote(`ftp://h/${segment}`).segments[0]?.pattern;
    return pattern !== undefined && matcher(pattern)(name);
  };
  assert.equal(hasPattern(parseRemote('ftp://h/%2A%3F%5Ba%5D')), false);
  assert.equal(hasPattern(parseRemote('ftp://h/a{b,c}(d)!e+(f)')), false);
  assert.equal(hasPattern(parseRemote('ftp://h/[open')), false);
  assert.ok(matches('*.txt', 'a.txt'));
  assert.ok(!matches('*.txt', '.txt'));
  assert.ok(!matches('*.txt', 'atxt'));
  assert.ok(matches('?.txt', 'é.txt'));
  assert.ok(matches('[a-c]?', 'b1'));
  assert.ok(!matches('[!a-c]?', 'b1'));
  assert.ok(matches('*%2A', 'x*'));
  assert.ok(!matches('*%2A', 'xy'));
  assert.ok(matches('(a|b)*', '(a|b)c'));
  assert.ok(matches('{a,b}*', '{a,b}c'));
  assert.ok(matches('caf%C3%A9*', 'café!'));
  assert.ok(matches('caf%E9*', 'caf\udce9.txt'));
  assert.ok(matches('$^+@!\\*', '$^+@!\\x'));
  assert.ok(matches('*', 'a b'));
});
