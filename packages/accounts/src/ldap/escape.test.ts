import assert from 'node:assert/strict';
import { test } from 'node:test';
import { filled, filterValue, nameValue } from './escape.ts';

test('a filter has one value, whatever the name is', () => {
  const filter = (user: string) => filled('(&(objectClass=person)(uid={user}))', { user }, filterValue);
  assert.equal(filter('ann'), '(&(objectClass=person)(uid=ann))');
  assert.equal(filter('zoë'), '(&(objectClass=person)(uid=zoë))');
  assert.equal(filter('*'), '(&(objectClass=person)(uid=\\2a))');
  assert.equal(filter('x)(|(uid=*'), '(&(objectClass=person)(uid=x\\29\\28|\\28uid=\\2a))');
  assert.equal(filter('a\\2a\0'), '(&(objectClass=person)(uid=a\\5c2a\\00))');
  assert.equal(filter('{user}$&'), '(&(objectClass=person)(uid={user}$&))');
});

test('a distinguished name has one value, whatever the name is', () => {
  const name = (user: string) => filled('uid={user},ou=people,dc=example', { user }, nameValue);
  assert.equal(name('ann'), 'uid=ann,ou=people,dc=example');
  assert.equal(name('ann,ou=admins'), 'uid=ann\\2cou\\3dadmins,ou=people,dc=example');
  assert.equal(name(' a+b=c '), 'uid=\\20a\\2bb\\3dc\\20,ou=people,dc=example');
  assert.equal(name('#a"<>;\\\n\0'), 'uid=\\23a\\22\\3c\\3e\\3b\\5c\\0a\\00,ou=people,dc=example');
});

test('what is no value of the template stays', () => {
  assert.equal(filled('(a={other})', { user: 'x' }, filterValue), '(a={other})');
  assert.equal(filled('(a={constructor})', { user: 'x' }, filterValue), '(a={constructor})');
});
