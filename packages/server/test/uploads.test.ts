import assert from 'node:assert/strict';
import { test } from 'node:test';
import { deflateSync, gzipSync } from 'node:zlib';
import { type Files, FilesError, MemoryFiles, type WriteHandle } from '@duoport/server';
import { certificate } from '@duoport/testkit';
import { contentOf, filesLike, noise, seed, serve } from './serving.ts';
import { dial, gone } from './sockets.ts';

/** Files in memory whose write handles are changed a little. */
function filesWith(memory: MemoryFiles, change: (handle: WriteHandle) => Partial<WriteHandle>): Files {
  return filesLike(memory, {
    prepareWrite: (path, how) => {
      const plan = memory.prepareWrite(path, how);
      return {
        path: plan.path,
        open: async () => {
          const handle = await plan.open();
          const own: WriteHandle = {
            offset: handle.offset,
            write: (chunks, at) => handle.write(chunks, at),
            finish: () => handle.finish(),
            abandon: () => handle.abandon(),
          };
          return { ...own, ...change(own) };
        },
      };
    },
  });
}

/** Everything that makes a 425 or 522, with what the client does for it. */
const withoutData = {
  'no PASV or PORT': async () => {},
  'a client that never connects': async ({ client }: Attempt) => void (await client.passive()),
  'a port where nobody listens': async ({ client }: Attempt) => {
    await client.expect(200, 'EPRT |1|127.0.0.1|65533|');
  },
  'a stranger who connects instead': async ({ client }: Attempt) => {
    const { port } = await client.passive();
    const stranger = await dial({ host: '127.0.0.1', port, from: '127.0.0.8' });
    await gone(stranger);
  },
} as const;

interface Attempt {
  readonly client: Awaited<ReturnType<Awaited<ReturnType<typeof serve>>['login']>>;
}

for (const [name, attempt] of Object.entries(withoutData)) {
  test(`STOR neither makes nor empties its file before the data connection stands: ${name}`, async (t) => {
    const { login, memory } = await serve(t, { timeouts: { data: 200 } });
    await seed(memory, '/old', 'still here');
    const client = await login();
    for (const line of ['STOR old', 'STOR new', 'APPE new', 'STOU new']) {
      await attempt({ client });
      client.send(line);
      let reply = await client.reply();
      if (reply.code === 150) reply = await client.reply();
      assert.equal(reply.code, 425, reply.lines.join());
      const names = [];
      for await (const batch of memory.list('/')) names.push(...batch.map((entry) => entry.name));
      assert.deepEqual(names, ['old'], line);
      assert.equal(contentOf(memory, '/old').toString(), 'still here', line);
    }
  });
}

test('STOR touches nothing when TLS fails on the data connection', async (t) => {
  const { connect, memory } = await serve(t, { tls: { ...certificate, handshakeTimeout: 1_500 } });
  await seed(memory, '/old', 'still here');
  const client = await (await (await connect()).secure()).login();
  for (const broken of [Buffer.from('not TLS at all\r\n'), undefined]) {
    const { socket } = await client.setUp();
    await client.expect(150, 'STOR old');
    if (broken !== undefined) (await socket).write(broken);
    else (await socket).end();
    assert.ok([425, 522].includes((await client.reply()).code));
    assert.equal(contentOf(memory, '/old').toString(), 'still here');
  }
});

test('150 names the mode and the size, STOU the file', async (t) => {
  const { login, memory } = await serve(t);
  await seed(memory, '/f', '12345');
  const client = await login();
  const { port } = await client.passive();
  const down = await client.told('RETR f');
  assert.equal(down, `150 Opening BINARY mode data connection for /f (5 bytes), passive on port ${port}.`);
  await gone(await dial({ host: '127.0.0.1', port }));
  await client.expectReply(226);
  await client.expect(200, 'TYPE A');
  const { socket } = await client.setUp('EPRT');
  const up = await client.told('STOR g');
  const data = await socket;
  assert.equal(up, `150 Opening ASCII mode data connection for /g, active to port ${data.localPort}.`);
  data.end();
  await client.expectReply(226);
  const unique = await client.setUp();
  const stou = await client.told('STOU f');
  (await unique.socket).end('own');
  await client.expectReply(226);
  const name = /^150 FILE: (f.+)$/.exec(stou)?.[1] ?? assert.fail(stou);
  assert.equal(contentOf(memory, `/${name}`).toString(), 'own');
  assert.equal(contentOf(memory, '/f').toString(), '12345');
});

test('226 comes when the file is closed, not before', async (t) => {
  let close: () => void = () => {};
  let asked: () => void = () => {};
  const askedToClose = new Promise<void>((resolve) => {
    asked = resolve;
  });
  const files = filesWith(new MemoryFiles(), (handle) => ({
    finish: async () => {
      asked();
      await new Promise<void>((resolve) => {
        close = resolve;
      });
      await handle.finish();
    },
  }));
  const { login } = await serve(t, { files });
  const client = await login();
  const data = await client.open('STOR f');
  data.end('all of it');
  await askedToClose;
  // Had the 226 been sent, it would come before the answer to this.
  await client.expect(200, 'NOOP');
  close();
  await client.expectReply(226);
});

