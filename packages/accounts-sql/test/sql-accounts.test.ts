import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { type AccountStore, openAccounts, SqlAccounts } from '@duoport/accounts-sql';
import { hashPassword } from '@duoport/passwords';
import { type LoginAttempt, MemoryFiles, wrongPassword } from '@duoport/server';

const files = new MemoryFiles();
/** `U*U` */
const bcrypt = '$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW';

async function accountsIn(
  t: TestContext,
): Promise<{ readonly folder: string; readonly store: AccountStore; readonly accounts: SqlAccounts }> {
  const folder = await mkdtemp(join(tmpdir(), 'duoport-accounts-'));
  const store = await openAccounts(join(folder, 'accounts.db'), { create: true });
  t.after(async () => {
    await store.close();
    await rm(folder, { recursive: true, force: true });
  });
  return { folder, store, accounts: new SqlAccounts(store, { files }) };
}

function attempt(user: string, password?: string): LoginAttempt {
  return { user, password, peer: { address: '127.0.0.1', port: 40_000, family: 4 }, secure: false };
}

test('a user of the database logs in, and a change holds from the next login on', async (t) => {
  const { folder, store, accounts } = await accountsIn(t);
  await store.addUser('ada', await hashPassword('secret'));
  const login = await accounts.login(attempt('ada', 'secret'));
  assert.ok(login !== undefined && 'files' in login);
  assert.equal(login.files, files);
  for (const [name, password] of [
    ['ada', undefined],
    ['bob', 'secret'],
    ['', 'secret'],
  ] as const) {
    assert.equal(await accounts.login(attempt(name, password)), undefined);
  }
  for (const wrong of ['Secret', ''])
    assert.equal(await accounts.login(attempt('ada', wrong)), wrongPassword);
  assert.ok(await accounts.login({ ...attempt('ada'), proven: true }));
  assert.equal(await accounts.login({ ...attempt('bob'), proven: true }), undefined);
  await store.setUser('ada', { rules: { directory: folder, permissions: ['read'], sessions: 1 } });
  const next = await accounts.login(attempt('ada', 'secret'));
  assert.ok(next !== undefined && 'files' in next);
  assert.notEqual(next.files, files);
  assert.deepEqual([...next.permissions], ['none', 'read']);
  assert.equal(next.limits?.sessions, 1);
  await store.setUser('ada', { rules: { enabled: false } });
  assert.deepEqual(await accounts.login(attempt('ada', 'secret')), {
    because: 'This account is switched off',
    told: 'This account is switched off',
  });
  assert.equal(await accounts.login(attempt('ada', 'wrong')), wrongPassword);
});

test('an older hash becomes argon2id at the first login', async (t) => {
  const { store, accounts } = await accountsIn(t);
  await store.addUser('ada', bcrypt);
  assert.equal(await accounts.login(attempt('ada', 'wrong')), wrongPassword);
  assert.equal((await store.user('ada'))?.password, bcrypt);
  assert.ok(await accounts.login(attempt('ada', 'U*U')));
  assert.match((await store.user('ada'))?.password ?? '', /^\$argon2id\$/);
  assert.ok(await accounts.login(attempt('ada', 'U*U')));
});

test('a folder that is gone keeps its owner out, with the reason in the log', async (t) => {
  const { folder, store, accounts } = await accountsIn(t);
  const directory = join(folder, 'gone');
  await store.addUser('ada', await hashPassword('x'), { rules: { directory } });
  const refusal = await accounts.login(attempt('ada', 'x'));
  assert.ok(refusal !== undefined && 'because' in refusal);
  assert.match(refusal.because, /gone/);
  assert.ok(!refusal.told?.includes(folder));
});
