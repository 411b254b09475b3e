import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect as dialTcp } from 'node:net';
import { type TestContext, test } from 'node:test';
import { connect as dialTls } from 'node:tls';
import { dialRelay, type Facts, listenAgents, type RelayLine } from '@duoport/net';
import { endpoint } from '@duoport/protocol';
import { generateAgentKey, RelayAgent, readAgentKey } from '@duoport/relay';
import { certificate } from '@duoport/testkit';
import { agentStanding, fingerprint, relayStanding, serverStanding, Told } from './standing.ts';
import { waiting } from './waiting.ts';

const soon = () => Date.now() + 60_000;

async function refused(
  t: TestContext,
  port: number,
  options: { name: string; secret?: string; services?: number },
) {
  const agent = new RelayAgent({
    relay: { host: '127.0.0.1', port, tls: { fingerprint } },
    name: options.name,
    key: readAgentKey(generateAgentKey()),
    secret: options.secret,
    services: Array.from({ length: options.services ?? 1 }, (_, at) => ({
      name: at === 0 ? '' : `s${at}`,
      host: '127.0.0.1',
      port: 1,
    })),
  });
  t.after(() => agent.close());
  return await agent.run().then(
    () => 'taken',
    (error: Error) => error.message,
  );
}

test('replayed invitation: only the first agent is let in', async (t) => {
  const relay = await relayStanding(t);
  const secret = await relay.registry.invite('office', soon());
  const { service } = await serverStanding(t);
  await agentStanding(t, relay, { services: [service], secret });
  assert.match(await refused(t, relay.port, { name: 'office', secret }), /used already/);
  assert.equal(relay.relay.lines, 1);
});

test('two agents with one invitation at once: one of them', async (t) => {
  const relay = await relayStanding(t);
  const secret = await relay.registry.invite('office', soon());
  const claims = await Promise.all(
    ['a', 'b', 'c', 'd'].map((key) => relay.registry.claim({ name: 'office', secret, key }, Date.now())),
  );
  assert.equal(claims.filter((wrong) => wrong === undefined).length, 1);
});

test('an invitation that has run out, is for somebody else, or was made up', async (t) => {
  const { registry, port } = await relayStanding(t);
  const old = await registry.invite('office', Date.now() - 1);
  assert.match(await refused(t, port, { name: 'office', secret: old }), /expired/);
  const other = await registry.invite('office', soon());
  assert.match(await refused(t, port, { name: 'bank', secret: other }), /another name/);
  assert.match(await refused(t, port, { name: 'office', secret: '../agents/office' }), /not known/);
});

test('agent impersonation: the name of another with a key of its own', async (t) => {
  const relay = await relayStanding(t);
  const { service } = await serverStanding(t);
  await agentStanding(t, relay, { services: [service] });
  assert.match(await refused(t, relay.port, { name: 'office' }), /needs an invitation/);
  assert.equal(relay.relay.lines, 1);
});

test('agent impersonation: a signature of another connection', async (t) => {
  const relay = await relayStanding(t);
  const { service } = await serverStanding(t);
  // A relay that the agent trusts takes down what it says, and says it to another one.
  let heard: Facts = {};
  const thief = await listenAgents({
    host: '127.0.0.1',
    port: 0,
    ...certificate,
    onLine: async (line) => {
      heard = await line.ask('/hello', {});
      line.close('heard enough');
    },
  });
  t.after(() => thief.close());
  const key = readAgentKey(generateAgentKey());
  const victim = await agentStanding(t, relay, { services: [service], key });
  // Who leaves before the relay has its answer was never there to be lost.
  await relay.told.until('agent-connected');
  await victim.agent.close();
  await relay.told.until('agent-lost');
  const told = new Told();
  const again = new RelayAgent({
    relay: { host: '127.0.0.1', port: thief.endpoint.port, tls: { fingerprint } },
    name: 'office',
    key,
    services: [service],
    log: told.log,
  });
  t.after(() => again.close());
  again.run().catch(() => undefined);
  await told.until('lost');
  assert.equal(heard['duoport-agent'], 'office');
  const line = await dialRelay(
    { host: '127.0.0.1', port: relay.port, tls: { fingerprint } },
    {
      answer: (path) => (path === '/hello' ? heard : {}),
      request: (request) => request.refuse('no'),
      carried: () => 'no',
    },
  );
  const { because } = await relay.told.until('agent-refused');
  assert.match(because, /signature/);
  await line.closed;
});

