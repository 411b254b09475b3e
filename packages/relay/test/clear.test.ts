import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { type TestContext, test } from 'node:test';
import { connect } from '@duoport/client';
import { collected } from './collected.ts';
import { agentStanding, fingerprint, relayStanding, serverStanding } from './standing.ts';
import { wireTo } from './wire.ts';

const content = Buffer.from('by the short way '.repeat(2_000_000));

async function standing(t: TestContext, clear = true) {
  const { service, memory } = await serverStanding(t, { '/f': content });
  const relay = await relayStanding(t);
  const wire = await wireTo(t, relay.port);
  const agent = await agentStanding(t, relay, {
    services: [service],
    direct: { addresses: ['127.0.0.1'], clear },
    relay: { host: '127.0.0.1', port: wire.port, tls: { fingerprint } },
  });
  const way = await relay.told.until('way');
  const client = await connect(`ftp://u:p@127.0.0.1:${agent.port}/`);
  t.after(() => client.close());
  return { relay, agent, wire, memory, client, way };
}

test('what is long goes on beside the line, both ways, and arrives as it was', async (t) => {
  const { relay, memory, client } = await standing(t);
  for (let round = 0; round < 3; round += 1) {
    const { sink, bytes } = collected();
    await client.get('/f', sink);
    assert.ok(bytes().equals(content));
    await client.put(Readable.from([content]), '/up');
    assert.ok(memory.openRead('/up').size === content.length);
  }
  assert.deepEqual(relay.relay.carried, { direct: 0, relayed: 6, clear: 6 });
});
