import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openAccounts, openDefence, SqlAccounts } from '@duoport/accounts-sql';
import { connect } from '@duoport/client';
import { hashPassword } from '@duoport/passwords';
import { createServer, Defence, MemoryFiles, type ServerEvent } from '@duoport/server';
import { postgresPrograms, startPostgres } from './postgres-server.ts';

interface Node extends AsyncDisposable {
  readonly defence: Defence;
  event(kind: ServerEvent['kind']): Promise<ServerEvent>;
  url(user: string): string;
}

/** A server of its own, with accounts and defence in this database. It looks for news ten times as often as `duoport serve`. */
async function node(database: string): Promise<Node> {
  const store = await openAccounts(database);
  const seen: ServerEvent[] = [];
  const waiting = new Set<() => void>();
  const log = (event: ServerEvent): void => {
    seen.push(event);
    for (const look of waiting) look();
  };
  const shared = await openDefence(database);
  const options = { allow: [], delay: 1, threshold: 5 };
  const defence = new Defence({ options, shared, log, refresh: 100 });
  await defence.start();
  const server = createServer({
    accounts: new SqlAccounts(store, { files: new MemoryFiles() }),
    listen: [{ host: '127.0.0.1', port: 0 }],
    guard: defence,
    admit: (address) => defence.refuses(address),
    log,
  });
  await server.start();
  return {
    defence,
    url: (user) => `ftp://${user}@127.0.0.1:${server.listening[0]?.port}/`,
    event: (kind) =>
      new Promise((resolve) => {
        const look = (): void => {
          const at = seen.findIndex((event) => event.kind === kind);
          const [found] = at < 0 ? [] : seen.splice(at, 1);
          if (found === undefined) return;
          waiting.delete(look);
          resolve(found);
        };
        waiting.add(look);
        look();
      }),
    [Symbol.asyncDispose]: async () => {
      await server.close({ grace: 0 });
      await defence.close();
      await store.close();
    },
  };
}

const programs = postgresPrograms();

test('two servers, one PostgreSQL: a ban of one refuses on the other, points add up, sessions of a user hold across both', async (t) => {
  if (programs === undefined) return t.skip('not installed: postgres');
  await using database = await startPostgres(programs);
  await using one = await node(database.url);
  await using other = await node(database.url);
  const store = await openAccounts(database.url);
  await store.addUser('ann', await hashPassword('secret'), { rules: { sessions: 2 } });
  await store.close();

  // Two sessions, one on each; a third on neither, until one has left.
  const first = await connect(one.url('ann:secret'));
  await using second = await connect(other.url('ann:secret'));
  await assert.rejects(connect(other.url('ann:secret')), /All 2 sessions of this account are in use/);
  await assert.rejects(connect(one.url('ann:secret')), /All 2 sessions of this account are in use/);
  await first.close();
  // A server knows at once that a session of its own is over; the others learn of it.
  const third = await connect(one.url('ann:secret'));
  await assert.rejects(connect(other.url('ann:secret')), /All 2 sessions/);

  // Somebody guesses three times here and three times there, from an address that nobody has logged in from.
  const from = { bindAddress: '127.0.0.5' };
  for (const server of [one, one, other]) {
    await assert.rejects(connect(server.url('ann:wrong'), from), /530/);
    await server.defence.refresh();
  }
  await one.defence.refresh();
  await assert.rejects(connect(one.url('ann:wrong'), from), /530/);
  await assert.rejects(connect(one.url('ann:wrong'), from), /530/);
  await one.event('ban');
  const began = performance.now();
  await other.event('ban');
  t.diagnostic(`the other server knew of the ban ${Math.round(performance.now() - began)} ms later`);
  for (const server of [one, other]) await assert.rejects(connect(server.url('ann:secret'), from), /421/);

  // By hand, and taken back, on the other.
  await other.defence.ban('127.0.0.1');
  await one.event('ban');
  await assert.rejects(connect(one.url('ann:secret')), /421/);
  await other.defence.unban('127.0.0.1');
  await one.event('unban');
  await third.close();
  const again = await connect(one.url('ann:secret'));

  // While the database is gone what is known holds, what is decided holds here, and sessions that must be counted wait.
  await database.stop();
  await one.event('defence-alone');
  await assert.rejects(connect(one.url('ann:secret'), from), /421/);
  await assert.rejects(connect(one.url('ann:secret')), /Logins are not possible at the moment/);
  assert.equal(await again.pwd(), '/');
  await database.start();
  await one.event('defence-shared');
  await again.close();
  await using back = await connect(one.url('ann:secret'));
  assert.equal(await back.pwd(), '/');
  assert.equal(await second.pwd(), '/');
});
