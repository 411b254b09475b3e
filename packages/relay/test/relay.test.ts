import assert from 'node:assert/strict';
import { Readable, Writable } from 'node:stream';
import { test } from 'node:test';
import { connect, type DataVerb } from '@duoport/client';
import { certificate } from '@duoport/testkit';
import { agentStanding, relayStanding, serverStanding } from './standing.ts';

const verbs: readonly DataVerb[] = ['PASV', 'EPSV', 'PORT', 'EPRT'];

for (const mode of verbs) {
  for (const tls of ['none', 'client', 'server', 'both']) {
    test(`every client verb through a relay whose agent uses ${mode}, TLS ${tls}`, async (t) => {
      const { memory, service } = await serverStanding(t);
      const relay = await relayStanding(t, {
        client: { tls: certificate },
        server: { mode, tls: tls === 'server' || tls === 'both' ? 'explicit' : 'none' },
      });
      const { port, agent } = await agentStanding(t, relay, { services: [service] });
      for (const verb of verbs) {
        await using client = await connect(`ftp://u:p@127.0.0.1:${port}/`, {
          dataVerb: verb,
          tls: tls === 'client' || tls === 'both' ? 'explicit' : 'none',
          insecure: true,
        });
        const content = Buffer.from(`${verb} over ${mode} `.repeat(20_000));
        await client.put(Readable.from([content]), `/${verb}`);
        assert.equal(memory.openRead(`/${verb}`).size, content.length);
        const chunks: Uint8Array[] = [];
        const sink = new Writable({
          write: (chunk: Uint8Array, _encoding, done) => {
            chunks.push(Uint8Array.from(chunk));
            done();
          },
        });
        await client.get(`/${verb}`, sink);
        assert.ok(Buffer.concat(chunks).equals(content));
        const names: string[] = [];
        for await (const entry of client.list('/')) names.push(entry.name);
        assert.ok(names.includes(verb));
      }
      assert.equal(relay.sessions.of('transfer').length, 12);
      await agent.close();
    });
  }
}
