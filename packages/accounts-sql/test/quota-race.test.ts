import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { openUsage } from '@duoport/accounts-sql';
import { connect } from '@duoport/client';
import { createServer, MemoryAccounts, MemoryFiles, MemoryUsage, type Usage } from '@duoport/server';
import { postgresPrograms, startPostgres } from './postgres-server.ts';

const quota = 20_000_000;
const size = 1_000_000;
const uploads = 32;

/** Servers of one folder, each with what it knows of usage. */
async function serve(
  t: TestContext,
  memory: MemoryFiles,
  usages: readonly Usage[],
): Promise<readonly string[]> {
  return await Promise.all(
    usages.map(async (usage) => {
      const rules = { quotaBytes: quota };
      const accounts = new MemoryAccounts({
        users: [{ name: 'ann', password: 'p', files: memory, rules }],
        usage,
      });
      const server = createServer({ accounts, listen: [{ host: '127.0.0.1', port: 0 }] });
      await server.start();
      t.after(() => server.close({ grace: 0 }));
      return `ftp://ann:p@127.0.0.1:${server.listening[0]?.port}/`;
    }),
  );
}

async function race(t: TestContext, usages: readonly Usage[]): Promise<void> {
  const memory = new MemoryFiles();
  const urls = await serve(t, memory, usages);
  const results = await Promise.allSettled(
    Array.from({ length: uploads }, async (_, index) => {
      await using ftp = await connect(urls[index % urls.length] ?? '');
      await ftp.put(new Uint8Array(size), `f${index}`);
    }),
  );
  let total = 0;
  for await (const batch of memory.list('/')) for (const entry of batch) total += entry.size ?? 0;
  for (const [index, { status }] of results.entries()) {
    const [entry] = status === 'fulfilled' ? [memory.stat(`/f${index}`)] : [];
    if (entry !== undefined) assert.equal(entry.size, size);
  }
  for (const result of results)
    if (result.status === 'rejected') assert.match(String(result.reason), /552.*Quota exceeded/s);
  const whole = results.filter(({ status }) => status === 'fulfilled').length;
  t.diagnostic(`${whole} whole files, ${total} of ${quota} bytes`);
  assert.ok(total <= quota, `${total} bytes are over the quota`);
  // What the refused ones might have had was held by others, each of which holds no more than it has written already.
  assert.ok(total >= quota - uploads * 256 * 1024, `${total} bytes are less than would fit`);
  const { used, held } = await (usages[0] ?? assert.fail()).look('user ann');
  assert.deepEqual(used.bytes, total);
  assert.deepEqual(held, { bytes: 0, files: 0 });
}

test('32 uploads race for the last bytes: memory', (t) => race(t, [new MemoryUsage()]));

test('32 uploads race for the last bytes on two servers: SQLite', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'duoport-race-'));
  const usages = await Promise.all([openUsage(join(folder, 'u.db')), openUsage(join(folder, 'u.db'))]);
  t.after(async () => {
    for (const usage of usages) await usage.close();
    await rm(folder, { recursive: true, force: true });
  });
  await race(t, usages);
});

test('32 uploads race for the last bytes on two servers: PostgreSQL, and it is stopped in the middle of an upload', async (t) => {
  const programs = postgresPrograms();
  if (programs === undefined) return t.skip('not installed: postgres');
  await using database = await startPostgres(programs);
  const usages = await Promise.all([openUsage(database.url), openUsage(database.url)]);
  t.after(() => Promise.all(usages.map((usage) => usage.close())));
  await race(t, usages);

  const memory = new MemoryFiles();
  const [usage] = usages;
  assert.ok(usage !== undefined);
  await usage.forget('user ann');
  const [url = ''] = await serve(t, memory, [usage]);
  await using ftp = await connect(url);
  async function* bytes(): AsyncGenerator<Uint8Array> {
    yield new Uint8Array(2_000_000);
    await database.stop();
    yield new Uint8Array(3_000_000);
    yield new Uint8Array(3_000_000);
    await database.start();
    yield new Uint8Array(1_000_000);
  }
  await ftp.put(bytes(), 'long');
  assert.equal(memory.stat('/long').size, 9_000_000);
  assert.deepEqual((await usage.look('user ann')).used, { bytes: 9_000_000, files: 1 });
  await ftp.remove('long');
  assert.deepEqual((await usage.look('user ann')).used, { bytes: 0, files: 0 });
});
