import assert from 'node:assert/strict';
import { connect as connectNow } from 'node:net';
import { test } from 'node:test';
import { type Files, MemoryFiles } from '@duoport/server';
import { filesLike, serve } from './serving.ts';
import { gone, once, within } from './sockets.ts';

test('attack: a command line of 1 MiB gets one 500, and the next command its answer', async (t) => {
  const { connect, trace } = await serve(t);
  const client = await connect();
  client.sendBytes(`STOR ${'x'.repeat(1024 * 1024)}\r\n`);
  await client.expectReply(500);
  await client.expect(200, 'NOOP');
  await client.login();
  const told = trace
    .filter((event) => event.kind === 'line' && event.from === 'client')
    .map((event) => JSON.stringify(event));
  assert.ok(Math.max(...told.map((text) => text.length)) < 1000, 'the line is not kept in the trace');
});

test('attack: a command line without an end is not kept in memory', async (t) => {
  const { connect } = await serve(t);
  const client = await connect();
  const before = process.memoryUsage().rss;
  const piece = Buffer.alloc(1024 * 1024, 'x');
  for (let count = 0; count < 128; count += 1)
    await within('the server to read on', new Promise((resolve) => client.raw.write(piece, resolve)));
  assert.ok(process.memoryUsage().rss - before < 96 * 1024 * 1024);
  client.sendBytes('\r\n');
  await client.expectReply(500);
  await client.expect(200, 'NOOP');
});

test('attack: NUL, CR inside an argument', async (t) => {
  const { login, memory } = await serve(t);
  const client = await login();
  for (const line of ['MKD a\0b', 'MKD a\rb', 'MKD a\rDELE b', '\0', 'NO\0OP', 'STOR \r']) {
    client.sendBytes(`${line}\r\n`);
    const { code } = await client.reply();
    assert.ok(code >= 500 && code < 560, `${JSON.stringify(line)}: ${code}`);
  }
  await client.expect(200, 'NOOP');
  const names = [];
  for await (const batch of memory.list('/')) names.push(...batch);
  assert.deepEqual(names, []);
});

test('attack: 10,000 pipelined NOOPs get 10,000 answers, and nobody else waits', async (t) => {
  const { login } = await serve(t);
  const client = await login();
  const other = await login();
  client.sendBytes('NOOP\r\n'.repeat(10_000));
  await other.expect(200, 'NOOP');
  for (let count = 0; count < 10_000; count += 1) await client.expectReply(200);
  await client.expect(257, 'PWD');
});

test('attack: 10,000 pipelined commands behind a transfer wait in bounded memory, and are all answered', async (t) => {
  const { login } = await serve(t);
  const client = await login();
  const data = await client.open('STOR f');
  client.sendBytes('PWD\r\n'.repeat(10_000));
  data.end('x');
  await client.expectReply(226);
  for (let count = 0; count < 10_000; count += 1) await client.expectReply(257);
});

const foreign = {
  'HTTP GET': 'GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n',
  'HTTP POST with FTP commands as its body':
    'POST / HTTP/1.1\r\nContent-Length: 30\r\n\r\nUSER u\r\nPASS p\r\nDELE f\r\n',
  'SMTP EHLO': 'EHLO relay.example.org\r\nMAIL FROM:<a@example.org>\r\n',
  'SSH banner': 'SSH-2.0-OpenSSH_9.2\r\n',
  'a TLS ClientHello on the clear port': '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n',
};

for (const [name, bytes] of Object.entries(foreign)) {
  test(`attack: a client that speaks another protocol after the greeting is dropped: ${name}`, async (t) => {
    const { connect, event } = await serve(t);
    const client = await connect();
    client.sendBytes(bytes);
    assert.equal(await client.replyOrEnd(), undefined, 'it is told nothing');
    client.destroy();
    assert.match((await event('closed')).reason, /the client speaks (HTTP|SMTP|SSH|TLS)/);
  });

  test(`attack: a client that talks first gets no greeting: ${name}`, async (t) => {
    const { host, port, event } = await serve(t);
    const socket = connectNow({ host, port });
    let told = '';
    socket.on('data', (chunk) => {
      told += String(chunk);
    });
    // Queued before the connection stands, so that it leaves in the same turn.
    socket.write(Buffer.from(bytes, 'latin1'));
    await once(socket, 'connect');
    await gone(socket);
    assert.equal(told, '');
    assert.match((await event('closed')).reason, /spoke before the greeting/);
  });
}

test('attack: a peer that connects and never speaks is told 421 and closed', async (t) => {
  const { connect } = await serve(t, { timeouts: { login: 300 } });
  const client = await connect();
  const reply = await client.expectReply(421);
  assert.match(reply.lines[0] ?? '', /closing the control connection/);
  await client.ended;
  assert.equal(client.raw.destroyed, false);
  client.destroy();
});

