import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, createServer, connect as dialTcp } from 'node:net';
import { Readable } from 'node:stream';
import { type TestContext, test } from 'node:test';
import { connect as dialTls } from 'node:tls';
import { connect } from '@duoport/client';
import { endpoint } from '@duoport/protocol';
import { memorySink } from '@duoport/testkit';
import { bareLine, dataWay, listening } from './bare-line.ts';
import { collected } from './collected.ts';
import { agentStanding, fingerprint, relayStanding, serverStanding } from './standing.ts';
import { stuck } from './stuck.ts';
import { waiting } from './waiting.ts';
import { wireTo } from './wire.ts';

const content = Buffer.from('by the short way '.repeat(200_000));

async function standing(t: TestContext, size = 0) {
  const { service, memory } = await serverStanding(t, { '/f': content, '/big': new Uint8Array(size) });
  const relay = await relayStanding(t);
  const wire = await wireTo(t, relay.port);
  const agent = await agentStanding(t, relay, {
    services: [service],
    direct: { addresses: ['127.0.0.1'] },
    relay: { host: '127.0.0.1', port: wire.port, tls: { fingerprint } },
  });
  const way = await relay.told.until('way');
  const client = await connect(`ftp://u:p@127.0.0.1:${agent.port}/`);
  t.after(() => client.close());
  return { relay, agent, wire, memory, client, way };
}

test('data go the direct way, both ways, and relay and agent say so', async (t) => {
  const { relay, agent, memory, client, way } = await standing(t);
  assert.equal(way.way, 'direct');
  assert.equal((await agent.told.until('way')).way, 'direct');
  for (let round = 0; round < 3; round += 1) {
    const { sink, bytes } = collected();
    await client.get('/f', sink);
    assert.ok(bytes().equals(content));
    await client.put(Readable.from([content]), '/up');
    assert.equal(memory.openRead('/up').size, content.length);
    await client.put(Readable.from([]), '/empty');
    assert.equal(memory.openRead('/empty').size, 0);
  }
  assert.deepEqual(relay.relay.carried, { direct: 9, relayed: 0, clear: 0 });
});

test('a direct way that fails: the same transfer goes over the line, and those after it', async (t) => {
  const { line, listener } = await bareLine(t);
  const target = await listening(t, (socket) => socket.end(content));
  const { promise: lost, resolve: onLost } = waiting<string>();
  const found = await line.findDirect([endpoint('127.0.0.1', listener.port)], { lost: onLost });
  assert.ok('at' in found);
  const data = await dataWay(t, line, target);
  const fetched = async () => {
    const sink = memorySink();
    await (await data.dial(target, { side: 'client' })).receive(sink);
    assert.ok(content.equals(sink.bytes()));
  };
  await fetched();
  assert.deepEqual(line.carried, { direct: 1, relayed: 0, clear: 0 });
  listener.close();
  // Somebody else is there now: it takes the connection, and has no key.
  const impostor = createServer((socket) => socket.on('error', () => undefined).end('220 hello\r\n'));
  impostor.listen(found.at.port, '127.0.0.1');
  await once(impostor, 'listening');
  t.after(() => impostor.close());
  await fetched();
  assert.match(await lost, /./);
  await fetched();
  assert.deepEqual(line.carried, { direct: 1, relayed: 2, clear: 0 });
});

test('a line that is cut in a direct transfer: an error and no 226, for the line says the end', async (t) => {
  const { relay, wire, client } = await standing(t, 32 << 20);
  const { sink, began, free } = stuck();
  const download = client.get('/big', sink);
  download.catch(() => undefined);
  await began;
  wire.cut();
  await relay.told.until('agent-lost');
  free();
  await assert.rejects(download);
  assert.ok(relay.sessions.of('transfer').every(({ reply }) => reply.code >= 400));
});

test('an agent that names no place of its own: the relay does not dial there, and says why', async (t) => {
  let dialled = 0;
  const inside = createServer((socket) => {
    dialled += 1;
    socket.destroy();
  });
  inside.listen(0, '127.0.0.2');
  await once(inside, 'listening');
  t.after(() => inside.close());
  const { port } = inside.address() as AddressInfo;
  const { line } = await bareLine(t);
  const places = ['127.0.0.2', '10.0.0.1', '169.254.169.254'].map((address) => endpoint(address, port));
  const found = await line.findDirect([...places, endpoint('127.0.0.1', 22)], { lost: () => undefined });
  assert.ok('because' in found);
  assert.match(found.because, /127\.0\.0\.2.*no public address.*10\.0\.0\.1.*169\.254.*port 22/s);
  assert.equal(dialled, 0);
});

test('who is not the relay gets nothing of the direct listener', async (t) => {
  const { way } = await standing(t);
  assert.ok(way.way === 'direct');
  const { port } = way.at;
  const plain = dialTcp(port, '127.0.0.1').on('error', () => undefined);
  plain.end('GET / HTTP/1.1\r\n\r\n');
  plain.resume();
  await once(plain, 'close');
  for (const identity of ['duoport-direct', 'x']) {
    const tls = dialTls({
      port,
      host: '127.0.0.1',
      minVersion: 'TLSv1.3',
      ciphers: 'TLS_AES_128_GCM_SHA256',
      pskCallback: () => ({ psk: Buffer.alloc(32), identity }),
      checkServerIdentity: () => undefined,
    });
    const [error] = (await once(tls, 'error')) as [Error];
    assert.match(error.message, /alert|psk|binder|illegal/i);
  }
});
