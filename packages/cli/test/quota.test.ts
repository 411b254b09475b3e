import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdir, readdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { connect } from '@duoport/client';
import { duoport, type Standing, serveSettings, temporary } from './command.ts';

/** A settings file with one user who has a quota, and the folder of that user. */
async function place(t: TestContext, user: string, more = '') {
  const folder = await temporary();
  t.after(() => folder[Symbol.asyncDispose]());
  const files = join(folder.path, 'ann');
  await mkdir(files);
  const config = join(folder.path, 'duoport.yaml');
  await writeFile(
    config,
    `users:\n  - {name: u, password: p, directory: ${files}, ${user}}\nlisteners: ['127.0.0.1:0']\n${more}`,
  );
  const rescan = async () => {
    const ended = await duoport(['user', 'rescan', '--config', config, '--json']);
    assert.equal(ended.code, 0, ended.stderr);
    return JSON.parse(ended.stdout) as { readonly before: object; readonly now: { readonly bytes: number } };
  };
  return { path: folder.path, files, config, start: () => serveSettings(config), rescan };
}

async function stored(folder: string) {
  let bytes = 0;
  const names = await readdir(folder);
  for (const name of names) bytes += (await stat(join(folder, name))).size;
  return { bytes, files: names.length };
}

/** Ends it as a crash would. */
async function kill({ child }: Standing): Promise<void> {
  const gone = once(child, 'close');
  child.kill('SIGKILL');
  await gone;
}

test('a quota of the settings file holds, and is known after a new start', async (t) => {
  const { path, files, start, rescan } = await place(t, 'quota: 1M, quota-files: 3');
  {
    await using server = await start();
    await using ftp = await connect(server.url());
    await ftp.put(new Uint8Array(600_000), 'a');
    await assert.rejects(ftp.put(new Uint8Array(500_000), 'b'), /552.*0 of 1000000 bytes are left/s);
    assert.deepEqual(await stored(files), { bytes: 1_000_000, files: 2 });
  }
  assert.ok((await readdir(path)).includes('duoport.usage.db'));
  await using server = await start();
  await using ftp = await connect(server.url());
  assert.match((await ftp.command('AVBL')).lines.join(), /^0$/);
  assert.equal((await ftp.command('ALLO', '1')).code, 552);
  await assert.rejects(ftp.put(new Uint8Array(1), 'c'), /552.*0 of 1000000 bytes/s);
  await ftp.remove('b');
  assert.match((await ftp.command('AVBL')).lines.join(), /^400000$/);
  assert.deepEqual((await rescan()).before, { bytes: 600_000, files: 1 });
});

test('a server that is killed in mid-upload: what is counted again is what is on the disk', async (t) => {
  const { files, start, rescan } = await place(t, 'quota: 50M');
  const server = await start();
  await using ftp = await connect(server.url());
  await ftp.put(new Uint8Array(30_000), 'whole');
  async function* bytes(): AsyncGenerator<Uint8Array> {
    for (let count = 0; count < 30; count += 1) yield new Uint8Array(100_000);
    await kill(server);
    yield new Uint8Array(1);
  }
  await assert.rejects(ftp.put(bytes(), 'half'));
  await rescan();
  const again = await rescan();
  assert.deepEqual(again.now, await stored(files));
  assert.deepEqual(again.before, again.now);
  await using next = await start();
  await using later = await connect(next.url());
  assert.equal(Number((await later.command('AVBL')).lines.join()), 50_000_000 - again.now.bytes);
});

test('with workers the quota is one: 32 uploads at once get what there is, to the byte', async (t) => {
  const { files, start } = await place(t, 'quota: 2M', 'workers: 2\n');
  await using server = await start();
  const uploads = await Promise.allSettled(
    Array.from({ length: 32 }, async (_, index) => {
      await using ftp = await connect(server.url());
      await ftp.put(new Uint8Array(100_000), `f${index}`);
    }),
  );
  const done = uploads.filter(({ status }) => status === 'fulfilled').length;
  const { bytes } = await stored(files);
  assert.ok(done <= 20, String(done));
  assert.ok(bytes <= 2_000_000, String(bytes));
});
