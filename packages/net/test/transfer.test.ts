import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { PortPool, TlsClient, TlsServer } from '@duoport/net';
import { memorySink, memorySource, patternBytes, testCertificate } from '@duoport/testkit';
import { openPair, secure } from './pair.ts';

const MIB = 1024 * 1024;
const SIZES = [0, 1, 1024, 65_536, 65_537, 3 * MIB + 17];

describe('a transfer', () => {
  let pool: PortPool;
  let certificate: { cert: string; key: string };

  before(async () => {
    pool = new PortPool();
    certificate = await testCertificate();
  });
  after(() => pool.close());

  for (const host of ['127.0.0.1', '::1']) {
    for (const dialledBy of ['client', 'server'] as const) {
      for (const sender of ['client', 'server'] as const) {
        for (const tls of [undefined, 'TLSv1.2', 'TLSv1.3'] as const) {
          const how = `${sender} sends, ${dialledBy} dials, ${tls ?? 'plain'}, ${host}`;
          it(`brings every byte: ${how}`, async () => {
            for (const size of SIZES) await move({ host, dialledBy, sender, tls, size });
          });
        }
      }
    }
  }

  async function move(how: {
    readonly host: string;
    readonly dialledBy: 'client' | 'server';
    readonly sender: 'client' | 'server';
    readonly tls: 'TLSv1.2' | 'TLSv1.3' | undefined;
    readonly size: number;
  }): Promise<void> {
    const pair = await openPair(pool, how);
    if (how.tls) {
      const client = new TlsClient({ insecure: true, maxVersion: how.tls, binding: 'off' }).session(
        'localhost',
      );
      await secure(pair, { client, server: new TlsServer(certificate).session() }, how.sender);
      assert.equal(pair.client.tls?.protocol, how.tls);
    }
    const bytes = patternBytes(how.size);
    const isAsync = how.size % 2 === 1;
    const source = memorySource(bytes, { async: isAsync });
    const sink = memorySink({ async: isAsync });
    const receiver = how.sender === 'client' ? 'server' : 'client';
    const [sent, received] = await Promise.all([pair[how.sender].send(source), pair[receiver].receive(sink)]);
    assert.equal(sent.bytes, how.size);
    assert.equal(received.bytes, how.size);
    assert.ok(source.isClosed());
    assert.equal(Buffer.compare(sink.bytes(), bytes), 0);
    await Promise.all([pair.client.closed, pair.server.closed]);
  }
});
