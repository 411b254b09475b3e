import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { type TestContext, test } from 'node:test';
import { socketDescriptor, stopReading } from '../src/kernel/reading.ts';
import { mover } from '../src/kernel/mover.ts';
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

/** client → [from … to] → server */
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

function descriptors(): number {
  return readdirSync('/proc/self/fd').length;
}

test('64 MiB arrive as they were, and the end is told after the last of them', { skip }, async (t) => {
  await started(t);
  const { client, to, server, movement } = await joined(t);
  const content = randomBytes(64 << 20);
  const hash = createHash('sha256');
  server.on('data', (chunk) => hash.update(chunk)).resume();
  client.end(content);
  const end = await movement.ended;
  assert.deepEqual(end, { kind: 'end', bytes: content.length });
  to.end();
  await once(server, 'end');
  assert.equal(hash.digest('hex'), createHash('sha256').update(content).digest('hex'));
});
