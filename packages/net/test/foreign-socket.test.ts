import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { test } from 'node:test';
import { type ControlConnection, canTraceHops, dial, listenControl, PortPool } from '@duoport/net';
import { memorySink, memorySource } from '@duoport/testkit';
import { newSockets, openSockets } from './open-sockets.ts';
import { request } from './pair.ts';

const skip =
  process.getuid?.() === 0 && (await canTraceHops())
    ? false
    : 'addresses of others need root on 64-bit Linux with koffi';

test('a lease on an address that is not ours; the listener goes with it', { skip }, async () => {
  const pool = new PortPool({ foreign: true });
  for (const host of ['203.0.113.9', '2001:db8::9']) {
    const lease = await pool.lease(request({ host }));
    assert.equal(lease.endpoint.address, host);
    assert.notEqual(lease.endpoint.port, 0);
    assert.equal(pool.gauges().listeners, 1);
    lease.release();
    assert.equal(pool.gauges().listeners, 0);
  }
  await pool.close();
});

test('bytes pass between two sockets that were made by hand', { skip }, async () => {
  const pool = new PortPool({ foreign: true, ports: { low: 47_100, high: 47_120 } });
  const content = Buffer.alloc(3_000_000, 'made by hand ');
  const lease = await pool.lease(request({ host: '127.0.0.9', peer: '127.0.0.8' }));
  const from = { address: '127.0.0.8', foreign: true, ports: { low: 47_200, high: 47_220 } };
  const [client, server] = await Promise.all([
    dial(lease.endpoint, { side: 'client', from }),
    lease.accept(),
  ]);
  assert.equal(server.peer.address, '127.0.0.8');
  assert.ok(server.peer.port >= 47_200 && server.peer.port <= 47_220);
  const sink = memorySink();
  await Promise.all([server.receive(sink), client.send(memorySource(content))]);
  assert.ok(Buffer.from(sink.bytes()).equals(content));
  await pool.close();
});

test('nothing is left open when nobody answers, or nobody waits any more', { skip }, async () => {
  const before = openSockets();
  const from = { address: '127.0.0.8', foreign: true };
  const nobody = { address: '127.0.0.9', port: 1, family: 4 } as const;
  await assert.rejects(dial(nobody, { side: 'client', from }), { code: 'FTP_CONNECTION' });
  const gone = dial(nobody, { side: 'client', from, signal: AbortSignal.abort(new Error('gone')) });
  await assert.rejects(gone, /gone/);
  await new Promise((resolve) => setImmediate(resolve));
  assert.deepEqual(newSockets(before), []);
});

test('a port that another socket has is said to be in use', { skip }, async () => {
  const options = { host: '127.0.0.9', transparent: true, onConnection: () => undefined };
  const listener = await listenControl({ ...options, port: 0 });
  await assert.rejects(listenControl({ ...options, port: listener.endpoint.port }), /the port is in use/);
  await listener.close();
});

test('a transparent listener knows where the client meant to go', { skip }, async () => {
  const came: ControlConnection[] = [];
  const listener = await listenControl({ port: 0, transparent: true, onConnection: (one) => came.push(one) });
  for (const host of ['127.0.0.7', '::1']) {
    const socket = connect({ host, port: listener.endpoint.port });
    await once(socket, 'connect');
    while (came.length === 0) await new Promise((resolve) => setImmediate(resolve));
    const [connection] = came.splice(0);
    // Nothing has translated this connection: it came to where it went.
    const { address } = connection?.destination ?? connection?.local ?? {};
    assert.equal(address, host);
    connection?.destroy();
    socket.destroy();
  }
  await listener.close();
});