const faults = [
  ['write', 'no-space', 452],
  ['finish', 'no-space', 452],
  ['finish', 'quota', 552],
  ['write', 'io', 451],
  ['finish', 'io', 451],
  ['write', 'too-large', 552],
] as const;

for (const [step, kind, code] of faults) {
  test(`an upload whose ${step} fails with ${kind} is ${code}, never 226`, async (t) => {
    const fail = () => Promise.reject(new FilesError(kind, { path: '/f' }));
    const files = filesWith(new MemoryFiles(), () => ({ [step]: fail }));
    const { login, event } = await serve(t, { files });
    const client = await login();
    const data = await client.open('STOR f');
    data.end(noise(100_000));
    await client.expectReply(code);
    const { reply } = await event('transfer');
    assert.equal(reply.code, code);
    await client.expect(200, 'NOOP');
  });
}

test('attack: disk full: 452, what fitted is kept, and the session goes on', async (t) => {
  const files = new MemoryFiles({ capacity: 100_000 });
  const { login } = await serve(t, { files });
  const client = await login();
  const data = await client.open('STOR f');
  data.end(noise(300_000));
  const reply = await client.expectReply(452);
  assert.match(reply.lines[0] ?? '', /No space left/);
  assert.equal(files.stat('/f').size, 100_000);
  await client.expect(250, 'DELE f');
  await client.store('STOR f', 'fits');
});

test('an upload is resumed with REST, and with APPE', async (t) => {
  const { login, memory } = await serve(t);
  const client = await login();
  const bytes = noise(200_000);
  await client.store('STOR f', bytes.subarray(0, 70_000));
  await client.expect(350, 'REST 70000');
  await client.store('STOR f', bytes.subarray(70_000, 150_000));
  await client.store('APPE f', bytes.subarray(150_000));
  assert.ok(contentOf(memory, '/f').equals(bytes));
  await client.expect(350, 'REST 999999999');
  await client.passive();
  await client.expect(554, 'STOR f');
  assert.ok(contentOf(memory, '/f').equals(bytes), 'a refused resume changes nothing');
  await client.store('STOR f', 'short');
  assert.equal(contentOf(memory, '/f').toString(), 'short', 'REST is good for one transfer only');
});

test('ALLO tells before the upload whether there is room', async (t) => {
  const { login } = await serve(t, { files: new MemoryFiles({ capacity: 1000 }) });
  const client = await login();
  await client.expect(200, 'ALLO 1000');
  await client.store('STOR f', 'x');
  assert.match(await client.told('ALLO 1000'), /^552 There is room for 999 bytes only/);
  await client.expect(501, 'ALLO many');
});

test('TYPE A stores lines as they are here, wherever the network cuts them', async (t) => {
  const { login, memory } = await serve(t);
  const client = await login();
  await client.expect(200, 'TYPE A');
  const data = await client.open('STOR f');
  for (const piece of ['one\r', '\ntwo\r\n', '\r', '\n', 'bare\nlone\rend\r']) {
    await new Promise((resolve) => data.write(piece, resolve));
  }
  data.end();
  await client.expectReply(226);
  assert.equal(contentOf(memory, '/f').toString(), 'one\ntwo\n\nbare\nlone\rend\r');
});

test('MODE Z inflates what comes', async (t) => {
  const { login, memory } = await serve(t);
  const client = await login();
  await client.expect(200, 'MODE Z');
  const bytes = Buffer.concat([noise(50_000), Buffer.alloc(500_000, 'x')]);
  await client.store('STOR f', deflateSync(bytes));
  assert.ok(contentOf(memory, '/f').equals(bytes));
  await client.expect(200, 'MODE S');
  await client.store('STOR f', 'plain');
  assert.equal(contentOf(memory, '/f').toString(), 'plain');
});

test('attack: MODE Z with what is no deflate stream, or one cut short, is no 226', async (t) => {
  const { login } = await serve(t);
  const client = await login();
  await client.expect(200, 'MODE Z');
  for (const bad of [
    Buffer.from('no deflate at all'),
    gzipSync('wrong wrapper'),
    deflateSync(noise(10_000)).subarray(0, 5_000),
  ]) {
    const data = await client.open('STOR f');
    data.end(bad);
    const { code } = await client.reply();
    assert.ok(code === 426 || code === 451, String(code));
    await client.expect(200, 'NOOP');
  }
});

test('attack: a deflate bomb fills the quota, not the memory', async (t) => {
  const files = new MemoryFiles({ capacity: 1_000_000 });
  const { login } = await serve(t, { files });
  const client = await login();
  await client.expect(200, 'MODE Z');
  const bomb = deflateSync(Buffer.alloc(64 * 1024 * 1024));
  const before = process.memoryUsage().rss;
  const data = await client.open('STOR f');
  data.end(bomb);
  await client.expectReply(452);
  assert.ok(process.memoryUsage().rss - before < 56 * 1024 * 1024);
});
