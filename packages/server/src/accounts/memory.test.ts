import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MemoryFiles } from '../files/memory/memory-files.ts';
import { allPermissions, type Login, type LoginAttempt, readPermissions } from './accounts.ts';
import { MemoryAccounts, type UserOptions } from './memory.ts';

const files = new MemoryFiles();

function attempt(user: string, password?: string): LoginAttempt {
  return { user, password, peer: { address: '127.0.0.1', port: 40000, family: 4 }, secure: false };
}

async function loggedIn(accounts: MemoryAccounts, asked: LoginAttempt): Promise<Login | undefined> {
  const login = await accounts.login(asked);
  assert.ok(login === undefined || !('because' in login), 'refused');
  return login;
}

test('the right password lets in, everything else does not', async () => {
  const accounts = new MemoryAccounts({ files, users: [{ name: 'ada', password: 'löve lace' }] });
  const login = await loggedIn(accounts, attempt('ada', 'löve lace'));
  assert.equal(login?.user, 'ada');
  assert.equal(login?.home, '/');
  assert.equal(login?.files, files);
  assert.deepEqual(login?.permissions, new Set(allPermissions));
  for (const wrong of ['löve', '', 'LÖVE LACE', 'löve lace ', undefined]) {
    assert.equal(await loggedIn(accounts, attempt('ada', wrong)), undefined);
  }
  assert.equal(await loggedIn(accounts, attempt('Ada', 'löve lace')), undefined);
  assert.equal(await loggedIn(accounts, attempt('nobody', 'löve lace')), undefined);
  assert.equal(await loggedIn(accounts, attempt('constructor', 'x')), undefined);
});

test('an unknown name is asked for a password like a known one', () => {
  const accounts = new MemoryAccounts({ files, users: [{ name: 'ada', password: 'x' }] });
  assert.equal(accounts.begin(attempt('ada')), 'password');
  assert.equal(accounts.begin(attempt('nobody')), 'password');
  assert.equal(accounts.begin(attempt('anonymous')), 'password');
});

test('anonymous is nobody unless it is switched on, and then may only read', async () => {
  const closed = new MemoryAccounts({ files });
  assert.equal(await loggedIn(closed, attempt('anonymous', 'me@example.org')), undefined);
  const open = new MemoryAccounts({ files, anonymous: {} });
  assert.equal(open.begin(attempt('Anonymous')), 'address');
  const login = await loggedIn(open, attempt('ftp', 'me@example.org'));
  assert.equal(login?.anonymous, true);
  assert.deepEqual(login?.permissions, new Set(readPermissions));
});

test('a user called anonymous has a password', async () => {
  const accounts = new MemoryAccounts({
    files,
    anonymous: {},
    users: [{ name: 'anonymous', password: 'secret' }],
  });
  assert.equal(await loggedIn(accounts, attempt('anonymous', 'me@example.org')), undefined);
  assert.equal((await loggedIn(accounts, attempt('anonymous', 'secret')))?.anonymous, undefined);
});

test('a function decides, at once or later', async () => {
  const accounts = new MemoryAccounts({
    files,
    users: [
      { name: 'now', password: (given) => given === 'a' },
      { name: 'later', password: async (given, { secure }) => given === 'b' && !secure },
    ],
  });
  assert.equal((await loggedIn(accounts, attempt('now', 'a')))?.user, 'now');
  assert.equal(await loggedIn(accounts, attempt('now', 'b')), undefined);
  assert.equal((await loggedIn(accounts, attempt('later', 'b')))?.user, 'later');
  assert.equal(await loggedIn(accounts, { ...attempt('later', 'b'), secure: true }), undefined);
});

test('users come and go', async () => {
  const accounts = new MemoryAccounts({ files });
  accounts.set({ name: 'ada', password: 'a', permissions: new Set(['list']), home: '/in' });
  const login = await loggedIn(accounts, attempt('ada', 'a'));
  assert.deepEqual([...(login?.permissions ?? [])], ['none', 'list']);
  assert.equal(login?.home, '/in');
  accounts.set({ name: 'ada', password: 'b' });
  assert.equal(await loggedIn(accounts, attempt('ada', 'a')), undefined);
  assert.equal(accounts.remove('ada'), true);
  assert.equal(accounts.remove('ada'), false);
  assert.equal(await loggedIn(accounts, attempt('ada', 'b')), undefined);
});

test('an account without files is refused when it is made', () => {
  assert.throws(() => new MemoryAccounts({ users: [{ name: 'ada', password: 'a' }] }), /no files/);
});

test('rules keep a right password out, and say why', async () => {
  const day = 86_400_000;
  const user = (name: string, rules: UserOptions['rules'] & object) => ({ name, password: 'x', rules });
  const accounts = new MemoryAccounts({
    files,
    users: [
      user('off', { enabled: false }),
      user('old', { expires: Date.now() - day }),
      user('far', { networks: ['10.0.0.0/8', '2001:db8::/32'] }),
      user('near', { networks: ['127.0.0.0/8'], expires: Date.now() + day, enabled: true }),
    ],
  });
  assert.deepEqual(await accounts.login(attempt('off', 'x')), {
    because: 'This account is switched off',
    told: 'This account is switched off',
  });
  assert.deepEqual(await accounts.login(attempt('old', 'x')), {
    because: 'This account has expired',
    told: 'This account has expired',
  });
  assert.deepEqual(await accounts.login(attempt('far', 'x')), {
    because: '127.0.0.1 is in no network of this account',
  });
  assert.equal((await loggedIn(accounts, attempt('near', 'x')))?.limits, undefined);
  for (const name of ['off', 'old', 'far'])
    assert.equal(await loggedIn(accounts, attempt(name, 'y')), undefined);
});

test('rules that limit go with the login', async () => {
  const rules = { sessions: 2, rateDown: 5000, modes: ['passive'], requireTls: 'both' } as const;
  const accounts = new MemoryAccounts({ files, users: [{ name: 'ada', password: 'a', rules }] });
  const login = await loggedIn(accounts, attempt('ada', 'a'));
  assert.deepEqual(login?.limits, {
    modes: ['passive'],
    requireTls: 'both',
    sessions: 2,
    toClient: 5000,
    toServer: undefined,
  });
});

test('where checking takes its time, it is taken for unknown names too', async () => {
  const asked: string[] = [];
  const accounts = new MemoryAccounts({ files, nobody: (given) => asked.push(given) });
  assert.equal(await loggedIn(accounts, attempt('nobody', 'x')), undefined);
  assert.deepEqual(asked, ['x']);
});
