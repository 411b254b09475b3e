import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Accounts, AccountsUnavailable, MemoryAccounts, MemoryFiles } from '@duoport/server';
import { contentOf, noise, seed, serve } from './serving.ts';

function accountsOf(
  rules: NonNullable<ConstructorParameters<typeof MemoryAccounts>[0]['users']>[0]['rules'],
) {
  const memory = new MemoryFiles();
  const user = { name: 'u', password: 'p', ...(rules === undefined ? {} : { rules }) };
  return { memory, accounts: new MemoryAccounts({ files: memory, users: [user] }) };
}

test('so many sessions of one user: whoever comes next is told, until one leaves, however it leaves', async (t) => {
  const { accounts } = accountsOf({ sessions: 2 });
  const { connect, login, server } = await serve(t, { accounts });
  const first = await login();
  const second = await login();
  const third = await connect();
  await third.expect(331, 'USER u');
  assert.match(
    (await third.expect(530, 'PASS p')).lines[0] ?? '',
    /^All 2 sessions of this account are in use/,
  );
  await first.expect(331, 'USER other');
  await third.login();
  await first.expect(331, 'USER u');
  await first.expect(530, 'PASS p');
  await second.expect(220, 'REIN');
  await first.login();
  await first.expect(221, 'QUIT');
  await first.ended;
  await second.login();
  assert.ok(server.sessions >= 2);
});

test('a user of one mode cannot use the other, and FEAT says so', async (t) => {
  const { accounts, memory } = accountsOf({ modes: ['passive'] });
  const client = await (await serve(t, { accounts })).login();
  await client.expect(502, 'PORT 127,0,0,1,200,10');
  await client.expect(502, 'EPRT |1|127.0.0.1|51210|');
  assert.ok(!(await client.expect(211, 'FEAT')).lines.some((line) => line.includes('EPRT')));
  await client.passive();
  await client.store('STOR f', 'x');
  assert.equal(contentOf(memory, '/f').toString(), 'x');
});

test('a rate holds in both directions, and the bytes are the same', async (t) => {
  const rate = 400_000;
  const { accounts, memory } = accountsOf({ rateDown: rate, rateUp: rate });
  const client = await (await serve(t, { accounts })).login();
  const bytes = noise(200_000);
  const sent = performance.now();
  await client.store('STOR f', bytes);
  // An eighth of a second's worth passes at once.
  const least = (bytes.length / rate - 1 / 8) * 1000 - 20;
  assert.ok(performance.now() - sent > least);
  assert.deepEqual(contentOf(memory, '/f'), Buffer.from(bytes));
  await seed(memory, '/g', bytes);
  const fetched = performance.now();
  assert.deepEqual(await client.fetch('RETR /g'), Buffer.from(bytes));
  assert.ok(performance.now() - fetched > least);
});

test('accounts that cannot be asked: 421 and the reason in the log; who is in stays in; it heals by itself', async (t) => {
  const { accounts, memory } = accountsOf({});
  let gone = false;
  const failing: Accounts = {
    login: (attempt) => {
      if (gone) throw new AccountsUnavailable('the database is gone');
      return accounts.login(attempt);
    },
  };
  const { connect, login, event } = await serve(t, { accounts: failing });
  const inside = await login();
  gone = true;
  const outside = await connect();
  await outside.expect(331, 'USER u');
  await outside.expect(421, 'PASS p');
  await outside.ended;
  assert.equal((await event('logins-unavailable')).because, 'the database is gone');
  await inside.store('STOR f', 'x');
  assert.equal(contentOf(memory, '/f').toString(), 'x');
  gone = false;
  await login();
});

function signal(): { readonly given: Promise<void>; give(): void } {
  let give = (): void => undefined;
  const given = new Promise<void>((resolve) => {
    give = resolve;
  });
  return { given, give: () => give() };
}

test('hostile: a session that is cut off while its login is looked at keeps no place', async (t) => {
  const { accounts } = accountsOf({ sessions: 1 });
  const [asked, answer] = [signal(), signal()];
  const slow: Accounts = {
    login: async (attempt) => {
      asked.give();
      await answer.given;
      return accounts.login(attempt);
    },
  };
  const { connect, login, event } = await serve(t, { accounts: slow });
  const cut = await connect();
  await cut.expect(331, 'USER u');
  cut.send('PASS p');
  await asked.given;
  cut.destroy();
  answer.give();
  await event('closed');
  await login();
});
