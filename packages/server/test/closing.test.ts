import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ServerEvent } from '@duoport/server';
import { contentOf, noise, seed, serve } from './serving.ts';
import { dial, gone } from './sockets.ts';

test('graceful close: 421 to the idle, nobody new, and a transfer finishes within the grace time', async (t) => {
  const { login, connect, server, memory, host, port } = await serve(t);
  const idle = await login();
  const stranger = await connect();
  const busy = await login();
  const data = await busy.open('STOR f');
  await new Promise((resolve) => data.write('half, ', resolve));
  const closed = server.close({ grace: 10_000 });
  await idle.expectReply(421);
  await stranger.expectReply(421);
  await assert.rejects(dial({ host, port }), { code: 'ECONNREFUSED' });
  data.end('and whole');
  await busy.expectReply(226);
  await busy.expectReply(421);
  for (const client of [idle, stranger, busy]) {
    await client.ended;
    client.destroy();
  }
  await closed;
  assert.equal(contentOf(memory, '/f').toString(), 'half, and whole');
  assert.equal(server.sessions, 0);
});

test('graceful close: what is not finished within the grace time is cut', async (t) => {
  const { login, server, memory, events } = await serve(t);
  await seed(memory, '/huge', noise(24 * 1024 * 1024));
  const client = await login();
  const data = await client.open('RETR huge');
  data.pause();
  await server.close({ grace: 200 });
  await client.ended;
  await gone(data);
  assert.equal(server.sessions, 0);
  const ends = events.filter((event) => event.kind === 'closed');
  assert.deepEqual(
    ends.map((event) => event.reason),
    ['the server shut down'],
  );
});

test('graceful close: a session in the middle of its TLS handshake does not hold it up', async (t) => {
  const { connect, server } = await serve(t);
  const client = await connect();
  await client.expect(234, 'AUTH TLS');
  await server.close({ grace: 200 });
  await client.ended;
});

test('graceful close: twice is as good as once', async (t) => {
  const { login, server } = await serve(t);
  const client = await login();
  const both = Promise.all([server.close({ grace: 200 }), server.close({ grace: 200 })]);
  await client.expectReply(421);
  client.destroy();
  await both;
});

test('a server that cannot listen says where and why, and listens nowhere', async (t) => {
  const { port } = await serve(t);
  const other = serve(t, {
    listen: [
      { host: '127.0.0.1', port: 0 },
      { host: '127.0.0.1', port },
    ],
  });
  await assert.rejects(other, {
    code: 'FTP_CONNECTION',
    phase: 'listen',
    message: new RegExp(`127.0.0.1 port ${port}`),
  });
});

test('several listeners: clear and implicit TLS beside each other', async (t) => {
  const { server, connect } = await serve(t, {
    listen: [
      { host: '127.0.0.1', port: 0 },
      { host: '127.0.0.1', port: 0, implicitTls: true },
      { host: '::1', port: 0 },
    ],
  });
  const [clear, implicit, six] = server.listening;
  assert.deepEqual(
    server.listening.map((each) => each.implicitTls),
    [false, true, false],
  );
  await (await connect({ port: clear?.port ?? 0 })).login();
  const secured = await (await connect({ port: implicit?.port ?? 0, implicit: true })).login();
  await secured.store('STOR f', 'x');
  const other = await (await connect({ host: '::1', port: six?.port ?? 0 })).login();
  assert.equal((await other.fetch('RETR f')).toString(), 'x');
});

test('settings that cannot work are refused with what to do', async (t) => {
  const rejects = (options: Parameters<typeof serve>[1], message: RegExp) =>
    assert.rejects(() => serve(t, options), { name: 'RangeError', message });
  await rejects({ passive: { enabled: false }, active: { enabled: false } }, /both off/);
  await rejects({ passive: { ports: { low: 9, high: 5 } } }, /lower port must come first: 5-9/);
  await rejects({ passive: { ports: { low: 0, high: 70_000 } } }, /1 to 65535/);
  await rejects({ tls: undefined, requireTls: 'both' }, /needs a certificate/);
  await rejects({ tls: undefined, implicitTls: true }, /needs a certificate/);
});

test('accounts that fail are a fault of the server, told as 451, and the session goes on', async (t) => {
  const failure = new Error('the database is away');
  const events: ServerEvent[] = [];
  const { connect } = await serve(t, {
    accounts: { login: () => Promise.reject(failure) },
    log: (event) => events.push(event),
  });
  const client = await connect();
  await client.expect(331, 'USER u');
  const reply = await client.expect(451, 'PASS p');
  assert.ok(!reply.lines.join('').includes('database'));
  await client.expect(200, 'NOOP');
  const bug = events.find((event) => event.kind === 'bug');
  assert.ok(bug?.kind === 'bug' && bug.error === failure && bug.verb === 'PASS');
});
