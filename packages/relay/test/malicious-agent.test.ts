import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { ServerHttp2Stream } from 'node:http2';
import { type AddressInfo, createServer, connect as dialTcp } from 'node:net';
import { test } from 'node:test';
import { connect as connectTls } from 'node:tls';
import { connect } from '@duoport/client';
import { generateAgentKey, RelayAgent, readAgentKey } from '@duoport/relay';
import { rawAgent } from './raw-ends.ts';
import { agentStanding, fingerprint, relayStanding, serverStanding } from './standing.ts';

/** An agent that was let in, and what it can do to the relay and to others. */

/** A server that is none, at the other end of a control stream. */
function greet(stream: ServerHttp2Stream, answers: Readonly<Record<string, string>> = {}): void {
  const replies: Readonly<Record<string, string>> = {
    USER: '331 password',
    PASS: '230 in',
    TYPE: '200 ok',
    ...answers,
  };
  stream.write('220 ready\r\n');
  stream.on('data', (chunk: Buffer) => {
    for (const line of chunk.toString('latin1').split('\r\n').filter(Boolean)) {
      const verb = line.split(' ', 1)[0] ?? '';
      stream.write(`${replies[verb] ?? '502 no such command'}\r\n`);
    }
  });
}

const ends = { 'duoport-peer': '127.0.0.1:21', 'duoport-local': '127.0.0.1:50000' };

test('attack: with ever new names for its services an agent takes no more ports than it may have', async (t) => {
  const relay = await relayStanding(t, { maxServices: 3 });
  const { service } = await serverStanding(t);
  const key = readAgentKey(generateAgentKey());
  const ports = new Set<number>();
  for (const round of [1, 2, 3, 4]) {
    const services = ['a', 'b', 'c'].map((name) => ({ ...service, name: `${name}${round}` }));
    const { agent, told } = await agentStanding(t, relay, { services, key });
    for (const port of Object.values(told.of('connected')[0]?.services ?? {})) ports.add(port);
    // What it offers now is what is reached there.
    await using client = await connect(
      `ftp://u:p@127.0.0.1:${told.of('connected')[0]?.services[`a${round}`]}/`,
    );
    assert.equal(await client.pwd(), '/');
    await client.close();
    await agent.close();
    await relay.told.until('agent-lost', round);
  }
  assert.equal(ports.size, 3);
  assert.equal(relay.relay.listening.length, 3);
  assert.equal(Object.keys((await relay.registry.find('office'))?.ports ?? {}).length, 3);
});

test('an agent that leaves in the middle of its welcome is lost, and no fault of the relay', async (t) => {
  const relay = await relayStanding(t);
  const { service } = await serverStanding(t);
  const agent = new RelayAgent({
    relay: { host: '127.0.0.1', port: relay.port, tls: { fingerprint } },
    name: 'office',
    key: readAgentKey(generateAgentKey()),
    secret: await relay.registry.invite('office', Date.now() + 60_000),
    services: [service],
    log: ({ kind }) => {
      // This is told before the welcome is answered.
      if (kind === 'connected') void agent.close();
    },
  });
  await agent.run();
  await relay.told.until('agent-lost');
  assert.deepEqual(
    [relay.told.of('agent-connected'), relay.told.of('fault'), relay.relay.lines],
    [[], [], 0],
  );
});

test('attack: an agent that says it has connected, and not where to', async (t) => {
  const relay = await relayStanding(t);
  await rawAgent(t, relay, (stream) => {
    stream.respond({ ':status': 200 });
    greet(stream);
  });
  const { port } = await relay.told.until('published');
  await relay.told.until('agent-connected');
  await assert.rejects(connect(`ftp://u:p@127.0.0.1:${port}/`), /did not say what it has connected|421/);
  assert.equal(relay.relay.lines, 1);
});