test('an agent that wants more ports than it may have', async (t) => {
  const { registry, port, relay } = await relayStanding(t);
  const secret = await registry.invite('office', soon());
  assert.match(await refused(t, port, { name: 'office', secret, services: 17 }), /more than 16/);
  assert.equal(relay.listening.length, 0);
});

test('a relay with another certificate is not spoken to', async (t) => {
  const relay = await relayStanding(t);
  const told = new Told();
  const agent = new RelayAgent({
    relay: { host: '127.0.0.1', port: relay.port, tls: { fingerprint: fingerprint.replace(/^../, '00') } },
    name: 'office',
    key: readAgentKey(generateAgentKey()),
    secret: await relay.registry.invite('office', soon()),
    services: [{ name: '', host: '127.0.0.1', port: 1 }],
    log: told.log,
  });
  t.after(() => agent.close());
  agent.run().catch(() => undefined);
  const lost = await told.until('lost');
  assert.match(JSON.stringify(lost), /not the pinned one/);
  assert.equal(relay.relay.lines, 0);
});

test('what is no agent is closed: no TLS, no HTTP/2', async (t) => {
  const relay = await relayStanding(t);
  const plain = dialTcp(relay.port, '127.0.0.1');
  plain.end('GET / HTTP/1.1\r\n\r\n');
  plain.resume();
  await once(plain, 'close');
  const tls = dialTls({ port: relay.port, host: '127.0.0.1', rejectUnauthorized: false });
  tls.on('error', () => undefined).resume();
  await once(tls, 'close');
  assert.equal(relay.relay.lines, 0);
});

test('malicious relay: it reaches the server that the agent is for, and nothing else', async (t) => {
  const { service } = await serverStanding(t);
  const { service: hidden, server: other } = await serverStanding(t);
  const lines: RelayLine[] = [];
  const { promise, resolve } = waiting<RelayLine>();
  const relay = await listenAgents({
    host: '127.0.0.1',
    port: 0,
    ...certificate,
    onLine: (line) => {
      lines.push(line);
      resolve(line);
    },
  });
  t.after(() => relay.close());
  const told = new Told();
  const agent = new RelayAgent({
    relay: { host: '127.0.0.1', port: relay.endpoint.port, tls: { fingerprint } },
    name: 'office',
    key: readAgentKey(generateAgentKey()),
    services: [{ ...service, dataPorts: { low: 50_000, high: 50_100 } }],
    log: told.log,
  });
  t.after(() => agent.close());
  agent.run().catch(() => undefined);
  const line = await promise;
  t.after(() => line.close('the test is over'));
  const client = endpoint('192.0.2.1', 1);
  const open = (name: string) => line.open({ host: 'x', port: 21, service: name, client });
  await assert.rejects(open(''), /not welcomed/);
  await line.ask('/welcome', {});
  await assert.rejects(open('other'), /no service/);
  await assert.rejects(open('127.0.0.1:22'), /no service/);
  const { control, data } = await open('');
  const side = 'client';
  for (const to of ['127.0.0.2:50000', '10.0.0.1:50000', '[::1]:50000']) {
    const [, address = '', port] = /^\[?(.*?)\]?:(\d+)$/.exec(to) ?? [];
    await assert.rejects(data.dial(endpoint(address, Number(port)), { side }), /127\.0\.0\.1 only/);
  }
  for (const port of [1, 22, 49_999, 50_101, hidden.port]) {
    await assert.rejects(data.dial(endpoint('127.0.0.1', port), { side }), /50000-50100 only/);
  }
  control.destroy();
  assert.equal(other.sessions, 0);
});
