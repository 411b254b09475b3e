import assert from 'node:assert/strict';
import { test } from 'node:test';
import { connect } from '@duoport/client';
import { createGateway, forwardBySni } from '@duoport/gateway';
import { createServer, MemoryAccounts, MemoryFiles } from '@duoport/server';
import { certificate } from '@duoport/testkit';
import { freeRange } from '../../net/test/free-ports.ts';

const skip = process.platform === 'linux' ? false : 'only Linux has all of 127.0.0.0/8';
const addresses: Readonly<Record<string, string>> = { 'a.example': '127.0.0.3', 'b.example': '127.0.0.4' };

test('the name in the TLS handshake is the server; without one, or for another, nothing is dialled', {
  skip,
}, async (t) => {
  const { low: port } = await freeRange(1);
  for (const [name, host] of Object.entries(addresses)) {
    const files = new MemoryFiles();
    files.makeDirectory(`/${name}`);
    const server = createServer({
      accounts: new MemoryAccounts({ files, users: [{ name: 'u', password: 'p' }] }),
      listen: [{ host, port }],
      tls: certificate,
    });
    await server.start();
    t.after(() => server.close({ grace: 0 }));
  }
  const gateway = createGateway({
    listen: [{ host: '127.0.0.2', port }],
    to: forwardBySni({
      allow: ['127.0.0.0/8', '*.example'],
      server: { tlsSettings: { insecure: true } },
      lookup: async (name) => [addresses[name] ?? '192.0.2.1'],
    }),
    client: { tls: certificate },
    log: ({ kind }) => assert.notEqual(kind, 'bug'),
  });
  await gateway.start();
  t.after(() => gateway.close({ grace: 0 }));
  const url = `ftp://u:p@127.0.0.2:${port}/`;
  const tls = { tls: 'explicit', insecure: true } as const;
  for (const servername of Object.keys(addresses)) {
    await using ftp = await connect(url, { ...tls, servername });
    const names: string[] = [];
    for await (const { name } of ftp.list()) names.push(name);
    assert.deepEqual(names, [servername]);
  }
  await assert.rejects(connect(url, { ...tls, servername: 'other.test' }), /530 other\.test: this gateway/);
  await assert.rejects(connect(url, { tls: 'none' }), /530 Use AUTH TLS/);
  await assert.rejects(connect(url, tls), /530 Use AUTH TLS/);
});