test('attack: what the server of an agent says of ports, the agent is asked to dial: the relay dials nobody', async (t) => {
  let dialled = 0;
  const besideTheRelay = createServer(() => {
    dialled += 1;
  });
  besideTheRelay.listen(0, '127.0.0.1');
  await once(besideTheRelay, 'listening');
  t.after(() => besideTheRelay.close());
  const { port: target } = besideTheRelay.address() as AddressInfo;
  const relay = await relayStanding(t);
  const asked: string[] = [];
  await rawAgent(t, relay, (stream, headers) => {
    asked.push(`${headers[':path']} ${headers['duoport-to']}`);
    stream.respond({ ':status': headers[':path'] === '/control' ? 200 : 502, ...ends });
    if (headers[':path'] === '/control') {
      greet(stream, {
        EPSV: `229 Entering Extended Passive Mode (|||${target}|)`,
        PASV: `227 Entering Passive Mode (127,0,0,1,${target >> 8},${target & 255}).`,
      });
    } else stream.end();
  });
  const { port } = await relay.told.until('published');
  await relay.told.until('agent-connected');
  await using client = await connect(`ftp://u:p@127.0.0.1:${port}/`, { mode: 'passive' });
  await assert.rejects(client.get('f', { write: () => undefined }));
  assert.equal(dialled, 0);
  assert.ok(asked.includes(`/data 127.0.0.1:${target}`), asked.join('\n'));
});

