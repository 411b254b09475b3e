import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { Readable } from 'node:stream';
import { type TestContext, test } from 'node:test';
import { connect, type DataVerb } from '@duoport/client';
import { createGateway } from '@duoport/gateway';
import { certificate, testCertificate } from '@duoport/testkit';
import { bentRelay } from './bent-relay.ts';
import { collected } from './collected.ts';
import { agentStanding, relayStanding, serverStanding } from './standing.ts';

// TLS of the clients ends at the agent: the relay carries what it can neither read nor change.

const verbs: readonly DataVerb[] = ['PASV', 'EPSV', 'PORT', 'EPRT'];
const own = await testCertificate(['localhost', 'office.example.org', 'clear.example.org']);
const fingerprint = new X509Certificate(own.cert).fingerprint256;

for (const serverMode of ['passive', 'active'] as const) {
  test(`explicit TLS to the agent by every verb of the client, the server ${serverMode}`, async (t) => {
    const { memory, service } = await serverStanding(t);
    const relay = await relayStanding(t);
    const { port, agent } = await agentStanding(t, relay, {
      services: [{ ...service, tls: own, requireTls: 'both' }],
      serverMode,
    });
    for (const verb of verbs) {
      const options = { dataVerb: verb, tls: 'explicit', fingerprint } as const;
      await using client = await connect(`ftp://u:p@127.0.0.1:${port}/`, options);
      const content = Buffer.from(`${verb} `.repeat(300_000));
      await client.put(Readable.from([content]), `/${verb}`);
      assert.equal(memory.openRead(`/${verb}`).size, content.length);
      const { sink, bytes } = collected();
      await client.get(`/${verb}`, sink);
      assert.ok(bytes().equals(content));
      const names: string[] = [];
      for await (const entry of client.list('/')) names.push(entry.name);
      assert.ok(names.includes(verb));
    }
    assert.deepEqual(relay.sessions.events, [], 'the relay holds no session');
    assert.equal(relay.told.of('carried').length, verbs.length);
    await agent.close();
  });
}

test('one port by the name in TLS: for a service whose TLS ends at the relay, and for one whose ends at the agent', async (t) => {
  const { service } = await serverStanding(t, { '/f': Buffer.from('here') });
  const relay = await relayStanding(t, {
    control: { shared: [{ host: '127.0.0.1', port: 0, implicitTls: true }] },
    client: { tls: certificate },
  });
  const services = [
    { ...service, tls: own },
    { ...service, name: 'clear' },
  ];
  const { agent } = await agentStanding(t, relay, { services });
  const port = relay.relay.listening[0]?.port ?? 0;
  const get = async (servername: string, pinned: string) => {
    const options = { tls: 'implicit', servername, fingerprint: pinned } as const;
    await using client = await connect(`ftps://u:p@127.0.0.1:${port}/`, options);
    const { sink, bytes } = collected();
    await client.get('/f', sink);
    return bytes().toString();
  };
  const relays = new X509Certificate(certificate.cert).fingerprint256;
  assert.equal(await get('office.example.org', fingerprint), 'here');
  assert.equal(await get('clear--office.example.org', relays), 'here');
  assert.equal(relay.told.of('carried').length, 1);
  await agent.close();
  await relay.told.until('agent-lost');
  await assert.rejects(get('office.example.org', fingerprint), /closed|TLS/);
});

test('an agent that is away: the relay says so itself, and asks nobody for a password', async (t) => {
  const { service } = await serverStanding(t);
  const relay = await relayStanding(t);
  const { agent, port } = await agentStanding(t, relay, { services: [{ ...service, tls: own }] });
  await agent.close();
  await relay.told.until('agent-lost');
  const url = `ftp://u:p@127.0.0.1:${port}/`;
  await assert.rejects(connect(url, { tls: 'explicit', fingerprint }), /421.*office is not connected/s);
  assert.deepEqual(relay.sessions.events, []);
});

test('a relay that shuts down: the agent says 421, for the relay cannot', async (t) => {
  const { service } = await serverStanding(t);
  const relay = await relayStanding(t);
  const { port } = await agentStanding(t, relay, { services: [{ ...service, tls: own }] });
  await using client = await connect(`ftp://u:p@127.0.0.1:${port}/`, { tls: 'explicit', fingerprint });
  const closing = relay.relay.close();
  await assert.rejects(async () => {
    for (;;) await client.stat('/');
  }, /421/);
  await closing;
  assert.equal(relay.relay.sessions, 0);
});

