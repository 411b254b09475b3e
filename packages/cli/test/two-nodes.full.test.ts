import assert from 'node:assert/strict';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { connect } from '@duoport/client';
import { postgresPrograms, startPostgres } from '../../accounts-sql/test/postgres-server.ts';
import { duoport, type Serving, serve, temporary } from './command.ts';

const programs = postgresPrograms();
/** Bytes a second; the least that the upload takes is so long that the database is away for more than 20 seconds of it. */
const rate = 100_000;
const outage = 20;

test('two servers on one database: users, sessions, bans and quotas hold over both, and 20 seconds without it cost no transfer', async (t) => {
  if (programs === undefined) return t.skip('not installed: postgres');
  await using database = await startPostgres(programs);
  const place = ['--accounts', database.url];
  const user = async (words: readonly string[]): Promise<void> => {
    const ended = await duoport(['user', ...words, ...place], { input: 'secret\n' });
    assert.equal(ended.code, 0, ended.stderr);
  };
  await user(['add', 'ann', '--rate-up', String(rate), '--rate-down', String(rate)]);
  // One folder, as two machines have it that share their storage.
  await using folder = await temporary();
  await using one = await serve(place, folder.path);
  await using other = await serve(place, folder.path);
  // A user of one is a user of the other, from the next login on.
  await user(['add', 'bob']);
  for (const node of [one, other]) await login(node, 'bob');

  const bytes = Uint8Array.from({ length: (outage + 5) * rate }, (_, index) => index % 251);
  await writeFile(join(folder.path, 'down.bin'), bytes);
  const [begun, late] = [gate(), gate()];
  await using ann = await connect(urlOf(other, 'ann'));
  await using again = await connect(urlOf(other, 'ann'));
  const upload = ann.put(bytes, 'up.bin');
  // What comes in at a known rate is the clock.
  const download = again.get('down.bin', join(folder.path, 'got.bin'), {
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
  await using third = await serve(place, folder.path);
  await assert.rejects(login(third, 'bob'), /421 Logins are not possible at the moment/);
  assert.equal((await third.event('logins-unavailable'))['user'], 'bob');
  await Promise.race([late.opened, upload, download]);
  const away = (performance.now() - since) / 1000;
  assert.ok(away >= outage, `the database was away for ${away} s`);
  await database.start();
  for (const node of [one, other, third]) await login(node, 'bob');
  await oneQuota([one, other], folder.path, user);
  await oneSession([one, other], user);
  await oneBan([one, other], place);
  await Promise.all([upload, download]);
  for (const file of [join(folder.path, 'up.bin'), join(folder.path, 'got.bin')])
    assert.deepEqual(await readFile(file), Buffer.from(bytes));
});

/** What was stored through one server counts at the other, and what was counted before the outage still does. */
async function oneQuota(
  [one, other]: readonly [Serving, Serving],
  folder: string,
  user: (words: readonly string[]) => Promise<void>,
): Promise<void> {
  const own = join(folder, 'carl');
  await mkdir(own);
  await user(['add', 'carl', '--quota', '1000000', '--directory', own]);
  await using here = await connect(urlOf(one, 'carl'));
  await using there = await connect(urlOf(other, 'carl'));
  await here.put(new Uint8Array(600_000), 'one.bin');
  await assert.rejects(there.put(new Uint8Array(600_000), 'two.bin'), /552/);
  await here.remove('one.bin');
  await there.put(new Uint8Array(600_000), 'three.bin');
}

/** A limit of sessions holds over both. */
async function oneSession(
  [one, other]: readonly [Serving, Serving],
  user: (words: readonly string[]) => Promise<void>,
): Promise<void> {
  await user(['add', 'dora', '--sessions', '1']);
  await using here = await connect(urlOf(one, 'dora'));
  await assert.rejects(login(other, 'dora'), /All 1 sessions of this account are in use/);
  assert.equal(await here.pwd(), '/');
}

/** Who is banned in the database is banned on both. */
async function oneBan(nodes: readonly Serving[], place: readonly string[]): Promise<void> {
  const banned = { bindAddress: '127.0.0.5' };
  const added = await duoport(['ban', 'add', banned.bindAddress, ...place]);
  assert.equal(added.code, 0, added.stderr);
  for (const node of nodes) {
    await node.event('ban');
    await assert.rejects(connect(node.url(), banned), /421/);
    await login(node, 'bob');
  }
}

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