test('attack: an agent that holds a session asks for the data connections of others', async (t) => {
  const relay = await relayStanding(t);
  const asks = [
    { 'duoport-ask': 'dial', 'duoport-to': '127.0.0.2:5000' },
    { 'duoport-ask': 'dial', 'duoport-to': '10.0.0.1:5000' },
    { 'duoport-ask': 'dial', 'duoport-to': '127.0.0.1:22' },
    { 'duoport-ask': 'dial' },
    { 'duoport-ask': 'lease 4 port for-all' },
    { 'duoport-ask': 'lease 4 port clear' },
    { 'duoport-ask': 'lease 4 port clear' },
    { 'duoport-ask': 'lease 4 port clear' },
  ];
  const answers: string[] = [];
  let done: () => void = () => undefined;
  const asked = new Promise<void>((resolve) => {
    done = resolve;
  });
  await rawAgent(
    t,
    relay,
    (stream, headers) => {
      if (headers[':path'] === '/client') return stream.respond({ ':status': 200 });
      const ask = asks.shift();
      if (ask === undefined) return;
      const at = answers.push('nothing') - 1;
      stream.on('data', (chunk: Buffer) => {
        answers[at] = decodeURIComponent(chunk.toString()).trim();
        if (answers.filter((answer) => answer !== 'nothing').length === 6) done();
      });
      stream.respond({ ':status': 200, ...ask });
    },
    { facts: { 'duoport-end-to-end': '.' } },
  );
  const { port } = await relay.told.until('published');
  await relay.told.until('agent-connected');
  const client = dialTcp(port, '127.0.0.1').resume();
  t.after(() => client.destroy());
  await asked;
  for (const refused of answers.slice(0, 2))
    assert.match(refused, /^no .*not the control connection's peer|^no .*private/);
  assert.match(answers[2] ?? '', /^no port 22 is none for data/);
  assert.deepEqual(answers.slice(3, 5), ['nothing', 'nothing']);
  for (const told of answers.slice(5, 7)) assert.match(told, /^told 127\.0\.0\.1:\d+ 127\.0\.0\.1:\d+$/);
  assert.match(answers[7] ?? '', /^no .*2 data ports already/);
});

test('attack: an agent that holds a session dials its client again and again', async (t) => {
  const relay = await relayStanding(t);
  const dialled = createServer((socket) => socket.on('error', () => undefined).resume());
  dialled.listen(0, '127.0.0.1');
  await once(dialled, 'listening');
  t.after(() => dialled.close());
  const { port: target } = dialled.address() as AddressInfo;
  let asks = 0;
  const come: ServerHttp2Stream[] = [];
  let done: () => void = () => undefined;
  const full = new Promise<void>((resolve) => {
    done = resolve;
  });
  await rawAgent(
    t,
    relay,
    (stream, headers) => {
      if (headers[':path'] === '/client') return stream.respond({ ':status': 200 });
      asks += 1;
      stream.once('data', () => {
        if (come.push(stream) === 8) done();
      });
      stream.respond({ ':status': 200, 'duoport-ask': 'dial', 'duoport-to': `127.0.0.1:${target}` });
    },
    { facts: { 'duoport-end-to-end': '.' } },
  );
  const { port } = await relay.told.until('published');
  await relay.told.until('agent-connected');
  const client = dialTcp(port, '127.0.0.1').resume();
  t.after(() => client.destroy());
  await full;
  await new Promise((resolve) => come[0]?.session?.ping(resolve));
  assert.equal(asks, 8);
  for (const stream of come) stream.close();
});

test('attack: an agent that answers every request with silence holds up its own clients only', async (t) => {
  const relay = await relayStanding(t, { timeouts: { connect: 300, reply: 300 } });
  await rawAgent(t, relay, () => undefined, { name: 'silent' });
  const { port } = await relay.told.until('published');
  const { service } = await serverStanding(t);
  await relay.told.until('agent-connected');
  const waiting = connect(`ftp://u:p@127.0.0.1:${port}/`);
  const honest = await agentStanding(t, relay, { services: [service] });
  await using client = await connect(`ftp://u:p@127.0.0.1:${honest.port}/`);
  assert.equal(await client.pwd(), '/');
  await assert.rejects(waiting, /421/);
});

const settings = [0, 0, 0, 4, 0, 0, 0, 0, 0];
const frames: Readonly<Record<string, readonly number[]>> = {
  'streams of its own': [...settings, 0, 0, 1, 1, 4, 0, 0, 0, 2, 0x82],
  'a push': [...settings, 0, 0, 5, 5, 4, 0, 0, 0, 1, 0, 0, 0, 2, 0x82],
  'data for a stream that nobody opened': [...settings, 0, 0, 1, 0, 0, 0, 0, 0, 99, 0],
  'a frame of 16 MiB': [...settings, 255, 255, 255, 0, 0, 0, 0, 0, 1],
  'a window beyond 2^31': [...settings, 0, 0, 4, 8, 0, 0, 0, 0, 0, 127, 255, 255, 255],
  'a header table that does not exist': [...settings, 0, 0, 2, 1, 5, 0, 0, 0, 1, 0xff, 0xff],
  'no HTTP/2 at all': [...Buffer.from('220 ready\r\n'.repeat(10))],
};
for (const [what, bytes] of Object.entries(frames)) {
  test(`attack: an agent that says ${what}`, async (t) => {
    const relay = await relayStanding(t);
    const tls = connectTls({
      port: relay.port,
      host: '127.0.0.1',
      rejectUnauthorized: false,
      ALPNProtocols: ['h2'],
    });
    t.after(() => tls.destroy());
    tls.on('error', () => undefined).resume();
    await once(tls, 'secureConnect');
    tls.write(Uint8Array.from(bytes));
    await relay.told.until('agent-refused');
    await once(tls, 'close');
    assert.deepEqual(relay.told.of('fault'), []);
  });
}

test('attack: loops: an agent whose server is the relay’s own public port', async (t) => {
  const relay = await relayStanding(t);
  const { service } = await serverStanding(t);
  const key = readAgentKey(generateAgentKey());
  const first = await agentStanding(t, relay, { services: [service], key });
  await relay.told.until('agent-connected');
  await first.agent.close();
  await relay.told.until('agent-lost');
  const looped = await agentStanding(t, relay, { services: [{ ...service, port: first.port }], key });
  assert.equal(looped.port, first.port);
  await relay.told.until('agent-connected', 2);
  await assert.rejects(connect(`ftp://u:p@127.0.0.1:${first.port}/`), /Loop: .*itself/);
  assert.equal(relay.sessions.of('connected').length, 2);
});

test('attack: loops: two relays whose agents publish each other', async (t) => {
  const [one, other] = [await relayStanding(t), await relayStanding(t)];
  const { service } = await serverStanding(t);
  const key = readAgentKey(generateAgentKey());
  const first = await agentStanding(t, one, { services: [service], key });
  const second = await agentStanding(t, other, { services: [{ ...service, port: first.port }] });
  await first.agent.close();
  await one.told.until('agent-lost');
  await agentStanding(t, one, { services: [{ ...service, port: second.port }], key });
  await one.told.until('agent-connected', 2);
  await assert.rejects(connect(`ftp://u:p@127.0.0.1:${first.port}/`), /Loop: /);
  assert.ok(one.sessions.of('connected').length + other.sessions.of('connected').length <= 3);
});
