import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { appendFileSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { DiskFiles, type DiskFilesOptions } from '@duoport/server';
import { filesFrom } from './files-counted.ts';
import { temporaryDirectory } from './files-support.ts';
import type { RawClient, Way } from './raw-client.ts';
import { noise, type Serving, type ServingOptions, serve } from './serving.ts';
import { gone } from './sockets.ts';

interface Scene extends Serving {
  readonly folder: string;
}

async function serving(
  t: TestContext,
  uploads: DiskFilesOptions['uploads'],
  options: ServingOptions = {},
): Promise<Scene> {
  const folder = temporaryDirectory(t);
  const files = new DiskFiles(folder, { uploads: { sweepEvery: Number.POSITIVE_INFINITY, ...uploads } });
  t.after(() => files.close());
  return { ...(await serve(t, { files, ...options })), folder };
}

const bytes = noise(600_000);

/** Sends a part of a file, and breaks it off when the server has all of it. */
async function breakOff(
  client: RawClient,
  line: string,
  { part, way = 'EPSV' }: { readonly part: Buffer; readonly way?: Way },
): Promise<void> {
  const data = await client.open(line, way);
  data.write(part);
  while (!(await client.told('STAT')).includes(`: ${part.length} bytes so far`));
  client.send('ABOR');
  await client.expectReply(426);
  await client.expectReply(226);
  await gone(data);
}

for (const way of ['EPSV', 'EPRT'] as const) {
  for (const secure of [false, true]) {
    test(`atomic, ${way}, ${secure ? 'TLS' : 'plain'}: what broke off is not there, and goes on by SIZE, REST and APPE`, async (t) => {
      const { connect, folder } = await serving(t, { mode: 'atomic' });
      const client = await connect();
      if (secure) await client.secure();
      await client.login();
      await breakOff(client, 'STOR f', { part: bytes.subarray(0, 200_000), way });
      await client.expect(550, 'MLST f');
      await client.expect(550, 'MDTM f');
      await client.expect(550, 'RNFR f');
      assert.equal((await client.fetch('NLST -a', way)).toString(), '');
      await client.expect(213, 'SIZE f');
      await client.expect(350, 'REST 200000');
      await breakOff(client, 'STOR f', { part: bytes.subarray(200_000, 300_000), way });
      assert.match(await client.told('SIZE f'), /^213 300000/);
      await client.expect(350, 'REST 300001');
      await client.passive();
      await client.expect(554, 'STOR f');
      await client.store('APPE f', bytes.subarray(300_000), way);
      assert.ok(readFileSync(join(folder, 'f')).equals(bytes));
      assert.deepEqual(readdirSync(folder), ['f']);
    });
  }
}

test('atomic: a client that dies is not one that is done: both of its connections end', async (t) => {
  const { login, folder, event } = await serving(t, { mode: 'atomic' });
  const client = await login();
  const data = await client.open('STOR f');
  data.write(bytes.subarray(0, 200_000));
  while (!(await client.told('STAT')).includes(': 200000 bytes so far'));
  data.end();
  client.raw.end();
  const { reply } = await event('transfer');
  assert.equal(reply.code, 426);
  const again = await login();
  assert.match(await again.told('SIZE f'), /^213 200000/);
  await again.store('APPE f', bytes.subarray(200_000));
  assert.ok(readFileSync(join(folder, 'f')).equals(bytes));
});

test('atomic: the old file is served until the new one is whole', async (t) => {
  const { login, folder } = await serving(t, { mode: 'atomic' });
  const [writer, reader] = [await login(), await login()];
  await writer.store('STOR f', 'old');
  const data = await writer.open('STOR f');
  data.write(bytes);
  while (!(await writer.told('STAT')).includes(`: ${bytes.length} bytes so far`));
  assert.equal((await reader.fetch('RETR f')).toString(), 'old');
  assert.match(await reader.told('SIZE f'), /^213 3/);
  data.end();
  await writer.expectReply(226);
  assert.ok(readFileSync(join(folder, 'f')).equals(bytes));
});

test('atomic: STOU and a second session that goes on with a running upload', async (t) => {
  const { login, folder } = await serving(t, { mode: 'atomic' });
  const [one, two] = [await login(), await login()];
  await one.store('STOU u', 'x');
  assert.equal(readdirSync(folder).length, 1);
  const data = await one.open('STOR f');
  data.write('half');
  while (!(await two.told('SIZE f')).includes('213 4'));
  await two.expect(350, 'REST 4');
  await gone(await two.open('STOR f'));
  const { lines } = await two.expectReply(450);
  assert.match(lines[0] ?? '', /Another upload to this name is running, try again later/);
  data.end();
  await one.expectReply(226);
  assert.equal(readFileSync(join(folder, 'f'), 'utf8'), 'half');
});

test('overwrite rules over FTP: refused before a byte is sent, and a new name is told', async (t) => {
  const refusing = await serving(t, { overwrite: 'refuse' });
  const one = await refusing.login();
  await one.store('STOR f', 'old');
  await one.passive();
  assert.match(await one.told('STOR f'), /^550 A file that is there is not overwritten here: \/f/);
  await one.store('STOR g', 'new');
  await one.expect(350, 'RNFR g');
  await one.expect(550, 'RNTO f');
  const renaming = await serving(t, { overwrite: 'rename-new' });
  const two = await renaming.login();
  await two.store('STOR f', 'old');
  await two.passive();
  assert.match(await two.told('STOR f'), /^150 .* for \/f\.1,/);
});

for (const mode of ['direct', 'atomic'] as const) {
  for (const secure of [false, true]) {
    test(`${mode}, ${secure ? 'TLS' : 'plain'}: HASH after STOR reads nothing, until the file changes`, async (t) => {
      const folder = temporaryDirectory(t);
      const { files, reads } = filesFrom(new DiskFiles(folder, { uploads: { mode } }));
      t.after(() => files.close());
      const { connect } = await serve(t, { files, checksum: 'client' });
      const client = await connect();
      if (secure) await client.secure();
      await client.login();
      const sum = (algorithm: string) =>
        createHash(algorithm)
          .update(readFileSync(join(folder, 'f')))
          .digest('hex');
      await client.store('STOR f', bytes);
      assert.ok((await client.told('HASH f')).includes(sum('sha256')));
      assert.ok((await client.told('XSHA256 f')).includes(sum('sha256').toUpperCase()));
      assert.equal(reads(), 0);
      assert.ok((await client.told('XMD5 f')).includes(sum('md5').toUpperCase()));
      assert.equal(reads(), 1, 'another one than was chosen');
      await client.expect(200, 'OPTS HASH MD5');
      await client.store('STOR f', bytes.subarray(7));
      assert.ok((await client.told('HASH f')).includes(sum('md5')));
      assert.equal(reads(), 1);
      await client.store('APPE f', 'more');
      assert.ok((await client.told('HASH f')).includes(sum('md5')));
      assert.equal(reads(), 2, 'of an append only the end is seen');
      await client.store('STOR f', 'text');
      appendFileSync(join(folder, 'f'), '!');
      assert.ok((await client.told('HASH f')).includes(sum('md5')));
      assert.equal(reads(), 3);
    });
  }
}

test('the checksum is that of what is stored, in TYPE A and MODE Z too', async (t) => {
  const { login, folder } = await serving(t, {}, { checksum: 'SHA-1' });
  const client = await login();
  await client.expect(200, 'TYPE A');
  await client.store('STOR f', 'one\r\ntwo\r\n');
  const digest = createHash('sha1')
    .update(readFileSync(join(folder, 'f')))
    .digest('hex');
  assert.match(await client.told('XSHA1 f'), new RegExp(digest, 'i'));
});
