import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { Duplex } from 'node:stream';
import { after, afterEach, before, describe, it } from 'node:test';
import { connect as tlsConnect } from 'node:tls';
import {
  type DataConnection,
  type Lease,
  PortPool,
  TlsClient,
  TlsServer,
  type TlsServerSettings,
  type TraceEvent,
} from '@duoport/net';
import { memorySink, memorySource, patternBytes, testCertificate } from '@duoport/testkit';
import { openPair, request, secure } from './pair.ts';

const MIB = 1024 * 1024;

describe('a data connection under TLS', () => {
  const sockets: Socket[] = [];
  const connections: DataConnection[] = [];
  let pool: PortPool;
  let settings: TlsServerSettings;

  before(async () => {
    pool = new PortPool({ perSession: 100 });
    settings = await testCertificate();
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

  it('an upload that is cut within a TLS record is no file, however slowly it is taken', async () => {
    for (let turns = 0; turns < 40; turns++) {
      const { server, peer } = await withPeer();
      let isCut = false;
      const wire = new Duplex({
        read: () => {},
        // A part of the last record and the FIN behind it.
        write: (chunk: Uint8Array, _encoding, done) =>
          isCut ? peer.end(chunk.subarray(0, chunk.length - 100), done) : peer.write(chunk, done),
      });
      peer.on('data', (chunk: Uint8Array) => wire.push(chunk));
      const tls = tlsConnect({ socket: wire, rejectUnauthorized: false });
      tls.on('error', () => {});
      await server.startTls(new TlsServer(settings).session(), { transfer: 'receive' });
      // Around the most that is gathered before the socket is paused.
      tls.write(patternBytes(2 * MIB + turns * 16_384), () => {
        isCut = true;
        tls.write(patternBytes(16_000));
      });
      const over = once(peer, 'finish');
      const sink = {
        write: async () => {
          await over;
          for (let turn = 0; turn < turns; turn++) await new Promise((resolve) => setImmediate(resolve));
        },
      };
      await assert.rejects(server.receive(sink), { code: 'FTP_TRANSFER', message: /without close_notify/ });
      tls.destroy();
    }
  });

  for (const version of ['TLSv1.2', 'TLSv1.3'] as const) {
    it(`an upload that is cut short under TLS is no file: FIN without close_notify, ${version}`, async () => {
      for (const truncation of ['strict', 'lenient'] as const) {
        const events: TraceEvent[] = [];
        const { server, peer } = await withPeer(events);
        const tls = tlsConnect({ socket: peer, rejectUnauthorized: false, maxVersion: version });
        tls.on('error', () => {});
        await server.startTls(new TlsServer(settings).session());
        tls.write(patternBytes(100_000), () => peer.end());
        const sink = memorySink();
        const receiving = server.receive(sink, { truncation });
        if (truncation === 'strict') {
          await assert.rejects(receiving, {
            code: 'FTP_TRANSFER',
            bytes: 100_000,
            message: /without close_notify/,
          });
        } else assert.equal((await receiving).bytes, 100_000);
        assert.equal(sink.bytes().length, 100_000);
        const decision = events.find((event) => event.kind === 'decision' && /close_notify/.test(event.what));
        assert.ok(decision, 'the trace tells of it');
        tls.destroy();
      }
    });
  }

  it('a reset under TLS is an error in both directions', async () => {
    for (const sender of ['client', 'server'] as const) {
      const pair = await openPair(pool);
      connections.push(pair.client, pair.server);
      const client = new TlsClient({ insecure: true, binding: 'off' }).session('localhost');
      await secure(pair, { client, server: new TlsServer(settings).session() }, sender);
      const source = memorySource(patternBytes(64 * MIB));
      const receiver = sender === 'client' ? 'server' : 'client';
      const sending = assert.rejects(pair[sender].send(source), { code: 'FTP_TRANSFER' });
      const failing = new Error('disk');
      await assert.rejects(
        pair[receiver].receive({
          write: () => {
            throw failing;
          },
        }),
        failing,
      );
      await sending;
    }
  });

  it('a TLS handshake that is never finished is given up', async () => {
    const { server, peer } = await withPeer();
    peer.resume();
    await assert.rejects(server.startTls(new TlsServer(settings).session(), { timeout: 30 }), {
      code: 'FTP_TIMEOUT',
      channel: 'data',
      phase: 'tls',
    });
    await server.closed;
  });

  it('a peer that leaves in the TLS handshake is told from one that is slow', async () => {
    for (const transfer of ['send', 'receive'] as const) {
      const { server, peer } = await withPeer();
      peer.end();
      await assert.rejects(server.startTls(new TlsServer(settings).session(), { transfer }), {
        code: 'FTP_CONNECTION',
        phase: 'tls',
      });
    }
  });

  it('a peer that never reads under TLS: the send gives up', async () => {
    const { server, peer } = await withPeer();
    const tls = tlsConnect({ socket: peer, rejectUnauthorized: false });
    tls.on('error', () => {});
    await server.startTls(new TlsServer(settings).session(), { transfer: 'send' });
    tls.pause();
    await assert.rejects(server.send(memorySource(patternBytes(64 * MIB)), { stallTimeout: 80 }), {
      code: 'FTP_TIMEOUT',
    });
    tls.destroy();
  });
});
