import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type Server } from 'node:net';
import { after, before, describe, it } from 'node:test';
import {
  type DataConnection,
  type DialFrom,
  dial,
  type Lease,
  PortPool,
  type TraceEvent,
} from '@duoport/net';
import { memorySink, memorySource } from '@duoport/testkit';
import { freeRange } from './free-ports.ts';
import { openPair, request } from './pair.ts';

describe('dialling a data connection', () => {
  let pool: PortPool;

  before(() => {
    pool = new PortPool({ perSession: 100 });
  });
  after(() => pool.close());

  const anybody = () => pool.lease(request({ peer: undefined }));

  async function connected(from: DialFrom, to?: Lease) {
    const lease = to ?? (await anybody());
    const events: TraceEvent[] = [];
    const dialling = dial(lease.endpoint, { side: 'server', from, trace: (event) => events.push(event) });
    const accepting = lease.accept();
    const dialled = await dialling.catch(async (error: unknown) => {
      lease.release();
      await accepting.catch(() => {});
      throw error;
    });
    return { dialled, accepted: await accepting, events };
  }

  /** One byte from the dialling side, which closes first and so keeps the TIME_WAIT. */
  async function use({
    dialled,
    accepted,
  }: {
    dialled: DataConnection;
    accepted: DataConnection;
  }): Promise<void> {
    await Promise.all([dialled.send(memorySource(Buffer.from('x'))), accepted.receive(memorySink())]);
  }

  it('comes from the address and port that it is told', async () => {
    const port = (await freeRange(1)).low;
    const ends = await connected({ address: '127.0.0.3', ports: port });
    assert.deepEqual(ends.dialled.local, { address: '127.0.0.3', port, family: 4 });
    assert.deepEqual(ends.accepted.peer, ends.dialled.local);
    const dialEvent = ends.events.find((event) => event.kind === 'dial');
    assert.deepEqual(dialEvent?.from, { address: '127.0.0.3', port });
    await use(ends);
  });

  it('uses one source port again and again, beside connections in TIME_WAIT and open ones', async () => {
    const port = (await freeRange(1)).low;
    const leases = await Promise.all(Array.from({ length: 20 }, anybody));
    const kept = await connected({ ports: port });
    for (const lease of leases) {
      const ends = await connected({ ports: port }, lease);
      assert.equal(ends.dialled.local.port, port);
      await use(ends);
    }
    kept.dialled.destroy();
    kept.accepted.destroy();
  });

  it('takes another source port when the very same pair of endpoints is in use still', async () => {
    const ports = (await freeRange(1)).low;
    const only = new PortPool();
    const kept = await connected({ ports }, await only.lease(request()));
    const same = await leaseOn(only, kept.dialled.peer.port);
    const ends = await connected({ ports, orAny: true }, same);
    assert.notEqual(ends.dialled.local.port, ports);
    assert.match(
      ends.events.map((event) => (event.kind === 'decision' ? event.because : '')).join(''),
      /earlier/,
    );
    await use(ends);
    kept.dialled.destroy();
    kept.accepted.destroy();
    await only.close();
  });

  it('tries every port of the range', async () => {
    const servers: Server[] = [];
    const { low } = await freeRange(3);
    for (const port of [low, low + 2]) servers.push(await listening(port));
    const ends = await connected({ address: '127.0.0.1', ports: { low, high: low + 2 } });
    assert.equal(ends.dialled.local.port, low + 1);
    await use(ends);
    for (const server of servers) server.close();
  });

  it('says which port it could not have, or takes another when it may', async () => {
    const port = (await freeRange(1)).low;
    const server = await listening(port);
    const from = { address: '127.0.0.1', ports: port };
    await assert.rejects(connected(from), {
      code: 'FTP_CONNECTION',
      phase: 'connect',
      message: new RegExp(`from source port ${port}: the port is in use`),
    });
    const ends = await connected({ ...from, orAny: true });
    assert.notEqual(ends.dialled.local.port, port);
    const decision = ends.events.find((event) => event.kind === 'decision');
    assert.match(decision?.because ?? '', /in use/);
    await use(ends);
    server.close();
  });

  it('says that a source address is not here', async () => {
    await assert.rejects(connected({ address: '192.0.2.1' }), /not one of this machine/);
  });

  it('the trace of both ends tells who dialled whom, and who closed first', async () => {
    const atClient: TraceEvent[] = [];
    const atServer: TraceEvent[] = [];
    const { client, server } = await openPair(pool, {
      dialledBy: 'server',
      clientTrace: (event) => atClient.push(event),
      serverTrace: (event) => atServer.push(event),
    });
    await Promise.all([server.send(memorySource(Buffer.from('hello'))), client.receive(memorySink())]);
    await Promise.all([client.closed, server.closed]);
    const plain = (events: readonly TraceEvent[]) => events.map(({ at: _at, ...fact }) => fact);
    const open = { kind: 'open', connection: 'data-1', by: 'server', from: server.local, to: client.local };
    assert.deepEqual(plain(atClient), [
      { kind: 'listen', connection: 'data-1', by: 'client', on: client.local },
      open,
      { kind: 'first-byte', connection: 'data-1', from: 'server' },
      { kind: 'fin', connection: 'data-1', from: 'server' },
      { kind: 'fin', connection: 'data-1', from: 'client' },
      { kind: 'closed', connection: 'data-1', by: 'client', sent: 0, received: 5 },
    ]);
    assert.deepEqual(plain(atServer), [
      { kind: 'dial', connection: 'data-1', by: 'server', to: client.local, from: {} },
      open,
      { kind: 'first-byte', connection: 'data-1', from: 'server' },
      { kind: 'fin', connection: 'data-1', from: 'server' },
      { kind: 'closed', connection: 'data-1', by: 'server', sent: 5, received: 0 },
    ]);
    assert.deepEqual(JSON.parse(JSON.stringify(atServer)), atServer, 'plain data');
  });
});

/** A pool avoids the port that the peer had last, so this takes a second try. */
async function leaseOn(pool: PortPool, port: number): Promise<Lease> {
  for (;;) {
    const lease = await pool.lease(request());
    if (lease.endpoint.port === port) return lease;
    lease.release();
  }
}

async function listening(port: number): Promise<Server> {
  const server = createServer().listen(port, '127.0.0.1');
  await once(server, 'listening');
  return server;
}
