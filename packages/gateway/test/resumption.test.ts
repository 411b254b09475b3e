import assert from 'node:assert/strict';
import { test } from 'node:test';
import { connect } from '@duoport/client';
import { createGateway } from '@duoport/gateway';
import type { TraceEvent } from '@duoport/net';
import { createServer, MemoryAccounts, MemoryFiles } from '@duoport/server';
import { certificate } from '@duoport/testkit';

const required = { ...certificate, binding: 'require' } as const;

for (const mode of ['EPSV', 'PORT'] as const) {
  test(`TLS sessions are resumed on both sides, and both sides insist on it: ${mode} to the server`, async (t) => {
    const server = createServer({
      accounts: new MemoryAccounts({ files: new MemoryFiles(), users: [{ name: 'u', password: 'p' }] }),
      listen: [{ host: '127.0.0.1', port: 0 }],
      tls: required,
    });
    await server.start();
    t.after(() => server.close({ grace: 0 }));
    const traces: { client: TraceEvent[]; server: TraceEvent[] } = { client: [], server: [] };
    const gateway = createGateway({
      listen: [{ host: '127.0.0.1', port: 0 }],
      to: [
        {
          host: '127.0.0.1',
          port: server.listening[0]?.port,
          tls: 'explicit',
          tlsSettings: { insecure: true, binding: 'require' },
          mode,
        },
      ],
      client: { tls: required },
      trace: () => ({
        client: (event) => traces.client.push(event),
        server: (event) => traces.server.push(event),
      }),
    });
    await gateway.start();
    t.after(() => gateway.close({ grace: 0 }));
    await using client = await connect(`ftp://u:p@127.0.0.1:${gateway.listening[0]?.port}/`, {
      tls: 'explicit',
      insecure: true,
      binding: 'require',
    });
    for (let turn = 0; turn < 5; turn += 1) {
      await client.put(new TextEncoder().encode(`content ${turn}`), '/f');
      await client.get('/f', { write: () => undefined });
    }
    for (const events of [traces.client, traces.server]) {
      const data = events.filter((event) => event.kind === 'tls' && event.connection !== 'control');
      assert.ok(data.length >= 10, `${data.length} data connections under TLS`);
      for (const event of data) assert.equal(event.kind === 'tls' && event.reused, true);
    }
  });
}
