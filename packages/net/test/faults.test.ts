import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { after, afterEach, before, describe, it } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { type DataConnection, dial, type Lease, PortPool, type TraceEvent } from '@duoport/net';
import { memorySink, memorySource, patternBytes } from '@duoport/testkit';
import { request } from './pair.ts';

const MIB = 1024 * 1024;

describe('a data connection', () => {
  const sockets: Socket[] = [];
  const connections: DataConnection[] = [];
  let pool: PortPool;

  before(() => {
    pool = new PortPool({ perSession: 100 });
  });
  afterEach(async () => {
    for (const socket of sockets.splice(0)) socket.destroy();
    for (const connection of connections.splice(0)) {
      connection.destroy();
      await connection.closed;
    }
    assert.equal(pool.gauges().leases, 0);
    assert.equal(pool.gauges().held, 0);
  });
  after(() => pool.close());

  /** A data connection whose peer is a bare socket that the test drives. */
  async function withPeer(events: TraceEvent[] = []): Promise<{ server: DataConnection; peer: Socket }> {
    const lease = await pool.lease(request({ trace: (event) => events.push(event) }));
    const peer = toLease(lease);
    const server = await lease.accept();
    connections.push(server);
    return { server, peer };
  }

  function toLease(lease: Lease): Socket {
    const peer = connect({ host: '127.0.0.1', port: lease.endpoint.port, allowHalfOpen: true });
    peer.on('error', () => {});
    sockets.push(peer);
    return peer;
  }

  it('a peer that never reads: the send gives up after the stall timeout', async () => {
    const { server, peer } = await withPeer();
    peer.pause();
    const source = memorySource(patternBytes(64 * MIB));
    await assert.rejects(server.send(source, { stallTimeout: 60 }), {
      code: 'FTP_TIMEOUT',
      phase: 'transfer',
      after: 60,
      message: /The peer took no byte on the data connection for 60 ms/,
    });
    assert.ok(source.isClosed());
  });

  it('a peer that never sends: the receive gives up after the stall timeout', async () => {
    const { server } = await withPeer();
    await assert.rejects(server.receive(memorySink(), { stallTimeout: 40 }), {
      code: 'FTP_TIMEOUT',
      message: /sent no byte/,
    });
  });

  it('a slow disk is not a stall of the peer', async () => {
    const { server, peer } = await withPeer();
    peer.end(patternBytes(3 * MIB));
    let writes = 0;
    const slow = {
      write: async () => {
        writes += 1;
        // Longer than the stall timeout; the peer is not to blame.
        if (writes === 1) await setTimeout(120);
      },
    };
    const { bytes } = await server.receive(slow, { stallTimeout: 30 });
    assert.equal(bytes, 3 * MIB);
  });

  it('a peer that resets in mid-upload: the error says how much came and that it can go on', async () => {
    const events: TraceEvent[] = [];
    const { server, peer } = await withPeer(events);
    peer.write(patternBytes(100_000));
    const sink = memorySink();
    let seen = 0;
    const receiving = server.receive(sink, {
      onProgress: (bytes) => {
        seen = bytes;
        if (bytes === 100_000) peer.resetAndDestroy();
      },
    });
    await assert.rejects(receiving, {
      code: 'FTP_TRANSFER',
      direction: 'receive',
      bytes: 100_000,
      resumable: true,
    });
    assert.equal(seen, 100_000);
    await server.closed;
    assert.deepEqual(
      events.map(({ kind }) => kind),
      ['listen', 'open', 'first-byte', 'reset', 'failed', 'closed'],
    );
  });

  it('a peer that resets in mid-download: the send fails and the source is closed', async () => {
    const { server, peer } = await withPeer();
    const source = memorySource(patternBytes(64 * MIB));
    peer.once('data', () => peer.resetAndDestroy());
    await assert.rejects(server.send(source), { code: 'FTP_TRANSFER', direction: 'send', resumable: true });
    assert.ok(source.isClosed());
  });

  it('a peer that closes in mid-download: the send fails', async () => {
    const { server, peer } = await withPeer();
    peer.once('data', () => peer.destroy());
    await assert.rejects(server.send(memorySource(patternBytes(64 * MIB))), { code: 'FTP_TRANSFER' });
  });

  it('a peer that half-closes first still gets all of a download', async () => {
    const { server, peer } = await withPeer();
    peer.end();
    const bytes = patternBytes(2 * MIB);
    const got: Buffer[] = [];
    peer.on('data', (chunk) => got.push(chunk));
    await Promise.all([server.send(memorySource(bytes)), once(peer, 'end')]);
    assert.equal(Buffer.compare(Buffer.concat(got), bytes), 0);
  });

  it('an upload ends with the half-close of the peer, and the trace says who closed first', async () => {
    const events: TraceEvent[] = [];
    const { server, peer } = await withPeer(events);
    peer.end('abc');
    await server.receive(memorySink());
    await once(peer.resume(), 'end');
    await server.closed;
    const fins = events.flatMap((event) => (event.kind === 'fin' ? [event.from] : []));
    assert.deepEqual(fins, ['client', 'server']);
    const closed = events.find((event) => event.kind === 'closed');
    assert.deepEqual(closed && [closed.sent, closed.received, closed.by], [0, 3, 'server']);
  });

  it('an abort ends a transfer that runs, in either direction', async () => {
    for (const direction of ['send', 'receive'] as const) {
      const { server, peer } = await withPeer();
      const controller = new AbortController();
      const { signal } = controller;
      const source = memorySource(patternBytes(64 * MIB));
      const running =
        direction === 'send' ? server.send(source, { signal }) : server.receive(memorySink(), { signal });
      if (direction === 'send') peer.once('data', () => controller.abort());
      else controller.abort();
      await assert.rejects(running, { name: 'AbortError' });
      await server.closed;
    }
  });

  it('an abort before the start closes the connection and the source', async () => {
    const { server } = await withPeer();
    const source = memorySource(patternBytes(10));
    await assert.rejects(server.send(source, { signal: AbortSignal.abort() }), { name: 'AbortError' });
    assert.ok(source.isClosed());
    await server.closed;
  });

  it("an abort waits for the sink's running write", async () => {
    const { server, peer } = await withPeer();
    peer.write('abc');
    const controller = new AbortController();
    let isWritten = false;
    const sink = {
      write: async () => {
        controller.abort();
        await setTimeout(20);
        isWritten = true;
      },
    };
    await assert.rejects(server.receive(sink, { signal: controller.signal }), { name: 'AbortError' });
    assert.ok(isWritten);
  });

  for (const isAsync of [false, true]) {
    it(`the error of a sink comes through as it is, ${isAsync ? 'async' : 'sync'}`, async () => {
      const { server, peer } = await withPeer();
      peer.end(patternBytes(3 * MIB));
      const full = new Error('no space left');
      let count = 0;
      const write = () => {
        count += 1;
        if (count === 2) throw full;
      };
      const sink = { write: isAsync ? async () => write() : write };
      await assert.rejects(server.receive(sink), full);
    });

    it(`the error of a source comes through as it is, ${isAsync ? 'async' : 'sync'}`, async () => {
      for (const size of [10, 10 * MIB]) {
        const { server, peer } = await withPeer();
        peer.resume();
        const gone = new Error('file was removed');
        const good = memorySource(patternBytes(size));
        const read = (into: Uint8Array, at: number) => {
          if (at > 0 || size === 10) throw gone;
          return good.read(into, at);
        };
        const source = {
          size,
          read: isAsync ? async (into: Uint8Array, at: number) => read(into, at) : read,
        };
        await assert.rejects(server.send(source), gone);
      }
    });
  }

  it('carries one transfer only', async () => {
    const { server, peer } = await withPeer();
    peer.end();
    await server.receive(memorySink());
    await assert.rejects(server.receive(memorySink()), { code: 'FTP_LOCAL_PROTOCOL' });
  });

  it('a connection that is refused names the port and the cure', async () => {
    const lease = await pool.lease(request());
    const gone = new PortPool();
    const { endpoint } = await gone.lease(request());
    await gone.close();
    lease.release();
    const events: TraceEvent[] = [];
    await assert.rejects(dial(endpoint, { side: 'client', trace: (event) => events.push(event) }), {
      code: 'FTP_CONNECTION',
      channel: 'data',
      phase: 'connect',
      message: new RegExp(`connection refused.*127\\.0\\.0\\.1:${endpoint.port}`),
    });
    assert.deepEqual(
      events.map(({ kind }) => kind),
      ['dial', 'failed'],
    );
  });

  it('a dial is given up by its signal', async () => {
    const to = { address: '127.0.0.1', port: 9, family: 4 } as const;
    await assert.rejects(dial(to, { side: 'client', signal: AbortSignal.abort() }), { name: 'AbortError' });
  });
});
