import assert from 'node:assert/strict';
import type { Socket } from 'node:net';
import { test } from 'node:test';
import type { RawClient } from './raw-client.ts';
import { contentOf, noise, seed, serve } from './serving.ts';
import { gone, readAll } from './sockets.ts';

/** Larger than what the kernel takes on loopback, so that a download that nobody reads stands still. */
const huge = noise(24 * 1024 * 1024);

/** A download of which one piece has come, and then nothing is read any more. */
async function standing(client: RawClient): Promise<Socket> {
  const data = await client.open('RETR huge');
  await new Promise<void>((resolve) =>
    data.once('data', () => {
      data.pause();
      resolve();
    }),
  );
  return data;
}

test('NOOP and STAT are answered while a download stands still', async (t) => {
  const { login, memory } = await serve(t);
  await seed(memory, '/huge', huge);
  const client = await login();
  const data = await standing(client);
  await client.expect(200, 'NOOP');
  const status = await client.told('STAT');
  assert.match(status, /^211 /);
  assert.match(status, /Sending \/huge: [1-9]\d* bytes so far/);
  await client.expect(200, 'NOOP');
  const rest = readAll(data);
  assert.ok((await rest).length > 0);
  await client.expectReply(226);
});

test('ABOR ends a download: 426 for it, then 226 for the ABOR', async (t) => {
  const { login, memory } = await serve(t);
  await seed(memory, '/huge', huge);
  const client = await login();
  for (let round = 0; round < 3; round += 1) {
    const data = await standing(client);
    client.send('ABOR');
    await client.expectReply(426);
    await client.expectReply(226);
    await gone(data);
    await client.expect(200, 'NOOP');
  }
  assert.equal((await client.fetch('RETR huge')).length, huge.length);
});

const interrupts = {
  'IAC IP, IAC DM': '\xff\xf4\xff\xf2',
  'IAC IP, and the DM as urgent byte that the kernel took out': '\xff\xf4\xff',
  'IAC DM alone': '\xff\xf2',
};

for (const [name, bytes] of Object.entries(interrupts)) {
  test(`ABOR behind Telnet ${name} overtakes what waits`, async (t) => {
    const { login, memory } = await serve(t);
    await seed(memory, '/huge', huge);
    const client = await login();
    const data = await standing(client);
    client.send('PWD');
    client.sendBytes(`${bytes}ABOR\r\n`);
    await client.expectReply(426);
    const codes = [(await client.reply()).code, (await client.reply()).code];
    assert.deepEqual(codes, [226, 257]);
    await gone(data);
  });
}

test('ABOR ends an upload, what came is kept and can be resumed', async (t) => {
  const { login, memory } = await serve(t);
  const client = await login();
  const bytes = noise(400_000);
  const data = await client.open('STOR f');
  await new Promise((resolve) => data.write(bytes.subarray(0, 300_000), resolve));
  // The bytes are on their way: the server is asked until it has all of them.
  for (;;) if (/Receiving \/f: 300000 bytes/.test(await client.told('STAT'))) break;
  client.send('ABOR');
  await client.expectReply(426);
  await client.expectReply(226);
  await gone(data);
  assert.equal(memory.stat('/f').size, 300_000);
  await client.expect(350, 'REST 300000');
  await client.store('STOR f', bytes.subarray(300_000));
  assert.ok(contentOf(memory, '/f').equals(bytes));
});

test('ABOR while the server still waits for the data connection', async (t) => {
  const { login, memory } = await serve(t);
  const client = await login();
  await client.passive();
  await client.expect(150, 'STOR f');
  client.send('ABOR');
  await client.expectReply(426);
  await client.expectReply(226);
  assert.throws(() => memory.stat('/f'), { kind: 'not-found' });
  await client.store('STOR f', 'x');
});

test('STAT and ABOR under TLS (RFC 4217 §14: no urgent data there)', async (t) => {
  const { connect, memory } = await serve(t);
  await seed(memory, '/huge', huge);
  const client = await (await (await connect()).secure()).login();
  const data = await standing(client);
  assert.match(await client.told('STAT'), /Sending \/huge/);
  client.send('ABOR');
  await client.expectReply(426);
  await client.expectReply(226);
  await gone(data);
  assert.equal((await client.fetch('RETR huge')).length, huge.length);
});

test('QUIT during a transfer waits for its end', async (t) => {
  const { login, memory } = await serve(t);
  const client = await login();
  const data = await client.open('STOR f');
  client.send('QUIT');
  data.end('to the last byte');
  await client.expectReply(226);
  await client.expectReply(221);
  await client.ended;
  assert.equal(contentOf(memory, '/f').toString(), 'to the last byte');
});

test('other commands wait for the end of the transfer, and are answered in order', async (t) => {
  const { login } = await serve(t);
  const client = await login();
  const data = await client.open('STOR f');
  client.sendBytes('PWD\r\nSIZE f\r\nNOOP\r\n');
  data.end('12345');
  await client.expectReply(226);
  await client.expectReply(257);
  assert.deepEqual((await client.reply()).lines, ['5']);
  await client.expectReply(200);
});

