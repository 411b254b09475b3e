import assert from 'node:assert/strict';
import { once } from 'node:events';
import { Readable, Writable } from 'node:stream';
import { type TestContext, test } from 'node:test';
import { connect } from '@duoport/client';
import { agentStanding, fingerprint, relayStanding, serverStanding } from './standing.ts';
import { stuck } from './stuck.ts';
import { wireTo } from './wire.ts';

/** More than all the buffers on the way. */
const size = 32 << 20;

async function standing(t: TestContext) {
  const { server, service } = await serverStanding(t, {
    '/big': new Uint8Array(size),
    '/other': new Uint8Array(2 << 20),
  });
  const relay = await relayStanding(t);
  const wire = await wireTo(t, relay.port);
  const agent = await agentStanding(t, relay, {
    services: [service],
    relay: { host: '127.0.0.1', port: wire.port, tls: { fingerprint } },
  });
  const client = await connect(`ftp://u:p@127.0.0.1:${agent.port}/`);
  t.after(() => client.close());
  return { server, relay, wire, agent, client };
}

test('a line that is cut in a download: an error and no 226, then the agent is back', async (t) => {
  const { relay, wire, agent, client } = await standing(t);
  const { sink, began, free } = stuck();
  const download = client.get('/big', sink);
  download.catch(() => undefined);
  await began;
  wire.cut();
  await relay.told.until('agent-lost');
  free();
  await assert.rejects(download, /42[156]|broke|reset|closed/);
  const [transfer] = relay.sessions.of('transfer');
  assert.ok(transfer === undefined || transfer.reply.code >= 400);
  const closed = await relay.sessions.until('closed');
  assert.match(closed.reason, /421/);
  await agent.told.until('connected', 2);
  await using again = await connect(`ftp://u:p@127.0.0.1:${agent.port}/`);
  assert.equal((await again.stat('/big')).size, size);
});

test('a line that is cut in an upload: the server does not take the part for the whole', async (t) => {
  const { server, relay, wire, agent, client } = await standing(t);
  let given = 0;
  const source = new Readable({
    read() {
      given += 1;
      if (given <= 64) this.push(new Uint8Array(65_536));
      else this.emit('half');
    },
  });
  const half = once(source, 'half');
  const upload = client.put(source, '/up');
  upload.catch(() => undefined);
  await half;
  wire.cut();
  await relay.told.until('agent-lost');
  // The client has nothing more to send: all seems well to it, until it is told.
  source.push(null);
  await assert.rejects(upload);
  const closed = await relay.sessions.until('closed');
  assert.match(closed.reason, /421/);
  assert.ok(relay.sessions.of('transfer').every(({ reply }) => reply.code >= 400));
  await agent.told.until('connected', 2);
  assert.equal(server.sessions, 0);
});

test('an agent that is away: the client is told so', async (t) => {
  const { relay, agent } = await standing(t);
  await agent.agent.close();
  await relay.told.until('agent-lost');
  await assert.rejects(
    connect(`ftp://u:p@127.0.0.1:${agent.port}/`),
    /office is not connected to this relay/,
  );
});

test('one transfer that stands still does not hold up another', async (t) => {
  const { agent, client } = await standing(t);
  const { sink, began, free } = stuck();
  const download = client.get('/big', sink);
  download.catch(() => undefined);
  await began;
  await using other = await connect(`ftp://u:p@127.0.0.1:${agent.port}/`);
  let bytes = 0;
  const counted = new Writable({
    write: (chunk: Uint8Array, _encoding, done) => {
      bytes += chunk.length;
      done();
    },
  });
  await other.get('/other', counted);
  assert.equal(bytes, 2 << 20);
  free();
  assert.equal((await download).bytes, size);
});

test('through an HTTP proxy that wants a password', async (t) => {
  const { service } = await serverStanding(t);
  const relay = await relayStanding(t);
  const heads: string[] = [];
  const wire = await wireTo(t, relay.port, {
    proxy: (head) => {
      heads.push(head);
      return 'HTTP/1.1 200 Connection established\r\nVia: x\r\n\r\n';
    },
  });
  const proxy = { host: '127.0.0.1', port: wire.port, user: 'me', password: 'secret' };
  const { port } = await agentStanding(t, relay, {
    services: [service],
    relay: { host: '127.0.0.1', port: relay.port, tls: { fingerprint }, proxy },
  });
  await using client = await connect(`ftp://u:p@127.0.0.1:${port}/`);
  await client.put(Readable.from([Buffer.from('x')]), '/x');
  assert.equal(wire.count, 1);
  assert.match(heads[0] ?? '', new RegExp(`^CONNECT 127.0.0.1:${relay.port} HTTP/1.1\r\n`));
  assert.match(heads[0] ?? '', /Proxy-Authorization: Basic bWU6c2VjcmV0\r\n/);
});
