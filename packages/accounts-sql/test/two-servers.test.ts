import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type AccountStore, openAccounts, SqlAccounts } from '@duoport/accounts-sql';
import { connect } from '@duoport/client';
import { hashPassword } from '@duoport/passwords';
import { createServer, type FtpServer, MemoryFiles, type ServerEvent } from '@duoport/server';
import { postgresPrograms, startPostgres } from './postgres-server.ts';

interface Node extends AsyncDisposable {
  readonly store: AccountStore;
  readonly files: MemoryFiles;
  readonly events: readonly ServerEvent[];
  url(user: string): string;
}

/** A server of its own, that lets in the users of this database. */
async function node(database: string): Promise<Node> {
  const store = await openAccounts(database);
  const files = new MemoryFiles();
  const events: ServerEvent[] = [];
  const server: FtpServer = createServer({
    accounts: new SqlAccounts(store, { files }),
    listen: [{ host: '127.0.0.1', port: 0 }],
    log: (event) => events.push(event),
  });
  await server.start();
  return {
    store,
    files,
    events,
    url: (user) => `ftp://${user}:secret@127.0.0.1:${server.listening[0]?.port}/`,
    [Symbol.asyncDispose]: async () => {
      await server.close({ grace: 0 });
      await store.close();
    },
  };
}

const programs = postgresPrograms();

test('two servers, one PostgreSQL: users of one are users of the other, and a stop costs no transfer', async (t) => {
  if (programs === undefined) return t.skip('not installed: postgres');
  await using database = await startPostgres(programs);
  await using one = await node(database.url);
  await using other = await node(database.url);
  await one.store.addUser('ann', await hashPassword('secret'));
  await using ann = await connect(other.url('ann'));

  // An upload that is half done while the database is gone.
  const [half, rest] = [new Uint8Array(70_000).fill(1), new Uint8Array(50_000).fill(2)];
  const gone = gate();
  const back = gate();
  async function* bytes(): AsyncGenerator<Uint8Array> {
    yield half;
    gone.open();
    await back.opened;
    yield rest;
  }
  const upload = ann.put(bytes(), 'f');
  await gone.opened;
  await database.stop();
  await assert.rejects(connect(one.url('ann')), /Logins are not possible at the moment/);
  await assert.rejects(connect(other.url('nobody')), /Logins are not possible at the moment/);
  assert.ok(one.events.some((event) => event.kind === 'logins-unavailable' && event.user === 'ann'));
  back.open();
  await upload;
  assert.equal(other.files.stat('/f').size, half.length + rest.length);
  assert.equal((await ann.stat('f')).size, half.length + rest.length);

  await database.start();
  await using again = await connect(one.url('ann'));
  assert.equal(await again.pwd(), '/');
  await other.store.setUser('ann', { rules: { enabled: false } });
  await assert.rejects(connect(one.url('ann')), /switched off/);
  assert.equal(await again.pwd(), '/');
});

function gate(): { readonly opened: Promise<void>; open(): void } {
  let open = (): void => undefined;
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open: () => open() };
}