test('what is pipelined behind a transfer that is refused is answered behind it', async (t) => {
  const { login } = await serve(t);
  const client = await login();
  client.sendBytes('EPSV\r\nRETR nothing\r\nNOOP\r\nMLSD nothing\r\nSTAT\r\nSTOR /\r\nNOOP\r\n');
  const codes = [];
  for (let count = 0; count < 7; count += 1) codes.push((await client.reply()).code);
  assert.deepEqual(codes, [229, 550, 200, 550, 211, 550, 200]);
});

test('the control connection is read on while thousands of bytes of commands wait behind a transfer', async (t) => {
  const { login, memory } = await serve(t);
  await seed(memory, '/huge', huge);
  const client = await login();
  const data = await standing(client);
  const waiting = 60;
  client.sendBytes(`SIZE ${'x'.repeat(200)}\r\n`.repeat(waiting));
  client.sendBytes('\xff\xf4\xff\xf2ABOR\r\n');
  await client.expectReply(426);
  await client.expectReply(226);
  for (let count = 0; count < waiting; count += 1) await client.expectReply(550);
  await gone(data);
});

test('the idle timer counts a running transfer as activity', async (t) => {
  const { login, memory, events } = await serve(t, { timeouts: { idle: 500 } });
  await seed(memory, '/huge', huge);
  const client = await login();
  const data = await standing(client);
  // A session that is idle after its login shows that the idle time is over.
  const other = await login();
  await other.expectReply(421);
  assert.ok(!events.some((each) => each.kind === 'closed' && each.session === 1));
  await client.expect(200, 'NOOP');
  assert.ok((await readAll(data)).length > 0);
  await client.expectReply(226);
  await client.expectReply(421);
  await client.ended;
});

test('attack: a peer that never reads its download is dropped, its session is not', async (t) => {
  const { login, memory } = await serve(t, { timeouts: { stall: 800 } });
  await seed(memory, '/huge', huge);
  const client = await login();
  const data = await standing(client);
  const reply = await client.expectReply(426);
  assert.match(reply.lines[0] ?? '', /took no byte on the data connection for 800 ms/);
  await client.expect(200, 'NOOP');
  data.destroy();
  assert.equal((await client.fetch('NLST')).toString(), 'huge\r\n');
});

test('attack: a peer that connects and never speaks on its upload is dropped, its session is not', async (t) => {
  const { login, memory } = await serve(t, { timeouts: { stall: 800 } });
  const client = await login();
  const data = await client.open('STOR f');
  data.write('the beginning');
  const reply = await client.expectReply(426);
  assert.match(reply.lines[0] ?? '', /sent no byte on the data connection for 800 ms; 13 had been moved/);
  await gone(data);
  assert.equal(contentOf(memory, '/f').toString(), 'the beginning');
  await client.expect(200, 'NOOP');
});

test('attack: a peer that resets in mid-transfer gets 426, and the truth about an upload', async (t) => {
  const { login, memory } = await serve(t);
  await seed(memory, '/huge', huge);
  const client = await login();
  const download = await standing(client);
  download.resetAndDestroy();
  assert.match((await client.expectReply(426)).lines[0] ?? '', /broke the data connection off/);
  const upload = await client.open('STOR f');
  await new Promise((resolve) => upload.write('half', resolve));
  for (;;) if (/Receiving \/f: 4 bytes/.test(await client.told('STAT'))) break;
  upload.resetAndDestroy();
  await client.expectReply(426);
  assert.equal(contentOf(memory, '/f').toString(), 'half');
  await client.expect(200, 'NOOP');
});

test('attack: a peer that half-closes its download first still gets all of it', async (t) => {
  const { login, memory } = await serve(t);
  await seed(memory, '/huge', huge);
  const client = await login();
  const { socket } = await client.setUp('EPSV');
  const data = await socket;
  data.end();
  await client.expect(150, 'RETR huge');
  assert.equal((await readAll(data)).length, huge.length);
  await client.expectReply(226);
});

test('attack: a peer that half-closes the control connection during a transfer ends it (RFC 959 §4.1.1)', async (t) => {
  const { login, memory, event } = await serve(t);
  await seed(memory, '/huge', huge);
  const client = await login();
  const data = await standing(client);
  client.raw.end();
  const { reply } = await event('transfer');
  assert.equal(reply.code, 426);
  await gone(data);
  await client.ended;
});

test('a control connection that is reset takes its transfer with it', async (t) => {
  const { login, memory, event } = await serve(t);
  const client = await login();
  const data = await client.open('STOR f');
  await new Promise((resolve) => data.write('half', resolve));
  client.raw.resetAndDestroy();
  await event('closed');
  await event('transfer');
  await gone(data);
  assert.ok((memory.stat('/f').size ?? 0) <= 4);
});
