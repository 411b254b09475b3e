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

test('permissions by path: guests fetch, and drop files where they see nothing', async (t) => {
  const memory = new MemoryFiles({ contents: { '/pub': 'text', '/in/old': 'theirs', '/secret/x': 'x' } });
  const rules = { paths: { '/in': ['write'], '/secret': [] } } as const;
  const accounts = new MemoryAccounts({ files: memory, anonymous: { rules } });
  const guest = await (await serve(t, { accounts })).connect();
  await guest.expect(331, 'USER anonymous');
  await guest.expect(230, 'PASS me@example.org');
  await guest.expect(200, 'TYPE I');
  assert.equal((await guest.fetch('RETR pub')).toString(), 'text');
  assert.equal((await guest.fetch('NLST')).toString(), 'pub\r\nin\r\n');
  await guest.expect(250, 'CWD in');
  await guest.store('STOR old', 'mine');
  assert.equal(contentOf(memory, '/in/old').toString(), 'theirs');
  await guest.passive();
  for (const line of [
    'LIST',
    'MLSD',
    'NLST *',
    'RETR old',
    'APPE old',
    'SIZE old',
    'SIZE none',
    'MLST old',
    'DELE old',
  ])
    await guest.expect(550, line);
  for (const line of [
    'STOR /pub',
    'CWD /secret',
    'RETR /secret/x',
    'MKD /in/x',
    'RNFR old',
    'MFMT 20200101000000 /pub',
  ])
    await guest.expect(550, line);
  assert.ok(!(await guest.expect(211, 'FEAT')).lines.some((line) => line.includes('SYMLINK')));
});

test('several folders in one tree: what is stored in one is there, and nothing moves between them', async (t) => {
  const folders = new Map(
    [
      ['/one', new MemoryFiles()],
      ['/two', new MemoryFiles()],
    ].map(([name, files]) => [String(name), files as MemoryFiles]),
  );
  const accounts = new MemoryAccounts({
    files: new MemoryFiles({ contents: { '/own': 'own' } }),
    open: (directory) => folders.get(directory) ?? new MemoryFiles(),
    users: [
      {
        name: 'u',
        password: 'p',
        rules: { folders: { '/a': '/one', '/b/c': '/two' }, paths: { '/b/c': ['list', 'read'] } },
      },
    ],
  });
  const client = await (await serve(t, { accounts })).login();
  assert.equal((await client.fetch('NLST')).toString().split('\r\n').sort().join(' '), ' a b own');
  await client.store('STOR /a/f', 'x');
  assert.equal(contentOf(folders.get('/one') ?? new MemoryFiles(), '/f').toString(), 'x');
  await client.expect(350, 'RNFR /a/f');
  await client.expect(550, 'RNTO /f');
  await client.expect(250, 'CWD /b/c');
  await client.passive();
  await client.expect(550, 'STOR f');
  await client.expect(550, 'RMD /a');
});
