import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { type TestContext, test } from 'node:test';
import { resetStream } from '../src/reset-stream.ts';

async function pair(t: TestContext): Promise<{ readonly near: Socket; readonly far: Socket }> {
  const server = createServer({ allowHalfOpen: true }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const near = connect({
    port: (server.address() as AddressInfo).port,
    host: '127.0.0.1',
    allowHalfOpen: true,
  });
  const [[far]] = (await Promise.all([once(server, 'connection'), once(near, 'connect')])) as [
    [Socket],
    unknown,
  ];
  server.close();
  t.after(() => {
    near.destroy();
    far.destroy();
  });
  return { near, far };
}

test('a reset reaches the peer as a reset', async (t) => {
  const { near, far } = await pair(t);
  const lost = once(far.resume(), 'error');
  resetStream(near);
  assert.equal(((await lost) as [NodeJS.ErrnoException])[0].code, 'ECONNRESET');
});

test('a reset in the turn of the end: both are closed, and nothing stays open', async (t) => {
  const { near, far } = await pair(t);
  const faults: Error[] = [];
  near.on('error', (error) => faults.push(error));
  const closed = once(far.resume(), 'end');
  near.resume().end('all of it');
  resetStream(near);
  await Promise.all([closed, once(near, 'close')]);
  assert.deepEqual(faults, []);
});
