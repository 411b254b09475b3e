import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  type Accounts,
  AccountsUnavailable,
  type LoginAttempt,
  MemoryAccounts,
  MemoryFiles,
  type Refusal,
  wrongPassword,
} from '@duoport/server';
import { AccountChain } from './account-chain.ts';

const files = new MemoryFiles();
const attempt = (user: string, password: string): LoginAttempt => ({
  user,
  password,
  peer: { address: '127.0.0.1', port: 40_000, family: 4 },
  secure: false,
});

/** A list that says whether it knows a name; each answer takes so long. */
function list(users: Readonly<Record<string, string>>, clock?: Clock, takes = 0): Accounts {
  const accounts = new MemoryAccounts({
    files,
    users: Object.entries(users).map(([name, password]) => ({ name, password })),
  });
  return {
    login: async (asked) => {
      if (clock) clock.now += Object.hasOwn(users, asked.user) ? takes : takes / 10;
      return (await accounts.login(asked)) ?? (accounts.has(asked.user) ? wrongPassword : undefined);
    },
  };
}

interface Clock {
  now: number;
}

const gone: Accounts = {
  login: () => {
    throw new AccountsUnavailable('it is gone');
  },
};

test('the first source that knows the name decides', async () => {
  const chain = new AccountChain([
    { accounts: list({ ann: 'one' }) },
    { accounts: list({ ann: 'two', bob: 'three' }) },
  ]);
  const user = async (name: string, password: string) => {
    const answer = await chain.login(attempt(name, password));
    return answer && ('because' in answer ? answer.wrong : answer.user);
  };
  assert.equal(await user('ann', 'one'), 'ann');
  assert.equal(await user('ann', 'two'), true);
  assert.equal(await user('bob', 'three'), 'bob');
  assert.equal(await user('eve', 'one'), undefined);
});

test('a source that is gone stops, unless it is optional', async () => {
  const strict = new AccountChain([{ accounts: gone }, { accounts: list({ bob: 'x' }) }]);
  await assert.rejects(Promise.resolve(strict.login(attempt('bob', 'x'))), AccountsUnavailable);
  const lenient = new AccountChain([{ accounts: gone, optional: true }, { accounts: list({ bob: 'x' }) }]);
  assert.ok(await lenient.login(attempt('bob', 'x')));
  assert.deepEqual(await lenient.login(attempt('bob', 'y')), wrongPassword);
  // Eve may be known to the one that is gone.
  await assert.rejects(lenient.login(attempt('eve', 'x')), AccountsUnavailable);
  const behind = new AccountChain([{ accounts: list({ bob: 'x' }) }, { accounts: gone }]);
  assert.ok(await behind.login(attempt('bob', 'x')));
});

test('attack: the time of a refusal does not say whether there is such a name', async () => {
  const clock = { now: 0 };
  const options = {
    now: () => clock.now,
    wait: async (milliseconds: number) => {
      clock.now += milliseconds;
    },
  };
  const chain = new AccountChain(
    [{ accounts: list({ ann: 'one' }, clock, 100) }, { accounts: list({ bob: 'two' }, clock, 700) }],
    options,
  );
  const time = async (name: string, password: string): Promise<number> => {
    const before = clock.now;
    const answer = (await chain.login(attempt(name, password))) as Refusal | undefined;
    assert.ok(answer === undefined || answer.wrong);
    return clock.now - before;
  };
  await chain.login(attempt('ann', 'one'));
  await chain.login(attempt('bob', 'two'));
  const wrong = await time('ann', 'x');
  assert.equal(await time('bob', 'x'), wrong);
  // Many unknown names do not make it quicker.
  for (let count = 0; count < 50; count += 1) assert.equal(await time(`eve${count}`, 'x'), wrong);
});

test('a step other than the password is taken from the first source that wants one', async () => {
  const guests = new MemoryAccounts({ files, anonymous: {} });
  const chain = new AccountChain([{ accounts: list({ ann: 'x' }) }, { accounts: guests }]);
  assert.equal(await chain.begin(attempt('ann', '')), 'password');
  assert.equal(await chain.begin(attempt('anonymous', '')), 'address');
});
