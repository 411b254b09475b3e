import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findNetrc, parseNetrc } from './netrc.ts';

const text = `# mine
machine files.example login ann password "two words \\"x\\""
machine files.example
  login bob
  password b#b
macdef init
  machine evil.example login x password y

machine other.example password only
default login anonymous password me@example
`;

test('entries in the order of the file, macros and comments left out', () => {
  assert.deepEqual(parseNetrc(text), [
    { machine: 'files.example', login: 'ann', password: 'two words "x"' },
    { machine: 'files.example', login: 'bob', password: 'b#b' },
    { machine: 'other.example', password: 'only' },
    { machine: undefined, login: 'anonymous', password: 'me@example' },
  ]);
});

test('the host decides, then the user, then the default entry', () => {
  const entries = parseNetrc(text);
  assert.equal(findNetrc(entries, 'FILES.example')?.login, 'ann');
  assert.equal(findNetrc(entries, 'files.example', 'bob')?.password, 'b#b');
  assert.equal(findNetrc(entries, 'other.example', 'anyone')?.password, 'only');
  assert.equal(findNetrc(entries, 'nowhere.example')?.login, 'anonymous');
  assert.equal(findNetrc(entries, 'nowhere.example', 'bob'), undefined);
});

test('a broken file is read as far as it goes', () => {
  assert.deepEqual(parseNetrc('login early machine'), []);
  assert.deepEqual(parseNetrc('machine a login'), [{ machine: 'a' }]);
  assert.deepEqual(parseNetrc(''), []);
});
