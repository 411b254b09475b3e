import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { test } from 'node:test';
import { connect as connectTls } from 'node:tls';
import { MemoryAccounts, MemoryFiles, type ServerOptions } from '@duoport/server';
import { certificate, testCertificate } from '@duoport/testkit';
import { contentOf, noise, seed, serve } from './serving.ts';
import { dial } from './sockets.ts';

const others = (files: MemoryFiles): ServerOptions['accounts'] =>
  new MemoryAccounts({ files, users: [{ name: 'u', password: 'new' }] });

test('reload: new settings for new sessions; one that is here goes on as it began, in the middle of a transfer too', async (t) => {
  const { server, login, connect, memory } = await serve(t);
  const content = noise(3_000_000);
  await seed(memory, '/f', content);
  const old = await login();
  const data = await old.open('STOR up');
  const fresh = new MemoryFiles();
  await server.reload({
    accounts: others(fresh),
    greeting: 'Anew.',
    active: { enabled: false },
    tls: certificate,
  });
  data.end('whole');
  await old.expectReply(226);
  assert.equal(contentOf(memory, '/up').toString(), 'whole');
  assert.deepEqual(await old.fetch('RETR f'), content);
  assert.deepEqual(await old.fetch('RETR f', 'PORT'), content);
  const young = await connect();
  await young.expect(331, 'USER u');
  await young.expect(530, 'PASS p');
  await young.expect(331, 'USER u');
  await young.expect(230, 'PASS new');
  await young.expect(550, 'SIZE f');
  assert.equal(server.sessions, 2);
});

test('reload: another passive range; the ports of the old one are given back with its last session', async (t) => {
  const { server, login, memory } = await serve(t, { passive: { ports: { low: 50_301, high: 50_305 } } });
  await seed(memory, '/f', 'hello');
  const old = await login();
  const before = await old.passive();
  const accounts = new MemoryAccounts({ files: memory, users: [{ name: 'u', password: 'p' }] });
  await server.reload({ accounts, passive: { ports: { low: 50_303, high: 50_310 } } });
  assert.equal(String(await old.fetch('RETR f')), 'hello');
  assert.ok(before.port <= 50_305);
  const young = await login();
  assert.ok((await young.passive()).port >= 50_303);
  assert.equal(String(await young.fetch('RETR f')), 'hello');
  await old.expect(221, 'QUIT');
  await old.ended;
  assert.equal(String(await young.fetch('RETR f')), 'hello');
});

test('reload: listeners come and go, and one that stays is not closed for a moment', async (t) => {
  const { server, host, port, login, memory } = await serve(t);
  const accounts = others(memory);
  const kept = { host, port: 0 };
  const idle = await login();
  await server.reload({ accounts, tls: certificate, listen: [kept, { host, port: 0, implicitTls: true }] });
  const [same, added] = server.listening;
  assert.equal(same?.port, port);
  assert.equal(added?.implicitTls, true);
  await server.reload({ accounts, listen: [kept] });
  assert.equal(server.listening.length, 1);
  await assert.rejects(dial({ host, port: added?.port ?? 0 }), { code: 'ECONNREFUSED' });
  await idle.expect(200, 'NOOP');
});

test('reload: what cannot be changes nothing', async (t) => {
  const { server, host, port, login, memory } = await serve(t);
  const accounts = others(memory);
  const wrong: readonly (readonly [Partial<ServerOptions>, RegExp | { readonly code: string }])[] = [
    [{ passive: { ports: { low: 2, high: 1 } } }, /lower port must come first/],
    [{ requireTls: 'both' }, /needs a certificate/],
    [{ singlePort: true }, /cannot be changed while the server runs/],
    [{ tls: { cert: 'junk', key: 'junk' } }, /PEM|pem/],
    [{ listen: [{ host, port: 0, implicitTls: true }] }, /Implicit TLS needs a certificate/],
    [
      {
        listen: [
          { host, port: 0 },
          { host, port },
        ],
      },
      { code: 'FTP_CONNECTION' },
    ],
  ];
  for (const [options, error] of wrong) await assert.rejects(server.reload({ accounts, ...options }), error);
  assert.deepEqual(
    server.listening.map((one) => one.port),
    [port],
  );
  const client = await login();
  await client.expect(234, 'AUTH TLS');
});

test('reload: an implicit listener has the new certificate at once', async (t) => {
  const { server, login, memory, host, port } = await serve(t, { implicitTls: true });
  const accounts = new MemoryAccounts({ files: memory, users: [{ name: 'u', password: 'p' }] });
  const old = await login();
  assert.equal(await fingerprint(port), certificate.fingerprint);
  const { cert, key } = await testCertificate();
  await server.reload({ accounts, tls: { cert, key }, listen: [{ host, port: 0, implicitTls: true }] });
  assert.equal(await fingerprint(port), new X509Certificate(cert).fingerprint256);
  // The data connections of a session that was there resume its own TLS session, which has the old one.
  await seed(memory, '/f', 'hello');
  assert.equal(String(await old.fetch('RETR f')), 'hello');
  assert.equal(String(await (await login()).fetch('RETR f')), 'hello');
});

/** Of the certificate that the server shows. */
async function fingerprint(port: number): Promise<string> {
  const socket = connectTls({ host: '127.0.0.1', port, rejectUnauthorized: false });
  try {
    await once(socket, 'secureConnect');
    return socket.getPeerCertificate().fingerprint256;
  } finally {
    socket.destroy();
  }
}
