import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect as dialTcp, type Socket } from 'node:net';
import { Readable } from 'node:stream';
import { type TestContext, test } from 'node:test';
import { connect } from '@duoport/client';
import { type DataConnection, dial, mover, statModule } from '@duoport/net';
import { type Endpoint, endpoint } from '@duoport/protocol';
import { certificate, patternBytes } from '@duoport/testkit';
import { bareLine, dataWay, listening } from './bare-line.ts';
import { collected } from './collected.ts';
import { agentStanding, fingerprint, relayStanding, serverStanding } from './standing.ts';
import { stuck } from './stuck.ts';
import { waiting } from './waiting.ts';
import { wireTo } from './wire.ts';

const skip = statModule() === undefined ? 'bytes move in the kernel on Linux with koffi only' : false;
const content = patternBytes(24 << 20);

async function standing(t: TestContext, { tls = false, size = content.length } = {}) {
  const { service, memory } = await serverStanding(t, { '/f': content.subarray(0, size) });
  const relay = await relayStanding(t, tls ? { client: { tls: { ...certificate, allowClear: true } } } : {});
  const wire = await wireTo(t, relay.port);
  const agent = await agentStanding(t, relay, {
    services: [service],
    direct: { addresses: ['127.0.0.1'], clear: true },
    relay: { host: '127.0.0.1', port: wire.port, tls: { fingerprint } },
  });
  await relay.told.until('way');
  const client = await connect(`ftp://u:p@127.0.0.1:${agent.port}/`, {
    tls: tls ? 'explicit' : 'none',
    fingerprint,
  });
  t.after(() => client.close());
  return { relay, agent, wire, memory, client };
}

test('what is long goes on beside the line, both ways, and arrives as it was', { skip }, async (t) => {
  const { relay, memory, client } = await standing(t);
  for (let round = 0; round < 2; round += 1) {
    const { sink, bytes } = collected();
    await client.get('/f', sink);
    assert.ok(bytes().equals(content));
    await client.put(Readable.from([content]), '/up');
    const stored = Buffer.alloc(content.length + 1);
    assert.equal(await memory.openRead('/up').read(stored, 0), content.length);
    assert.ok(stored.subarray(0, content.length).equals(content));
  }
  assert.deepEqual(relay.relay.carried, { direct: 0, relayed: 4, clear: 4 });
});

test('what is short stays on the line', { skip }, async (t) => {
  const { relay, client } = await standing(t, { size: 100_000 });
  const { sink, bytes } = collected();
  await client.get('/f', sink);
  assert.equal(bytes().length, 100_000);
  assert.deepEqual(relay.relay.carried, { direct: 0, relayed: 1, clear: 0 });
});

test('what the relay has decrypted stays on the line, both ways', { skip }, async (t) => {
  const { relay, client } = await standing(t, { tls: true });
  const { sink, bytes } = collected();
  await client.get('/f', sink);
  assert.ok(bytes().equals(content));
  await client.put(Readable.from([content]), '/up');
  assert.deepEqual(relay.relay.carried, { direct: 0, relayed: 2, clear: 0 });
});

test('a line that is cut: an error and no 226, for the line says the end', { skip }, async (t) => {
  const { relay, wire, client } = await standing(t, { size: 0 });
  t.diagnostic('an upload that waits for its client, in the middle of it');
  const { promise: isBeside, resolve } = waiting<void>();
  const upload = client.put(
    Readable.from(
      (async function* () {
        yield content;
        await isBeside;
        yield content;
      })(),
    ),
    '/up',
  );
  upload.catch(() => undefined);
  while (relay.relay.carried.clear === 0) await new Promise((done) => setImmediate(done));
  wire.cut();
  await relay.told.until('agent-lost');
  resolve();
  await assert.rejects(upload);
  assert.ok(relay.sessions.of('transfer').every(({ reply }) => reply.code >= 400));
});

test('a line that is cut while the client takes nothing: no 226 either', { skip }, async (t) => {
  const { relay, wire, client } = await standing(t);
  const { sink, began, free } = stuck();
  const download = client.get('/f', sink);
  download.catch(() => undefined);
  await began;
  wire.cut();
  await relay.told.until('agent-lost');
  free();
  await assert.rejects(download);
  assert.ok(relay.sessions.of('transfer').every(({ reply }) => reply.code >= 400));
});

/** A line whose plain connections go over a wire: `said` is what the relay said first on each. */
async function besideTheLine(t: TestContext) {
  const { line, listener } = await bareLine(t, { clear: true });
  const said: Buffer[] = [];
  const open: Socket[] = [];
  const beside = await listening(t, (from) => {
    const to = dialTcp({ port: listener.port, host: '127.0.0.1', allowHalfOpen: true });
    to.on('error', () => undefined);
    open.push(from, to);
    t.after(() => to.destroy());
    from.once('data', (first: Buffer) => said.push(first));
    from.pipe(to).pipe(from);
  });
  const found = await line.findDirect([beside], { lost: () => undefined, clear: true });
  assert.ok('at' in found);
  assert.ok(await mover.ready());
  const cut = () => {
    for (const socket of open) socket.resetAndDestroy();
  };
  return { line, listener, cut, tickets: () => said.filter((bytes) => bytes[0] === 0x63) };
}

