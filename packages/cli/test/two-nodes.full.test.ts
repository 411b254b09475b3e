import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { connect } from '@duoport/client';
import { postgresPrograms, startPostgres } from '../../accounts-sql/test/postgres-server.ts';
import { duoport, type Serving, serve } from './command.ts';

const programs = postgresPrograms();
/** Bytes a second; the least that the upload takes is so long that the database is away for more than 20 seconds of it. */
const rate = 100_000;
const outage = 20;

test('two servers on one database: it is stopped for 20 seconds, and no transfer is lost', async (t) => {
  if (programs === undefined) return t.skip('not installed: postgres');
  await using database = await startPostgres(programs);
  const place = ['--accounts', database.url];
  const user = async (words: readonly string[]): Promise<void> => {
    const ended = await duoport(['user', ...words, ...place], { input: 'secret\n' });
    assert.equal(ended.code, 0, ended.stderr);
  };
  await user(['add', 'ann', '--rate-up', String(rate), '--rate-down', String(rate)]);
  await using one = await serve(place);
  await using other = await serve(place);
  // A user of one is a user of the other, from the next login on.
  await user(['add', 'bob']);
  for (const node of [one, other]) await login(node, 'bob');

  const bytes = Uint8Array.from({ length: (outage + 5) * rate }, (_, index) => index % 251);
  await writeFile(join(other.folder, 'down.bin'), bytes);
  const [begun, late] = [gate(), gate()];
  await using ann = await connect(urlOf(other, 'ann'));
  await using again = await connect(urlOf(other, 'ann'));
  const upload = ann.put(bytes, 'up.bin');
  // What comes in at a known rate is the clock.
  const download = again.get('down.bin', join(one.folder, 'down.bin'), {
    onProgress: ({ bytes: done }) => {
      if (done > 2 * rate) begun.open();
      if (done > (outage + 3) * rate) late.open();
    },
  });
  await Promise.race([begun.opened, upload, download]);
  await database.stop();
  const since = performance.now();
  for (const node of [one, other]) {
    await assert.rejects(login(node, 'bob'), /421 Logins are not possible at the moment/);
    assert.equal((await node.event('logins-unavailable'))['user'], 'bob');
    // Whom the settings know needs no database.
    await using named = await connect(node.url());
    assert.equal(await named.pwd(), '/');
  }
  // One that comes while the database is away serves as well, and finds it later.
  await using third = await serve(place);
  assert.match(third.stderr(), /Until that is mended, logins get 421/);
  await assert.rejects(login(third, 'bob'), /421/);
  await Promise.race([late.opened, upload, download]);
  const away = (performance.now() - since) / 1000;
  assert.ok(away >= outage, `the database was away for ${away} s`);
  await database.start();
  for (const node of [one, other, third]) await login(node, 'bob');
  await Promise.all([upload, download]);
  for (const file of [join(other.folder, 'up.bin'), join(one.folder, 'down.bin')])
    assert.deepEqual(await readFile(file), Buffer.from(bytes));
});

function urlOf(node: Serving, user: string): string {
  return node.url().replace('u:p@', `${user}:secret@`);
}

async function login(node: Serving, user: string): Promise<void> {
  await using ftp = await connect(urlOf(node, user));
  assert.equal(await ftp.pwd(), '/');
}

function gate(): { readonly opened: Promise<void>; open(): void } {
  let open = (): void => undefined;
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open: () => open() };
}
