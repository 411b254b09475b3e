import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { type TestContext, test } from 'node:test';
import { mover } from '@duoport/net';
import { type MoveEnd, moverThreads } from '../src/kernel/mover.ts';
import { socketDescriptor, stopReading } from '../src/kernel/reading.ts';
import { statModule } from '../src/native/stat-at.ts';

const skip = statModule() === undefined ? 'bytes move in the kernel on Linux with koffi only' : false;

/** Both ends of a connection. */
async function pair(t: TestContext): Promise<readonly [Socket, Socket]> {
  const server = createServer({ allowHalfOpen: true, pauseOnConnect: true });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const dialled = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
  const [[accepted]] = (await Promise.all([once(server, 'connection'), once(dialled, 'connect')])) as [
    [Socket],
    unknown,
  ];
  server.close();
  for (const socket of [dialled, accepted]) {
    socket.on('error', () => undefined);
    t.after(() => socket.destroy());
  }
  return [dialled, accepted];
}

async function started(t: TestContext): Promise<() => Promise<void>> {
  const stop = mover.use();
  t.after(stop);
  assert.equal(await mover.ready(), true);
  return stop;
}

/** client → from … to → server */
async function joined(t: TestContext) {
  const [client, from] = await pair(t);
  const [to, server] = await pair(t);
  stopReading(from);
  const [source, target] = [socketDescriptor(from), socketDescriptor(to)];
  assert.ok(source !== undefined && target !== undefined);
  const movement = mover.move(source, target);
  assert.ok(movement);
  return { client, from, to, server, movement };
}

function sha(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** What comes, until its end; rejects when the connection is reset. */
async function hashed(socket: Socket): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of socket) hash.update(chunk as Uint8Array);
  return hash.digest('hex');
}

function descriptors(): number {
  return readdirSync('/proc/self/fd').length;
}

test('what comes goes on as it was, and its end is told after the last byte', { skip }, async (t) => {
  await started(t);
  for (const size of [0, 1, 70_000, 48 << 20]) {
    const { client, to, server, movement } = await joined(t);
    const content = randomBytes(size);
    const arrived = hashed(server);
    client.end(content);
    assert.deepEqual(await movement.ended, { kind: 'end', bytes: size });
    // The end itself is for whoever knows whether that was all.
    to.end();
    assert.equal(await arrived, sha(content));
  }
});

test('a hundred at once', { skip }, async (t) => {
  await started(t);
  await Promise.all(
    Array.from({ length: 100 }, async () => {
      const { client, to, server, movement } = await joined(t);
      const content = randomBytes(300_000);
      const arrived = hashed(server);
      client.end(content);
      assert.deepEqual(await movement.ended, { kind: 'end', bytes: content.length });
      to.end();
      assert.equal(await arrived, sha(content));
    }),
  );
});

test('a sender that resets is no end', { skip }, async (t) => {
  await started(t);
  const { client, server, movement } = await joined(t);
  server.resume();
  client.write(randomBytes(1 << 20), () => client.resetAndDestroy());
  const end = await movement.ended;
  assert.equal(end.kind, 'failed');
  assert.deepEqual({ ...end, bytes: 0 } as MoveEnd, { kind: 'failed', side: 'from', errno: 104, bytes: 0 });
});

test('a receiver that resets is told, while nothing is on its way to it too', { skip }, async (t) => {
  await started(t);
  for (const first of [0, 8 << 20]) {
    const { client, server, movement } = await joined(t);
    client.write(Buffer.alloc(first));
    server.resetAndDestroy();
    const end = await movement.ended;
    assert.equal(end.kind === 'failed' && end.side, 'to');
  }
});

test('a receiver that does not read holds its sender up, and nothing else', { skip }, async (t) => {
  await started(t);
  const slow = await joined(t);
  slow.client.write(Buffer.alloc(64 << 20));
  const other = await joined(t);
  const content = randomBytes(8 << 20);
  const arrived = hashed(other.server);
  other.client.end(content);
  assert.equal((await other.movement.ended).kind, 'end');
  other.to.end();
  assert.equal(await arrived, sha(content));
  assert.ok(slow.client.writableLength > 32 << 20);
  slow.movement.drop();
  assert.equal((await slow.movement.ended).kind, 'dropped');
});

test('the thread ends with its last user, and leaves nothing open', { skip }, async (t) => {
  const before = descriptors();
  const stop = await started(t);
  assert.equal(moverThreads(), 1);
  const running = await Promise.all(Array.from({ length: 20 }, () => joined(t)));
  for (const { client } of running) client.write(Buffer.alloc(1 << 20));
  const ends = running.map(({ movement }) => movement.ended);
  const stopped = stop();
  for (const end of await Promise.all(ends)) assert.equal(end.kind, 'dropped');
  await stopped;
  assert.equal(moverThreads(), 0);
  for (const { client, from, to, server } of running) {
    const sockets = [client, from, to, server];
    const closed = sockets.map((socket) => once(socket, 'close'));
    for (const socket of sockets) socket.destroy();
    await Promise.all(closed);
  }
  assert.equal(descriptors(), before);
});
