import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { type TestContext, test } from 'node:test';
import { connect, type DataVerb } from '@duoport/client';
import type { TraceEvent } from '@duoport/net';
import { certificate } from '@duoport/testkit';
import { agentStanding, relayStanding, serverStanding } from './standing.ts';

// On loopback every client has the public address of the agent: 127.0.0.1.

/** Ports that the agent has for neighbours. */
const near = { low: 40_310, high: 40_329 };

async function standing(t: TestContext, options: { relayTls?: boolean; agentTls?: boolean } = {}) {
  const { service, memory } = await serverStanding(t);
  const relay = await relayStanding(t, options.relayTls ? { client: { tls: certificate } } : {});
  const { port } = await agentStanding(t, relay, {
    services: [options.agentTls ? { ...service, tls: certificate } : service],
    neighbours: { ports: near },
  });
  return { relay, memory, port };
}

/** Stores by this verb; where the client has dialled for its data connection. */
async function dialled(port: number, dataVerb: DataVerb, tls: 'none' | 'explicit'): Promise<number> {
  const events: TraceEvent[] = [];
  const trace = (event: TraceEvent) => events.push(event);
  const options = { dataVerb, tls, insecure: true, trace } as const;
  await using client = await connect(`ftp://u:p@127.0.0.1:${port}/`, options);
  await client.put(Readable.from([Buffer.from('x')]), '/x');
  const dials = events.flatMap((event) =>
    event.kind === 'dial' && event.connection !== 'control' && event.by === 'client' ? [event.to.port] : [],
  );
  return dials[0] ?? 0;
}

for (const agentTls of [false, true]) {
  test(`a neighbour is told the private address where an address is told, TLS at the agent: ${agentTls}`, async (t) => {
    const { relay, memory, port } = await standing(t, { agentTls });
    const tls = agentTls ? 'explicit' : 'none';
    const isNear = async (verb: DataVerb) => {
      const at = await dialled(port, verb, tls);
      return at >= near.low && at <= near.high;
    };
    assert.equal(await isNear('PASV'), true, '227 names an address');
    assert.equal(await isNear('EPSV'), false, '229 names none: the data stay on the relay');
    assert.equal(await dialled(port, 'PORT', tls), 0);
    assert.equal(memory.openRead('/x').size, 1);
    assert.equal(relay.told.of('neighbours')[0]?.data, 'private');
    assert.deepEqual(relay.sessions.events, []);
  });
}

test('where TLS ends at the relay the data of a neighbour stay there', async (t) => {
  const { relay, port } = await standing(t, { relayTls: true });
  const at = await dialled(port, 'PASV', 'explicit');
  assert.ok(at < near.low || at > near.high);
  assert.equal(relay.told.of('neighbours')[0]?.data, 'relay');
});
