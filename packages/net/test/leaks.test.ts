import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { dial, PortPool, TlsClient, TlsServer } from '@duoport/net';
import { memorySink, memorySource, patternBytes, testCertificate } from '@duoport/testkit';
import { buffersInUse } from '../src/buffers.ts';
import { openPair, type Pair, request, secure } from './pair.ts';

const MIB = 1024 * 1024;
/** More than the kernel takes without a reader. */
const LONG = patternBytes(16 * MIB);

/** The sockets and timers that keep this process alive; the test runner's own reads and writes do not count. */
function resources(): string[] {
  return process
    .getActiveResourcesInfo()
    .filter((name) => /^(TCP|TLS|UDP|Timeout|Shutdown|GetAddrInfo)/.test(name))
    .sort();
}

/** Closing a handle takes a turn of the event loop or two. */
async function settled(): Promise<string[]> {
  for (let turn = 0; turn < 4; turn += 1) await new Promise((resolve) => setImmediate(resolve));
  return resources();
}

type Act = (pair: Pair) => Promise<unknown>;

const ACTS: Readonly<Record<string, Act>> = {
  'a transfer': ({ client, server }) =>
    Promise.all([
      server.send(memorySource(LONG.subarray(0, 2 * MIB))),
      client.receive(memorySink({ async: true })),
    ]),
  'a small transfer': ({ client, server }) =>
    Promise.all([client.send(memorySource(patternBytes(100))), server.receive(memorySink())]),
  'a connection that is never used': async ({ client, server }) => {
    client.destroy();
    server.destroy();
  },
  'an abort': async ({ client, server }) => {
    const controller = new AbortController();
    const { signal } = controller;
    const receiving = client.receive({ write: () => controller.abort() }, { signal });
    const sending = server.send(memorySource(LONG), { signal });
    await Promise.allSettled([receiving, sending]);
  },
  'a sink that fails': async ({ client, server }) => {
    const write = async () => {
      throw new Error('disk full');
    };
    await Promise.allSettled([client.receive({ write }), server.send(memorySource(LONG))]);
  },
  'a stall': async ({ client, server }) => {
    await server.receive(memorySink(), { stallTimeout: 5 }).catch(() => {});
    client.destroy();
  },
};

describe('nothing is left behind', () => {
  for (const tls of [false, true]) {
    for (const [name, act] of Object.entries(ACTS)) {
      it(`by ${name}${tls ? ' under TLS' : ''}`, async () => {
        const before = await settled();
        const pool = new PortPool();
        const settings = tls ? await testCertificate() : undefined;
        for (let i = 0; i < 10; i += 1) {
          const pair = await openPair(pool);
          if (settings) {
            const client = new TlsClient({ insecure: true, binding: 'off' }).session('localhost');
            await secure(pair, { client, server: new TlsServer(settings).session() });
          }
          await act(pair);
          await Promise.all([pair.client.closed, pair.server.closed]);
        }
        await pool.close();
        assert.deepEqual(await settled(), before);
        assert.equal(buffersInUse(), 0);
        assert.equal(pool.gauges().leases + pool.gauges().held + pool.gauges().listeners, 0);
      });
    }
  }

  it('by leases that end in every way, connections that wait in them included', async () => {
    const before = await settled();
    const pool = new PortPool({ leaseTimeout: 10, perSession: 10 });
    for (let i = 0; i < 20; i += 1) {
      const released = await pool.lease(request());
      released.release();
      const late = await pool.lease(request());
      await late.accept({ timeout: 1 }).catch(() => {});
      const held = await pool.lease(request());
      const dialled = await dial(held.endpoint, { side: 'client' });
      if (i % 2 === 0) held.release();
      // The others run out of time with a connection that nobody accepted.
      await dialled.receive(memorySink()).catch(() => {});
      await dialled.closed;
    }
    await pool.close();
    assert.deepEqual(await settled(), before);
  });
});