test('attack: NOOPs do not hold a session that never logs in', async (t) => {
  const { connect } = await serve(t, { timeouts: { login: 300 } });
  const client = await connect();
  for (;;) {
    const reply = await client.ask('NOOP');
    if (reply.code === 421) break;
    assert.equal(reply.code, 200);
  }
});

test('attack: a peer that sends commands and never reads the replies is paused, then closed', async (t) => {
  const memory = new MemoryFiles();
  let answered = 0;
  const stat: Files['stat'] = (path) => {
    answered += 1;
    return memory.stat(path);
  };
  const files = filesLike(memory, { stat });
  const { login, event } = await serve(t, { files, trace: undefined, timeouts: { idle: 800 } });
  const client = await login();
  // Replies of 2 KB each, 100 MB together: far more than the buffers of both kernels.
  const long = `${'x'.repeat(250)}/`.repeat(4);
  await client.expect(257, `SITE MKDIR -p ${long}`);
  await client.expect(250, `CWD ${long}`);
  client.raw.pause();
  const rounds = 50_000;
  client.sendBytes('MLST\r\n'.repeat(rounds));
  await event('closed');
  assert.ok(
    answered < rounds / 2,
    `${answered} of ${rounds} commands were carried out for a peer that reads nothing`,
  );
});

test('attack: garbage without end is hung up on', async (t) => {
  const { connect, event } = await serve(t);
  const client = await connect();
  client.sendBytes('\x01\x02\x03\r\n'.repeat(1000));
  let last = 0;
  for (let reply = await client.replyOrEnd(); reply !== undefined; reply = await client.replyOrEnd())
    last = reply.code;
  assert.equal(last, 421);
  client.destroy();
  await event('closed');
});

test('attack: guessing passwords: three tries, then the connection is closed', async (t) => {
  const { connect, events } = await serve(t);
  const client = await connect();
  for (const password of ['a', 'b', 'c']) {
    await client.expect(331, 'USER u');
    await client.expect(530, `PASS ${password}`);
  }
  assert.equal(await client.replyOrEnd(), undefined);
  assert.equal(events.filter((event) => event.kind === 'login-refused').length, 3);
});

test('a known and an unknown name get the same answers', async (t) => {
  const { connect } = await serve(t);
  const dialogues = [];
  for (const name of ['u', 'nobody']) {
    const client = await connect();
    dialogues.push([await client.told(`USER ${name}`), await client.told('PASS wrong')]);
  }
  assert.deepEqual(dialogues[0], dialogues[1]);
});

test('attack: a peer that half-closes the control connection gets what it asked for, then the end', async (t) => {
  const { login } = await serve(t);
  const client = await login();
  client.sendBytes('PWD\r\nNOOP\r\n');
  client.raw.end();
  await client.expectReply(257);
  await client.expectReply(200);
  assert.equal(await client.replyOrEnd(), undefined);
});

test('attack: a peer that resets the control connection leaves nothing behind', async (t) => {
  const { login, server, event } = await serve(t);
  const client = await login();
  await client.passive();
  client.raw.resetAndDestroy();
  await event('closed');
  assert.equal(server.sessions, 0);
  assert.equal(server.ports.leases, 0);
});

test('more sessions than allowed are told 421, in all and by address', async (t) => {
  const { connect, event } = await serve(t, { maxSessions: 3, maxSessionsPerAddress: 2 });
  const first = await connect();
  await connect();
  const third = await connect();
  assert.equal(third.greeting.code, 421);
  assert.match(third.greeting.lines[0] ?? '', /Your address has 2 sessions open/);
  third.destroy();
  await event('closed');
  const elsewhere = await connect({ from: '127.0.0.2' });
  assert.equal(elsewhere.greeting.code, 220);
  const full = await connect({ from: '127.0.0.3' });
  assert.match(full.greeting.lines[0] ?? '', /All 3 sessions are in use/);
  await first.expect(200, 'NOOP');
});

test('HOST, LANG, CSID, CLNT and SITE over the wire', async (t) => {
  const { connect } = await serve(t, { hosts: ['ftp.example.org'] });
  const client = await connect();
  await client.expect(504, 'HOST other.example.org');
  await client.expect(220, 'HOST ftp.example.org');
  await client.login();
  await client.expect(503, 'HOST ftp.example.org');
  await client.expect(200, 'CLNT raw');
  await client.expect(200, 'CSID Name=raw; Version=1;');
  await client.expect(200, 'LANG en');
  await client.expect(257, 'SITE MKDIR -p a/b/c');
  await client.store('STOR a/f', 'x');
  await client.expect(200, 'SITE CHMOD 600 a/f');
  await client.expect(200, 'SITE UTIME 20200102030405 a/f');
  assert.equal(await client.told('MDTM a/f'), '213 20200102030405');
  await client.expect(200, 'SITE SYMLINK f a/link');
  assert.equal((await client.fetch('RETR a/link')).toString(), 'x');
  await client.expect(504, 'SITE EXEC ls');
  await client.expect(214, 'SITE HELP');
});