test('malicious relay: it hears neither the password nor the file', async (t) => {
  const { memory, service } = await serverStanding(t);
  const heard: Uint8Array[] = [];
  const hear = (chunk: Uint8Array) => {
    heard.push(Uint8Array.from(chunk));
    return chunk;
  };
  const services = [{ ...service, tls: own }];
  const port = await bentRelay(t, { services, control: hear, data: hear });
  const url = `ftp://u:p@127.0.0.1:${port}/`;
  await using client = await connect(url, { tls: 'explicit', fingerprint });
  const content = Buffer.from('what nobody may read '.repeat(1000));
  await client.put(Readable.from([content]), '/secret-name');
  assert.equal(memory.openRead('/secret-name').size, content.length);
  const all = Buffer.concat(heard).toString('latin1');
  assert.ok(all.includes('AUTH TLS') && all.length > content.length, 'it has heard all there was');
  for (const word of ['PASS', 'USER', 'secret-name', 'nobody may read']) assert.ok(!all.includes(word), word);
});

/** Changes one bit that comes from there, after so many bytes. */
function flipAfter(count: number, sender: 'client' | 'relay' = 'relay') {
  let through = 0;
  return (chunk: Uint8Array, from: 'client' | 'relay') => {
    if (from !== sender) return chunk;
    const isDone = through > count;
    through += chunk.length;
    if (isDone || through <= count) return chunk;
    const bent = Uint8Array.from(chunk);
    // A reply is a record, and its last byte none of its length: the client does not wait for bytes that never come.
    bent[bent.length - 1] = (bent.at(-1) ?? 0) ^ 1;
    return bent;
  };
}

test('malicious relay: a bit that it changes in a file is no file', async (t) => {
  const { service } = await serverStanding(t, { '/big': new Uint8Array(1 << 20) });
  const services = [{ ...service, tls: own }];
  const port = await bentRelay(t, { services, data: flipAfter(500_000) });
  await using client = await connect(`ftp://u:p@127.0.0.1:${port}/`, { tls: 'explicit', fingerprint });
  const { sink, bytes } = collected();
  await assert.rejects(client.get('/big', sink), /TLS|decrypt|MAC|record|closed|reset|426/i);
  assert.ok(bytes().every((byte) => byte === 0));
});

test('malicious relay: a bit that it changes in an upload: nobody says 226', async (t) => {
  const { service } = await serverStanding(t);
  const services = [{ ...service, tls: own }];
  const port = await bentRelay(t, { services, data: flipAfter(500_000, 'client') });
  await using client = await connect(`ftp://u:p@127.0.0.1:${port}/`, { tls: 'explicit', fingerprint });
  const whole = new Uint8Array(4 << 20);
  await assert.rejects(client.put(Readable.from([whole]), '/up'));
  const kept = await client.size('/up').catch(() => 0);
  assert.ok(kept < whole.length);
});

test('malicious relay: a bit that it changes in a command ends the session', async (t) => {
  const { service } = await serverStanding(t);
  const services = [{ ...service, tls: own }];
  const port = await bentRelay(t, { services, control: flipAfter(900, 'client') });
  const url = `ftp://u:p@127.0.0.1:${port}/`;
  await assert.rejects(async () => {
    await using client = await connect(url, { tls: 'explicit', fingerprint });
    for (;;) await client.stat('/');
  });
});

test('malicious relay: a bit that it changes in a reply ends the session', async (t) => {
  const { service } = await serverStanding(t);
  const services = [{ ...service, tls: own }];
  const port = await bentRelay(t, { services, control: flipAfter(2000) });
  const url = `ftp://u:p@127.0.0.1:${port}/`;
  await assert.rejects(async () => {
    await using client = await connect(url, { tls: 'explicit', fingerprint });
    for (;;) await client.stat('/');
  });
});

test('malicious relay: ending TLS itself, it shows another certificate, and learns nobody’s name', async (t: TestContext) => {
  const { service } = await serverStanding(t);
  const said: string[] = [];
  const relay = createGateway({
    listen: [{ host: '127.0.0.1', port: 0 }],
    to: [{ host: '127.0.0.1', port: service.port }],
    client: { tls: certificate },
    audit: ({ verb }) => said.push(verb),
  });
  await relay.start();
  t.after(() => relay.close({ grace: 0 }));
  const url = `ftp://u:p@127.0.0.1:${relay.listening[0]?.port}/`;
  await assert.rejects(connect(url, { tls: 'explicit', fingerprint }), /not the pinned one/);
  assert.deepEqual(
    said.filter((verb) => verb !== 'AUTH'),
    [],
  );
});
