import assert from 'node:assert/strict';
import { Readable, Writable } from 'node:stream';
import { type TestContext, test } from 'node:test';
import { connect, type DataVerb } from '@duoport/client';
import { createGateway, type GatewayEvent, type ServerMode } from '@duoport/gateway';
import { createServer, MemoryAccounts, MemoryFiles } from '@duoport/server';
import { certificate } from '@duoport/testkit';

const verbs = ['PASV', 'EPSV', 'PORT', 'EPRT'] as const;
const ways = ['none', 'client', 'server', 'both'] as const;

interface Standing {
  readonly port: number;
  readonly memory: MemoryFiles;
  readonly events: GatewayEvent[];
}

async function standing(
  t: TestContext,
  { mode, tls, host = '127.0.0.1' }: { mode: ServerMode; tls: (typeof ways)[number]; host?: string },
): Promise<Standing> {
  const memory = new MemoryFiles();
  const server = createServer({
    accounts: new MemoryAccounts({ files: memory, users: [{ name: 'u', password: 'p' }] }),
    listen: [{ host, port: 0 }],
    tls: certificate,
  });
  await server.start();
  t.after(() => server.close({ grace: 0 }));
  const events: GatewayEvent[] = [];
  const gateway = createGateway({
    listen: [{ host: '127.0.0.1', port: 0 }],
    to: [
      {
        host,
        port: server.listening[0]?.port,
        tls: tls === 'server' || tls === 'both' ? 'explicit' : 'none',
        tlsSettings: { insecure: true },
        mode,
      },
    ],
    client: { tls: certificate },
    log: (event) => events.push(event),
  });
  await gateway.start();
  t.after(async () => {
    await gateway.close({ grace: 0 });
    assert.deepEqual(
      events.filter((event) => event.kind === 'bug'),
      [],
    );
  });
  return { port: gateway.listening[0]?.port ?? 0, memory, events };
}

for (const tls of ways) {
  for (const mode of verbs) {
    test(`every client verb through a gateway that uses ${mode}, TLS ${tls}`, async (t) => {
      const { port, memory, events } = await standing(t, { mode, tls });
      for (const verb of verbs) {
        await using client = await connect(`ftp://u:p@127.0.0.1:${port}/`, {
          dataVerb: verb as DataVerb,
          tls: tls === 'client' || tls === 'both' ? 'explicit' : 'none',
          insecure: true,
        });
        const content = Buffer.from(`${verb} over ${mode} `.repeat(20_000));
        await client.put(Readable.from([content]), `/${verb}`);
        const handle = memory.openRead(`/${verb}`);
        assert.equal(handle.size, content.length);
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
      const moved = events.filter((event) => event.kind === 'transfer');
      assert.equal(moved.length, 12);
    });
  }
}
