import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { type TestContext, test } from 'node:test';
import { type PassBytesOptions, type PassedBytes, passBytes } from '@duoport/net';

interface Joined {
  readonly client: Socket;
  readonly server: Socket;
  readonly passed: Promise<PassedBytes>;
  readonly over: AbortController;
}

/** The far ends of two connections that are passed through. */
async function joined(t: TestContext, options: Partial<PassBytesOptions> = {}): Promise<Joined> {
  const over = new AbortController();
  const [client, near] = await pair(t);
  const [server, far] = await pair(t);
  const passed = passBytes(near, far, { idle: 60_000, signal: over.signal, ...options });
  return { client, server, passed, over };
}

async function pair(t: TestContext): Promise<readonly [Socket, Socket]> {
  const listener = createServer({ allowHalfOpen: true, pauseOnConnect: true });
  listener.listen(0, '127.0.0.1');
  await once(listener, 'listening');
  const { port } = listener.address() as AddressInfo;
  const dialled = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
  const [accepted] = (await once(listener, 'connection')) as [Socket];
  listener.close();
  for (const socket of [dialled, accepted]) socket.on('error', () => undefined);
  t.after(() => [dialled, accepted].map((socket) => socket.destroy()));
  return [dialled, accepted];
}

/** Everything, and how it ended. */
async function heard(socket: Socket): Promise<string> {
  const chunks: Buffer[] = [];
  socket.on('data', (chunk: Buffer) => chunks.push(chunk));
  const reset = await Promise.race([
    once(socket, 'end').then(() => false),
    once(socket, 'close').then(() => true),
  ]).catch(() => true);
  return `${Buffer.concat(chunks).length} bytes, ${reset ? 'reset' : 'end'}`;
}

test('bytes pass both ways, a FIN as a FIN, and the other direction goes on after it', async (t) => {
  const { client, server, passed } = await joined(t);
  const [atServer, atClient] = [heard(server), heard(client)];
  client.end(Buffer.alloc(5_000_000));
  assert.equal(await atServer, '5000000 bytes, end');
  server.end(Buffer.alloc(3_000_000));
  assert.equal(await atClient, '3000000 bytes, end');
  assert.deepEqual(await passed, { toServer: 5_000_000, toClient: 3_000_000, because: undefined });
});

test('a reset passes as a reset, both ways', async (t) => {
  const one = await joined(t);
  one.client.write('abc');
  await once(one.server, 'data');
  const atServer = heard(one.server);
  one.client.resetAndDestroy();
  assert.match(await atServer, /reset/);
  assert.match((await one.passed).because ?? '', /client broke it off/);
  const two = await joined(t);
  const atClient = heard(two.client);
  two.server.resetAndDestroy();
  assert.match(await atClient, /reset/);
  assert.match((await two.passed).because ?? '', /server broke it off/);
});

test('who reads nothing is not sent more than fits, and is cut when nothing moves', async (t) => {
  const { client, server, passed } = await joined(t, { idle: 200 });
  const block = Buffer.alloc(1024 * 1024);
  let sent = 0;
  const fill = () => {
    while (!client.destroyed && sent < 200 && client.write(block)) sent += 1;
  };
  client.on('drain', fill);
  fill();
  server.pause();
  const { because, toServer } = await passed;
  assert.match(because ?? '', /nothing was said/);
  assert.ok(toServer < 100 * block.length, String(toServer));
});

test('silence is not cut while it is busy; an abort cuts at once', async (t) => {
  let asked = 0;
  const { passed, over, client } = await joined(t, {
    idle: 20,
    isBusy: () => {
      asked += 1;
      if (asked === 3) over.abort(new Error('enough'));
      return true;
    },
  });
  const atClient = heard(client);
  assert.equal((await passed).because, 'enough');
  assert.match(await atClient, /reset/);
  assert.equal(asked, 3);
});

test('one side that is gone before it begins takes the other with it', async (t) => {
  const [client, near] = await pair(t);
  const [, far] = await pair(t);
  const atClient = heard(client);
  far.destroy();
  await once(far, 'close');
  const { because } = await passBytes(near, far, { idle: 60_000, signal: new AbortController().signal });
  assert.match(because ?? '', /gone before/);
  assert.match(await atClient, /reset/);
});