/** Passes what comes on `from` to a connection of its own to `client`, as a gateway does. */
async function passTo(client: Endpoint, from: DataConnection): Promise<void> {
  const outlet = (await dial(client, { side: 'server' })).outlet();
  const write = (chunks: readonly Uint8Array[]) => outlet.write(chunks);
  await from.receive({ write, direct: outlet.direct }).catch((error: unknown) => {
    outlet.fail(error);
    throw error;
  });
  await outlet.end();
}

/** Counts what comes; resolves with whether it ended as it should. */
async function client(t: TestContext) {
  let bytes = 0;
  const { promise, resolve } = waiting<'end' | 'reset'>();
  const at = await listening(t, (socket) => {
    socket.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
    });
    socket.on('end', () => resolve('end')).on('error', () => resolve('reset'));
  });
  return { at, ended: promise, bytes: () => bytes };
}

test('the connection beside the line is cut, and the line stands: a reset for the client', {
  skip,
}, async (t) => {
  const { line, cut } = await besideTheLine(t);
  for (const how of ['reset', 'end'] as const) {
    const { promise: serving, resolve } = waiting<Socket>();
    const server = await listening(t, resolve);
    const receiving = await client(t);
    const data = await (await dataWay(t, line, server)).dial(server, { side: 'client' });
    const passed = passTo(receiving.at, data);
    passed.catch(() => undefined);
    const socket = await serving;
    const before = line.carried.clear;
    while (line.carried.clear === before || receiving.bytes() < 40 << 20)
      if (!socket.write(content.subarray(0, 1 << 20))) await once(socket, 'drain');
    if (how === 'reset') cut();
    else socket.resetAndDestroy();
    await assert.rejects(passed);
    assert.equal(await receiving.ended, 'reset');
  }
  assert.ok(line.isOpen);
});

test('a client that takes nothing while the transfer leaves the line gets all of it later', {
  skip,
}, async (t) => {
  const { line } = await besideTheLine(t);
  // More than the kernels take from the relay, and less than the relay holds beside that.
  const first = 6 << 20;
  const { promise: serving, resolve: served } = waiting<Socket>();
  const server = await listening(t, (socket) => served(socket.resume()));
  const { promise: dialled, resolve } = waiting<Socket>();
  const slow = await listening(t, resolve);
  const data = await (await dataWay(t, line, server)).dial(server, { side: 'client' });
  const passed = passTo(slow, data);
  const [sender, receiver] = await Promise.all([serving, dialled]);
  sender.write(content.subarray(0, first));
  while (line.carried.clear === 0) await line.ask('/anything', {});
  sender.end(content.subarray(first));
  for (let turn = 0; turn < 50; turn += 1) await line.ask('/anything', {});
  let bytes = 0;
  receiver.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
  });
  await once(receiver, 'end');
  await passed;
  assert.equal(bytes, content.length);
});

test('steal: a ticket is good once, for one stream, of one line', { skip }, async (t) => {
  const { line, listener, tickets } = await besideTheLine(t);
  const other = await besideTheLine(t);
  const { promise: serving, resolve } = waiting<Socket>();
  const server = await listening(t, resolve);
  const receiving = await client(t);
  const data = await (await dataWay(t, line, server)).dial(server, { side: 'client' });
  const passed = passTo(receiving.at, data);
  const socket = await serving;
  while (receiving.bytes() < 20 << 20 || line.carried.clear === 0)
    if (!socket.write(content.subarray(0, 1 << 20))) await once(socket, 'drain');
  const [ticket = Buffer.alloc(0)] = tickets();
  assert.match(ticket.toString('latin1'), /^c[0-9a-f]{32} \d{10} [io] [0-9a-f]{64}\n$/);
  const shown = async (port: number, words: Uint8Array) => {
    const thief = dialTcp({ port, host: '127.0.0.1' });
    thief.on('error', () => undefined);
    thief.write(words);
    let heard = '';
    for await (const chunk of thief) heard += String(chunk);
    return heard;
  };
  const text = ticket.toString('latin1');
  const forged = Buffer.from(text.replace(/.\n$/, text.at(-2) === '0' ? '1\n' : '0\n'), 'latin1');
  const turned = Buffer.from(
    text.replace(/ ([io]) /, (_, way) => (way === 'i' ? ' o ' : ' i ')),
    'latin1',
  );
  for (const words of [ticket, forged, turned]) assert.equal(await shown(listener.port, words), 'no\n');
  assert.equal(await shown(other.listener.port, ticket), 'no\n');
  assert.equal(await shown(listener.port, Buffer.alloc(112, 'c')), '');
  socket.end();
  await passed;
  assert.equal(await receiving.ended, 'end');
  // The stream is over, and with it its ticket.
  assert.equal(await shown(listener.port, ticket), 'no\n');
});

test('an agent that has not asked for it takes no ticket', { skip }, async (t) => {
  const { line, listener } = await bareLine(t);
  const place = endpoint('127.0.0.1', listener.port);
  await line.findDirect([place], { lost: () => undefined, clear: true });
  const server = await listening(t, (socket) => socket.end(content));
  const receiving = await client(t);
  const data = await (await dataWay(t, line, server)).dial(server, { side: 'client' });
  await passTo(receiving.at, data);
  assert.equal(await receiving.ended, 'end');
  assert.equal(receiving.bytes(), content.length);
  assert.equal(line.carried.clear, 0);
});
