import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { openAccounts, openDefence } from '@duoport/accounts-sql';
import { AccountsUnavailable } from '@duoport/server';
import { defenceContract } from './defence-contract.ts';
import { nodesContract } from './nodes-contract.ts';
import { postgresPrograms, startPostgres } from './postgres-server.ts';
import { storeContract } from './store-contract.ts';

const programs = postgresPrograms();

if (programs === undefined) {
  test('PostgreSQL', (t) => t.skip('not installed: postgres'));
} else {
  const server = await startPostgres(programs);
  after(() => server[Symbol.asyncDispose]());

  storeContract('PostgreSQL', () => openAccounts(server.url));
  defenceContract('PostgreSQL', () => openDefence(server.url));
  nodesContract('PostgreSQL', (options) => openDefence(server.url, options));

  test('PostgreSQL: two nodes that come first at the same time make the tables once', async () => {
    const stores = await Promise.all(Array.from({ length: 4 }, () => openAccounts(server.url)));
    await Promise.all(stores.map((store) => store.users()));
    await Promise.all(stores.map((store) => store.close()));
  });

  test('PostgreSQL: stopped, it is unavailable; started again, it is used without more ado', async () => {
    const store = await openAccounts(server.url);
    await store.addUser('ada', 'x');
    await server.stop();
    for (let count = 0; count < 3; count += 1) await assert.rejects(store.user('ada'), AccountsUnavailable);
    await assert.rejects(store.setUser('ada', { rules: { sessions: 1 } }), AccountsUnavailable);
    await server.start();
    assert.equal((await store.user('ada'))?.name, 'ada');
    await store.removeUser('ada');
    await store.close();
  });

  test('PostgreSQL: a server that was never there is said so, and comes into its own when it is', async () => {
    await server.stop();
    const store = await openAccounts(server.url);
    await assert.rejects(store.users(), AccountsUnavailable);
    await server.start();
    assert.deepEqual(await store.users(), []);
    await store.close();
  });
}
