import assert from 'node:assert/strict';
import { mkdtemp, rename, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { openAccounts, openDefence } from '@duoport/accounts-sql';
import { AccountsUnavailable, MemoryDefence } from '@duoport/server';
import { defenceContract } from './defence-contract.ts';
import { nodesContract } from './nodes-contract.ts';
import { storeContract } from './store-contract.ts';

const folder = await mkdtemp(join(tmpdir(), 'duoport-sqlite-'));
after(() => rm(folder, { recursive: true, force: true }));

storeContract('SQLite', () => openAccounts(join(folder, 'contract.db'), { create: true }));

const shared = join(folder, 'defence.db');
await (await openAccounts(shared, { create: true })).close();
defenceContract('SQLite', () => openDefence(shared));
nodesContract('SQLite', (options) => openDefence(shared, options));

const memory = new MemoryDefence();
defenceContract('memory', async () => memory);

test('the file is for its owner only', { skip: process.platform === 'win32' }, async () => {
  const file = join(folder, 'mode.db');
  const store = await openAccounts(file, { create: true });
  await store.addUser('ada', 'x');
  assert.equal((await stat(file)).mode & 0o777, 0o600);
  await store.close();
});

test('a file that is not there is no empty list; when it comes, it is used, and so is another in its place', async () => {
  const file = join(folder, 'later.db');
  const store = await openAccounts(file);
  await assert.rejects(
    store.users(),
    (error) => error instanceof AccountsUnavailable && error.message.includes(`${file} does not exist`),
  );
  const made = await openAccounts(file, { create: true });
  await made.addUser('ada', 'x');
  assert.equal((await store.user('ada'))?.name, 'ada');
  await made.close();
  const other = join(folder, 'other.db');
  const second = await openAccounts(other, { create: true });
  await second.addUser('bob', 'y');
  await second.close();
  await rename(other, file);
  assert.equal(await store.user('ada'), undefined);
  assert.equal((await store.user('bob'))?.name, 'bob');
  await rm(file);
  await assert.rejects(store.user('bob'), AccountsUnavailable);
  await store.close();
});

test('hostile: a file that is something else is refused, and left as it is', async () => {
  const file = join(folder, 'text.db');
  await writeFile(file, 'this is no database, but it is longer than a header\n'.repeat(100));
  const store = await openAccounts(file);
  await assert.rejects(store.users(), AccountsUnavailable);
  assert.equal((await stat(file)).size, 5200);
  await store.close();
});
