import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { loadAccountsModule, ModuleAccounts, type ModuleAnswer } from '@duoport/accounts';
import { AccountsUnavailable, type LoginAttempt, MemoryFiles, wrongPassword } from '@duoport/server';

const files = new MemoryFiles();
const attempt: LoginAttempt = {
  user: 'ann',
  password: 'x',
  peer: { address: '127.0.0.1', port: 40_000, family: 4 },
  secure: false,
};

function answering(answer: () => ModuleAnswer | Promise<ModuleAnswer>): ModuleAccounts {
  return new ModuleAccounts({ files, module: { login: answer }, timeout: 50, rules: { rateUp: 5000 } });
}

test('what a module may answer', async () => {
  const login = await answering(() => true).login(attempt);
  assert.ok(login && 'files' in login && login.files === files);
  assert.equal(login.limits?.toServer, 5000);
  const ruled = await answering(async () => ({ sessions: 3, permissions: ['read'] })).login(attempt);
  assert.ok(ruled && 'files' in ruled);
  assert.deepEqual([[...ruled.permissions], ruled.limits?.sessions], [['none', 'read'], 3]);
  assert.equal(await answering(() => login).login(attempt), login);
  assert.equal(await answering(() => undefined).login(attempt), undefined);
  assert.equal(await answering(() => null).login(attempt), undefined);
  assert.equal(await answering(() => false).login(attempt), wrongPassword);
  const refusal = { because: 'it is Sunday' };
  assert.equal(await answering(() => refusal).login(attempt), refusal);
});

test('a module that throws, takes too long or answers nonsense lets nobody in, and the log says why', async () => {
  for (const [answer, because] of [
    [
      () => {
        throw new Error('out of paper');
      },
      /^The module of the accounts: out of paper$/,
    ],
    [() => new Promise<never>(() => undefined), /no answer within 0\.05 s/],
    [() => ({ sesions: 1 }), /sesions: there is no such rule/],
  ] as const) {
    await assert.rejects(answering(answer).login(attempt), (error: unknown) => {
      assert.ok(error instanceof AccountsUnavailable);
      assert.match(error.message, because);
      return true;
    });
  }
});

test('a module exports its functions, or an object called accounts, or that as its default', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'duoport-module-'));
  try {
    for (const [index, text] of [
      'export function login({ user }) { return user === "ann"; }',
      'export const accounts = { login: async ({ user }) => user === "ann" };',
      'class Mine { #name = "ann"; login({ user }) { return user === this.#name; } }\nexport default new Mine();',
    ].entries()) {
      const file = join(folder, `${index}.mjs`);
      await writeFile(file, text);
      const module = await loadAccountsModule(file);
      assert.equal(await module.login(attempt), true);
      assert.equal(await module.login({ ...attempt, user: 'bob' }), false);
    }
    const file = join(folder, 'none.mjs');
    await writeFile(file, 'export const logins = 1;');
    await assert.rejects(loadAccountsModule(file), /exports no accounts with a function login/);
    await assert.rejects(loadAccountsModule(join(folder, 'gone.mjs')), /Cannot find module/);
  } finally {
    await rm(folder, { recursive: true });
  }
});

test('another version of a module is loaded anew, the same one is not', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'duoport-module-'));
  try {
    const file = join(folder, 'counting.mjs');
    await writeFile(file, 'let count = 0; export const login = () => ({ sessions: ++count });');
    const counted = async (version: string) => (await loadAccountsModule(file, version)).login(attempt);
    assert.deepEqual(await counted('1'), { sessions: 1 });
    assert.deepEqual(await counted('1'), { sessions: 2 });
    assert.deepEqual(await counted('2'), { sessions: 1 });
  } finally {
    await rm(folder, { recursive: true });
  }
});
