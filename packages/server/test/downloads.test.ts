import assert from 'node:assert/strict';
import { rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { inflateSync } from 'node:zlib';
import { DiskFiles, FilesError, MemoryFiles, type ReadHandle } from '@duoport/server';
import { temporaryDirectory } from './files-support.ts';
import { filesLike, noise, seed, serve } from './serving.ts';
import { readAll } from './sockets.ts';

test('REST and RANG give the part that was asked for', async (t) => {
  const { login, memory } = await serve(t);
  const bytes = noise(300_000);
  await seed(memory, '/f', bytes);
  const client = await login();
  await client.expect(350, 'REST 299999');
  assert.ok((await client.fetch('RETR f')).equals(bytes.subarray(299_999)));
  await client.expect(350, 'RANG 10 100009');
  assert.ok((await client.fetch('RETR f', 'EPRT')).equals(bytes.subarray(10, 100_010)));
  await client.expect(350, 'REST 300000');
  assert.equal((await client.fetch('RETR f')).length, 0);
  assert.ok((await client.fetch('RETR f')).equals(bytes), 'they are good for one transfer only');
  await client.expect(350, 'REST 300001');
  await client.passive();
  await client.expect(554, 'RETR f');
});

test('MODE Z deflates what goes, listings too', async (t) => {
  const { login, memory } = await serve(t);
  const bytes = Buffer.alloc(3_000_000, 'the same again and again. ');
  await seed(memory, '/f', bytes);
  const client = await login();
  await client.expect(200, 'OPTS MODE Z LEVEL 9');
  await client.expect(200, 'MODE Z');
  const sent = await client.fetch('RETR f');
  assert.ok(sent.length < 100_000);
  assert.ok(inflateSync(sent).equals(bytes));
  assert.equal(inflateSync(await client.fetch('NLST', 'EPRT')).toString(), 'f\r\n');
  await client.expect(200, 'MODE S');
  assert.equal((await client.fetch('NLST')).toString(), 'f\r\n');
});

test('TYPE A sends lines as the network has them, and listings as they are', async (t) => {
  const { login, memory } = await serve(t);
  await seed(memory, '/f', 'one\ntwo\r\nthree\n');
  const client = await login();
  await client.expect(200, 'TYPE A');
  assert.equal((await client.fetch('RETR f')).toString(), 'one\r\ntwo\r\nthree\r\n');
  assert.equal((await client.fetch('NLST')).toString(), 'f\r\n');
  await client.expect(200, 'TYPE I');
  assert.equal((await client.fetch('RETR f')).toString(), 'one\ntwo\r\nthree\n');
  assert.equal((await client.fetch('NLST')).toString(), 'f\r\n');
});

test('STAT with a path lists over the control connection', async (t) => {
  const { login, memory } = await serve(t);
  for (const name of ['226 Transfer complete', '213 End', 'plain']) await seed(memory, `/${name}`, 'x');
  const client = await login();
  const reply = await client.ask('STAT /');
  assert.ok(reply.code >= 211 && reply.code <= 213);
  const text = reply.lines.join('\n');
  for (const name of ['226 Transfer complete', '213 End', 'plain'])
    assert.ok(text.includes(` ${name}`), name);
  await client.expect(200, 'NOOP');
  await client.expect(550, 'STAT nothing');
});

test('what cannot be read is told before anything is opened', async (t) => {
  const { login, trace } = await serve(t);
  const client = await login();
  await client.passive();
  await client.expect(550, 'RETR nothing');
  await client.expect(550, 'RETR /');
  assert.ok(!trace.some((event) => event.kind === 'open' && event.connection !== 'control'));
});

test('attack: a file removed during RETR is sent to its end', async (t) => {
  const directory = temporaryDirectory(t);
  const bytes = noise(16 * 1024 * 1024);
  await writeFile(join(directory, 'f'), bytes);
  const { login } = await serve(t, { files: new DiskFiles(directory) });
  const client = await login();
  const data = await client.open('RETR f');
  await rm(join(directory, 'f'));
  assert.ok((await readAll(data)).equals(bytes));
  await client.expectReply(226);
  await client.passive();
  await client.expect(550, 'RETR f');
});

test('attack: a file cut short during RETR is 451, not 226', async (t) => {
  const directory = temporaryDirectory(t);
  await writeFile(join(directory, 'f'), noise(32 * 1024 * 1024));
  const { login } = await serve(t, { files: new DiskFiles(directory) });
  const client = await login();
  const data = await client.open('RETR f');
  await truncate(join(directory, 'f'), 0);
  const { length } = await readAll(data).catch(() => Buffer.alloc(0));
  const reply = await client.reply();
  assert.ok(
    length === 32 * 1024 * 1024 || reply.code !== 226,
    `${length} bytes of 33554432 and ${reply.code}`,
  );
  await client.expect(200, 'NOOP');
});

test('a read that fails in the middle is 451, and the client does not take what came for the whole', async (t) => {
  const memory = new MemoryFiles();
  const size = 8 * 1024 * 1024;
  let closed = 0;
  const openRead = (): ReadHandle => ({
    size,
    read: (into, at) => {
      if (at > 2_000_000) throw new FilesError('io', { path: '/f' });
      return into.length;
    },
    close: () => {
      closed += 1;
    },
  });
  const { login } = await serve(t, { files: filesLike(memory, { openRead }) });
  const client = await login();
  const data = await client.open('RETR f');
  const got = await readAll(data).then(
    (bytes) => bytes.length,
    () => 0,
  );
  await client.expectReply(451);
  assert.ok(got < size);
  assert.equal(closed, 1);
  await client.expect(200, 'NOOP');
});

test('a file that is opened when its client is gone already is closed again', async (t) => {
  const memory = new MemoryFiles();
  await seed(memory, '/f', 'content');
  let open: () => void = () => {};
  let closed: () => void = () => {};
  const isClosed = new Promise<void>((resolve) => {
    closed = resolve;
  });
  const openRead = async (path: string): Promise<ReadHandle> => {
    await new Promise<void>((resolve) => {
      open = resolve;
    });
    const handle = memory.openRead(path);
    return { size: handle.size, read: (into, at) => handle.read(into, at), close: () => closed() };
  };
  const { login, heard, event } = await serve(t, { files: filesLike(memory, { openRead }) });
  const client = await login();
  await client.passive();
  client.send('RETR f');
  await heard('RETR f');
  client.raw.resetAndDestroy();
  await event('closed');
  open();
  await isClosed;
});

test('attack: HASH of a huge file by clients that drop is not worked on to its end', async (t) => {
  const memory = new MemoryFiles();
  let reads = 0;
  let closed: () => void = () => {};
  const isClosed = new Promise<void>((resolve) => {
    closed = resolve;
  });
  // A file without end: only the abort closes it.
  const openRead = (): ReadHandle => ({
    size: Number.MAX_SAFE_INTEGER,
    read: (into) => {
      reads += 1;
      return into.length;
    },
    close: () => closed(),
  });
  const { login, heard, event } = await serve(t, { files: filesLike(memory, { openRead }) });
  for (const line of ['HASH f', 'XMD5 f']) {
    const client = await login();
    client.send(line);
    await heard(line);
    client.raw.resetAndDestroy();
    await event('closed');
    await isClosed;
  }
  assert.ok(reads > 0);
});
