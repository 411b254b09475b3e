import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { test } from 'node:test';
import { connect } from '@duoport/client';
import { createGateway, type GatewayEvent } from '@duoport/gateway';
import { certificate } from '@duoport/testkit';
import { agentStanding, relayStanding, serverStanding, Told } from './standing.ts';

const trusted = { control: ['127.0.0.1'], data: ['127.0.0.1'] };

for (const tls of ['none', 'explicit'] as const) {
  for (const version of [1, 2] as const) {
    test(`PROXY version ${version} tells the server who its client is, TLS at the agent: ${tls}`, async (t) => {
      const { service, memory } = await serverStanding(t);
      const told = new Told<GatewayEvent>();
      // A server that takes the header, and nobody without it, on control and data connections.
      const server = createGateway({
        listen: [{ host: '127.0.0.1', port: 0 }],
        to: [{ host: '127.0.0.1', port: service.port }],
        client: { proxy: trusted },
        log: told.log,
      });
      await server.start();
      t.after(() => server.close({ grace: 0 }));
      const relay = await relayStanding(t);
      const port = server.listening[0]?.port ?? 0;
      const agent = await agentStanding(t, relay, {
        services: [{ ...service, port, ...(tls === 'none' ? {} : { tls: certificate }) }],
        proxyHeader: version,
      });
      await using client = await connect(`ftp://u:p@127.0.0.1:${agent.port}/`, { tls, insecure: true });
      await client.put(Readable.from([Buffer.from('x')]), '/x');
      assert.equal(memory.openRead('/x').size, 1);
      const { client: seen } = await told.until('connected');
      const dialled =
        tls === 'none'
          ? (await relay.sessions.until('connected')).client
          : (await relay.told.until('carried')).client;
      assert.deepEqual(seen, dialled);
    });
  }
}
