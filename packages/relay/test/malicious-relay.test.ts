import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { type AgentEvent, generateAgentKey, RelayAgent, readAgentKey } from '@duoport/relay';
import { type RawLine, type RawRelay, rawRelay } from './raw-ends.ts';
import { fingerprint, serverStanding, Told } from './standing.ts';

/** A relay that somebody has taken over, and what its agent does for it. */

async function standing(t: TestContext) {
  const { server, service } = await serverStanding(t);
  const relay = await rawRelay(t);
  const told = new Told<AgentEvent>();
  const agent = new RelayAgent({
    relay: { host: '127.0.0.1', port: relay.port, tls: { fingerprint } },
    name: 'office',
    key: readAgentKey(generateAgentKey()),
    services: [service],
    log: told.log,
  });
  t.after(() => agent.close());
  agent.run().catch(() => undefined);
  return { server, service, relay, told, line: await welcomed(relay) };
}

async function welcomed(relay: RawRelay): Promise<RawLine> {
  const line = await relay.agent();
  assert.equal((await line.ask('/welcome', { 'duoport-services': '.=2121' })).status, 200);
  return line;
}

const control = (session: string) => ({ 'duoport-session': session, 'duoport-to': '' });

test('attack: a data connection without a control connection, or of another one', async (t) => {
  const { line, service } = await standing(t);
  const to = { 'duoport-to': `127.0.0.1:${service.port}` };
  for (const path of ['/data', '/listen']) {
    for (const session of ['', '1', '2', '%', '__proto__']) {
      const { status, because } = await line.ask(path, { ...to, 'duoport-session': session });
      assert.deepEqual([status, because], [502, 'that control connection is not open'], `${path} ${session}`);
    }
  }
});

test('attack: the number of a control connection twice, or none', async (t) => {
  const { line, server } = await standing(t);
  const first = await line.ask('/control', control('1'));
  assert.equal(first.status, 200);
  for (const session of ['1', '']) {
    const { status, because } = await line.ask('/control', control(session));
    assert.deepEqual([status, because], [502, 'a control connection needs a number of its own']);
  }
  assert.equal(server.sessions, 1);
});

test('attack: where to is nowhere, a name, or something that only looks like the server', async (t) => {
  const { line, server } = await standing(t);
  await line.ask('/control', control('1'));
  const made = [
    '',
    'localhost:2000',
    '127.0.0.1',
    '127.0.0.1:',
    '127.0.0.1:70000',
    '127.0.0.1:-1',
    '127.1:2000',
    '2130706433:2000',
    '0.0.0.0:2000',
    '[::]:2000',
    '[::1]:2000',
    '169.254.169.254:2000',
    '127.0.0.1:2000, 10.0.0.1:2000',
    '127.0.0.1:22',
  ];
  for (const to of made) {
    const { status, because } = await line.ask('/data', { 'duoport-session': '1', 'duoport-to': to });
    assert.equal(status, 502, to);
    assert.match(because, /^data connections go to/);
  }
  assert.equal(server.sessions, 1);
});

test('attack: more data connections than a session can need', async (t) => {
  const { line, service } = await standing(t);
  await line.ask('/control', control('1'));
  const to = { 'duoport-session': '1', 'duoport-to': `127.0.0.1:${service.port}` };
  const open = await Promise.all(Array.from({ length: 8 }, () => line.ask('/data', to)));
  assert.deepEqual(new Set(open.map(({ status }) => status)), new Set([200]));
  const { status, because } = await line.ask('/data', to);
  assert.deepEqual([status, because], [502, 'that control connection has 8 data connections']);
});

test('attack: what was allowed on one line is not on the next one, and a question that nobody knows is answered 404', async (t) => {
  const { line, relay, server, service, told } = await standing(t);
  assert.equal((await line.ask('/control', control('1'))).status, 200);
  line.session.destroy();
  await told.until('lost');
  const next = await relay.agent();
  // Not welcomed again: nothing of before counts.
  const early = await next.ask('/control', control('2'));
  assert.deepEqual([early.status, early.because], [502, 'the agent was not welcomed']);
  await next.ask('/welcome', {});
  const to = { 'duoport-session': '1', 'duoport-to': `127.0.0.1:${service.port}` };
  assert.equal((await next.ask('/data', to)).because, 'that control connection is not open');
  for (const path of ['/', '/shell', '/../control', '/control/', '/CONTROL'])
    assert.equal((await next.ask(path, control('3'))).status, 404, path);
  assert.equal(server.sessions, 0);
});

test('attack: a welcome full of lies, again and again, changes nothing', async (t) => {
  const { line, told } = await standing(t);
  const lies = ['.=99999', '__proto__=1', '.=1,.=2', '=', 'a'.repeat(9000), '.=2121\u007f'];
  for (const lie of lies) await line.ask('/welcome', { 'duoport-services': lie });
  const last = told.of('connected').at(-1);
  assert.deepEqual(last?.services, {});
  assert.equal((await line.ask('/control', control('1'))).status, 200);
});

test('attack: headers beyond the limit open nothing, and the line goes on', async (t) => {
  const { line, server } = await standing(t);
  const { status } = await line.ask('/control', { ...control('1'), 'duoport-x': 'x'.repeat(20_000) });
  assert.equal(status, 0);
  assert.equal((await line.ask('/control', control('1'))).status, 200);
  assert.equal(server.sessions, 1);
});
