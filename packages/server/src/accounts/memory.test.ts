import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MemoryFiles } from '../files/memory/memory-files.ts';
import { allPermissions, type LoginAttempt, readPermissions } from './accounts.ts';
import { MemoryAccounts } from './memory.ts';

const files = new MemoryFiles();

function attempt(user: string, password?: string): LoginAttempt {
  return { user, password, peer: { address: '127.0.0.1', port: 40000, family: 4 }, secure: false };
}

test('the right password lets in, everything else does not', async () => {
  const accounts = new MemoryAccounts({ files, users: [{ name: 'ada', password: 'löve lace' }] });
  const login = await accounts.login(attempt('ada', 'löve lace'));
  assert.equal(login?.user, 'ada');
  assert.equal(login?.home, '/');
  assert.equal(login?.files, files);
  assert.deepEqual(login?.permissions, new Set(allPermissions));
  for (const wrong of ['löve', '', 'LÖVE LACE', 'löve lace ', undefined]) {
    assert.equal(await accounts.login(attempt('ada', wrong)), undefined);
  }
  assert.equal(await accounts.login(attempt('Ada', 'löve lace')), undefined);
  assert.equal(await accounts.login(attempt('nobody', 'löve lace')), undefined);
  assert.equal(await accounts.login(attempt('constructor', 'x')), undefined);
});

test('an unknown name is asked for a password like a known one', () => {
  const accounts = new MemoryAccounts({ files, users: [{ name: 'ada', password: 'x' }] });
  assert.equal(accounts.begin(attempt('ada')), 'password');
  assert.equal(accounts.begin(attempt('nobody')), 'password');
  assert.equal(accounts.begin(attempt('anonymous')), 'password');
});

test('anonymous is nobody unless it is switched on, and then may only read', async () => {
  const closed = new MemoryAccounts({ files });
  assert.equal(await closed.login(attempt('anonymous', 'me@example.org')), undefined);
  const open = new MemoryAccounts({ files, anonymous: {} });
  assert.equal(open.begin(attempt('Anonymous')), 'address');
  const login = await open.login(attempt('ftp', 'me@example.org'));
  assert.equal(login?.anonymous, true);
  assert.deepEqual(login?.permissions, new Set(readPermissions));
});

test('a user called anonymous has a password', async () => {
  const accounts = new MemoryAccounts({
    files,
    anonymous: {},
    users: [{ name: 'anonymous', password: 'secret' }],
  });
  assert.equal(await accounts.login(attempt('anonymous', 'me@example.org')), undefined);
  assert.equal((await accounts.login(attempt('anonymous', 'secret')))?.anonymous, undefined);
});

test('a function decides, at once or later', async () => {
  const accounts = new MemoryAccounts({
    files,
    users: [
      { name: 'now', password: (given) => given === 'a' },
      { name: 'later', password: async (given, { secure }) => given === 'b' && !secure },
    ],
  });
  assert.equal((await accounts.login(attempt('now', 'a')))?.user, 'now');
  assert.equal(await accounts.login(attempt('now', 'b')), undefined);
  assert.equal((await accounts.login(attempt('later', 'b')))?.user, 'later');
  assert.equal(await accounts.login({ ...attempt('later', 'b'), secure: true }), undefined);
});

test('users come and go', async () => {
  const accounts = new MemoryAccounts({ files });
  accounts.set({ name: 'ada', password: 'a', permissions: new Set(['list']), home: '/in' });
  const login = await accounts.login(attempt('ada', 'a'));
  assert.deepEqual([...(login?.permissions ?? [])], ['none', 'list']);
  assert.equal(login?.home, '/in');
  accounts.set({ name: 'ada', password: 'b' });
  assert.equal(await accounts.login(attempt('ada', 'a')), undefined);
  assert.equal(accounts.remove('ada'), true);
  assert.equal(accounts.remove('ada'), false);
  assert.equal(await accounts.login(attempt('ada', 'b')), undefined);
});

test('an account without files is refused when it is made', () => {
  assert.throws(() => new MemoryAccounts({ users: [{ name: 'ada', password: 'a' }] }), /no files/);
});
