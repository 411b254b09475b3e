import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { after, afterEach, beforeEach, describe, it } from 'node:test';
import { dial, networkSet, PortPool, type TraceEvent } from '@duoport/net';
import { memorySink, memorySource } from '@duoport/testkit';
import { freeRange } from './free-ports.ts';
import { request } from './pair.ts';

describe('the port pool', () => {
  const sockets: Socket[] = [];
  let pool: PortPool;

  beforeEach(() => {
    pool = new PortPool();
  });
  afterEach(async () => {
    for (const socket of sockets.splice(0)) socket.destroy();
    await pool.close();
    assert.equal(pool.gauges().leases, 0);
    assert.equal(pool.gauges().held, 0);
    assert.equal(pool.gauges().listeners, 0);
  });
  after(async () => {
    // A handle is closed at the end of the turn of the event loop.
    for (let turn = 0; turn < 2; turn += 1) await new Promise((resolve) => setImmediate(resolve));
    assert.ok(!process.getActiveResourcesInfo().includes('TCPServerWrap'), 'a listener is left');
  });

  function from(localAddress: string, port: number): Socket {
    const socket = connect({ host: '127.0.0.1', port, localAddress });
    socket.on('error', () => {});
    sockets.push(socket);
    return socket;
  }

  it('gives a lease whose connection is the peer that was meant', async () => {
    const lease = await pool.lease(request());
    assert.equal(lease.endpoint.address, '127.0.0.1');
    const [client, server] = await Promise.all([dial(lease.endpoint, { side: 'client' }), lease.accept()]);
    assert.deepEqual(server.peer, client.local);
    assert.equal(server.dialledBy, 'client');
    assert.equal(lease.live, false);
    client.destroy();
    server.destroy();
    const { leases, used, given } = pool.gauges();
    assert.deepEqual({ leases, used, given }, { leases: 0, used: 1, given: 1 });
  });

  it('keeps a connection that comes before it is accepted', async () => {
    const lease = await pool.lease(request());
    const client = from('127.0.0.1', lease.endpoint.port);
    client.end('early');
    await once(client, 'connect');
    while (!lease.arrived) await new Promise((resolve) => setImmediate(resolve));
    assert.equal(pool.gauges().held, 1);
    const server = await lease.accept();
    const sink = memorySink();
    await server.receive(sink);
    assert.equal(Buffer.from(sink.bytes()).toString(), 'early');
  });

  it('a stray from another address gets nothing and the lease stays armed', async () => {
    const events: TraceEvent[] = [];
    const lease = await pool.lease(request({ trace: (event) => events.push(event) }));
    const stray = from('127.0.0.2', lease.endpoint.port);
    const chunks: Buffer[] = [];
    stray.on('data', (chunk) => chunks.push(chunk));
    await once(stray, 'close');
    assert.equal(chunks.length, 0);
    assert.equal(pool.gauges().strays, 1);
    assert.ok(lease.live && !lease.arrived);
    const told = events.find((event) => event.kind === 'stray');
    assert.equal(told?.peer.address, '127.0.0.2');
    assert.match(told?.because ?? '', /127\.0\.0\.2 is not the control connection's peer 127\.0\.0\.1/);
    const [client, server] = await Promise.all([dial(lease.endpoint, { side: 'client' }), lease.accept()]);
    const sink = memorySink();
    await Promise.all([server.send(memorySource(Buffer.from('secret'))), client.receive(sink)]);
    assert.equal(Buffer.from(sink.bytes()).toString(), 'secret');
  });

  it('a second connection of the same peer is turned away while the first waits', async () => {
    const lease = await pool.lease(request());
    const first = from('127.0.0.1', lease.endpoint.port);
    await once(first, 'connect');
    const second = from('127.0.0.1', lease.endpoint.port);
    second.resume();
    await once(second, 'close');
    assert.equal(pool.gauges().strays, 1);
    const server = await lease.accept();
    assert.equal(server.peer.port, first.localPort);
    server.destroy();
  });

  it('lets two clients with different addresses share one port at the same time', async () => {
    const range = await freeRange(1);
    pool = new PortPool({ ports: range });
    const a = await pool.lease(request({ peer: '127.0.0.1' }));
    const b = await pool.lease(request({ peer: '127.0.0.2' }));
    assert.equal(a.endpoint.port, b.endpoint.port);
    const clientB = from('127.0.0.2', b.endpoint.port);
    const clientA = from('127.0.0.1', a.endpoint.port);
    const [forA, forB] = await Promise.all([a.accept(), b.accept()]);
    assert.equal(forA.peer.port, clientA.localPort);
    assert.equal(forB.peer.port, clientB.localPort);
    forA.destroy();
    forB.destroy();
  });

  it('never leaves its range, and refuses with the reason when it is full', async () => {
    const range = await freeRange(8);
    pool = new PortPool({ ports: range });
    const ports = new Set<number>();
    for (let i = 0; i < 8; i += 1) ports.add((await pool.lease(request())).endpoint.port);
    assert.equal(ports.size, 8);
    assert.ok([...ports].every((port) => port >= range.low && port <= range.high));
    await assert.rejects(pool.lease(request()), {
      code: 'FTP_LIMIT',
      limit: 'ports',
      message: new RegExp(`None of the 8 data ports ${range.low}-${range.high} is free for this peer`),
    });
    assert.equal(pool.gauges().refused, 1);
    await pool.lease(request({ peer: '127.0.0.2' }));
  });

  it('skips a port that another program has', async () => {
    const range = await freeRange(3);
    const other = createServer().listen(range.low + 1, '127.0.0.1');
    await once(other, 'listening');
    pool = new PortPool({ ports: range });
    const ports = [await pool.lease(request()), await pool.lease(request())].map(
      ({ endpoint }) => endpoint.port,
    );
    assert.deepEqual(ports.sort(), [range.low, range.high]);
    await assert.rejects(pool.lease(request()), { code: 'FTP_LIMIT' });
    other.close();
  });

  it('chooses the port that the same peer had last only when no other is left', async () => {
    const range = await freeRange(2);
    pool = new PortPool({ ports: range });
    let last = 0;
    for (let i = 0; i < 40; i += 1) {
      const lease = await pool.lease(request());
      assert.notEqual(lease.endpoint.port, last);
      last = lease.endpoint.port;
      lease.release();
    }
    const other = await pool.lease(request());
    const again = await pool.lease(request());
    assert.equal(again.endpoint.port, last);
    other.release();
  });

  it('gives a lease for anybody a port of its own', async () => {
    const range = await freeRange(2);
    pool = new PortPool({ ports: range });
    const known = await pool.lease(request());
    const foreign = await pool.lease(request({ peer: undefined }));
    assert.notEqual(known.endpoint.port, foreign.endpoint.port);
    const second = await pool.lease(request({ peer: '127.0.0.2' }));
    assert.equal(second.endpoint.port, known.endpoint.port);
    await assert.rejects(pool.lease(request({ peer: undefined })), { code: 'FTP_LIMIT' });
    from('127.0.0.9', foreign.endpoint.port);
    const connection = await foreign.accept();
    assert.equal(connection.peer.address, '127.0.0.9');
    connection.destroy();
  });

  it('takes a peer from a trusted network', async () => {
    const policy = { kind: 'networks', networks: networkSet(['127.0.0.8/29']) } as const;
    const lease = await pool.lease(request({ policy }));
    const stray = from('127.0.0.2', lease.endpoint.port);
    stray.resume();
    await once(stray, 'close');
    from('127.0.0.9', lease.endpoint.port);
    const connection = await lease.accept();
    assert.equal(connection.peer.address, '127.0.0.9');
    connection.destroy();
  });

  it('sends nothing in clear to a peer that only TLS can prove', async () => {
    const lease = await pool.lease(request({ policy: { kind: 'tls' } }));
    const client = from('127.0.0.9', lease.endpoint.port);
    const chunks: Buffer[] = [];
    client.on('data', (chunk) => chunks.push(chunk));
    const connection = await lease.accept();
    await assert.rejects(connection.send(memorySource(Buffer.from('secret'))), { code: 'FTP_CONNECTION' });
    await once(client, 'close');
    assert.equal(chunks.length, 0);
  });

  it('ends a lease at its time: nobody accepts, nobody connects', async () => {
    pool = new PortPool({ leaseTimeout: 20 });
    const lease = await pool.lease(request());
    await assert.rejects(lease.accept({ timeout: 10 }), {
      code: 'FTP_TIMEOUT',
      phase: 'accept',
      after: 10,
      message: /127\.0\.0\.1 has not connected to data port \d+ within 10 ms/,
    });
    const idle = await pool.lease(request());
    const client = from('127.0.0.1', idle.endpoint.port);
    client.resume();
    await once(client, 'close');
    assert.equal(idle.live, false);
    await assert.rejects(idle.accept(), { code: 'FTP_CLOSED' });
    assert.equal(pool.gauges().expired, 2);
  });

  it('ends a waiting accept by release, by signal and by close', async () => {
    const released = await pool.lease(request());
    const waiting = assert.rejects(released.accept(), { code: 'FTP_CLOSED' });
    released.release();
    released.release();
    await waiting;
    const aborted = await pool.lease(request());
    const controller = new AbortController();
    const aborting = assert.rejects(aborted.accept({ signal: controller.signal }), { name: 'AbortError' });
    controller.abort();
    await aborting;
    assert.equal(aborted.live, false);
    const closing = await pool.lease(request());
    const closed = assert.rejects(closing.accept(), { code: 'FTP_CLOSED' });
    await pool.close();
    await closed;
    await assert.rejects(pool.lease(request()), { code: 'FTP_CLOSED' });
  });

  it('a flood of PASV from one session cannot take the range', async () => {
    pool = new PortPool({ perSession: 2, perAddress: 5 });
    const session = {};
    await pool.lease(request({ session }));
    const second = await pool.lease(request({ session }));
    await assert.rejects(pool.lease(request({ session })), { code: 'FTP_LIMIT', limit: 'leasesPerSession' });
    second.release();
    await pool.lease(request({ session }));
    for (let i = 0; i < 3; i += 1) await pool.lease(request());
    await assert.rejects(pool.lease(request()), { code: 'FTP_LIMIT', limit: 'leasesPerAddress' });
    await pool.lease(request({ peer: '127.0.0.2' }));
  });

  it('PASV 10,000 times leaves one listener or two and nothing else', async () => {
    const session = {};
    for (let i = 0; i < 10_000; i += 1) (await pool.lease(request({ session }))).release();
    const gauges = pool.gauges();
    assert.equal(gauges.given, 10_000);
    assert.equal(gauges.leases, 0);
    assert.ok(gauges.listeners <= 2, `${gauges.listeners} listeners`);
  });

  it('closes the listeners beyond those it is told to keep', async () => {
    pool = new PortPool({ keepOpen: 2 });
    const leases = await Promise.all(Array.from({ length: 6 }, () => pool.lease(request())));
    assert.equal(pool.gauges().listeners, 6);
    for (const lease of leases) lease.release();
    assert.equal(pool.gauges().listeners, 2);
  });

  it('opens a port once for leases that are asked for together', async () => {
    const range = await freeRange(1);
    pool = new PortPool({ ports: range });
    const peers = ['127.0.0.1', '127.0.0.2', '127.0.0.3'];
    const leases = await Promise.all(peers.map((peer) => pool.lease(request({ peer }))));
    assert.deepEqual(new Set(leases.map(({ endpoint }) => endpoint.port)), new Set([range.low]));
    assert.equal(pool.gauges().listeners, 1);
  });

  it('says that it cannot listen on an address that is not here', async () => {
    await assert.rejects(pool.lease(request({ host: '192.0.2.1' })), {
      code: 'FTP_CONNECTION',
      phase: 'listen',
      message: /192\.0\.2\.1.*not one of this machine/,
    });
    assert.equal(pool.gauges().leases, 0);
  });

  it('refuses a range that is none', () => {
    for (const ports of [
      { low: 2000, high: 1999 },
      { low: 0, high: 5 },
      { low: 1, high: 65_536 },
      { low: 1.5, high: 2 },
    ]) {
      assert.throws(() => new PortPool({ ports }), { code: 'FTP_LOCAL_PROTOCOL' });
    }
  });
});
