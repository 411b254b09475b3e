import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
import { connect as connectTls, type PeerCertificate } from 'node:tls';
import { stringify } from 'yaml';
import { keepCertificate } from '../src/acme/acme-store.ts';
import { type Serving, serve, temporary } from './command.ts';
import { dialogue } from './dialogue.ts';
import { type Pebble, pebbleTree, startPebble } from './pebble.ts';

const root = pebbleTree();
const names = ['ftp.example.org', 'files.example.org'];

if (root === undefined) test('ACME', (t) => t.skip('not installed: pebble'));
else {
  for (const challenge of [
    'http-01',
    'webroot',
    'tls-alpn-01',
    'tls-alpn-01, on a port of the server',
  ] as const) {
    test(`a certificate is fetched: ${challenge}`, async () => {
      await using pebble = await startPebble(root);
      await using here = await temporary();
      const shared = challenge.includes('of the server');
      await using web = challenge === 'webroot' ? await webServer(here.path, pebble.httpPort) : undefined;
      const how = {
        'http-01': { listen: `127.0.0.1:${pebble.httpPort}` },
        webroot: { webroot: web?.folder },
        'tls-alpn-01': { challenge: 'tls-alpn-01', listen: `127.0.0.1:${pebble.tlsPort}` },
        'tls-alpn-01, on a port of the server': { challenge: 'tls-alpn-01', listen: pebble.tlsPort },
      }[challenge];
      const flags = shared ? ['--listen-tls', `127.0.0.1:${pebble.tlsPort}`] : [];
      await using served = await serving(here.path, { acme: { ...issuer(pebble), ...how } }, flags);
      await served.event('certificates-renewed');
      const shown = await shownAt(served.port);
      assert.equal(shown.subjectaltname, names.map((name) => `DNS:${name}`).join(', '));
      assert.match(String(shown.issuer.CN), /Pebble Intermediate/);
      const kept = join(here.path, 'state');
      for (const file of await readdir(kept))
        assert.equal((await stat(join(kept, file))).mode & 0o777, 0o600);
      assert.equal((await readdir(kept)).length, 2);
      if (web !== undefined)
        assert.deepEqual(await readdir(join(web.folder, '.well-known/acme-challenge')), []);
    });
  }

  test('until the first certificate is there, TLS is promised and refused with 431; what cannot be fetched is told and tried again', async () => {
    await using pebble = await startPebble(root);
    await using here = await temporary();
    const acme = { ...issuer(pebble), listen: '127.0.0.1:0' };
    await using served = await serving(here.path, { acme, tls: { require: 'both' } });
    const failed = await served.event('certificate-failed');
    assert.match(String(failed['message']), /ftp\.example\.org: .*connection refused/i);
    assert.ok(Date.parse(String(failed['again'])) > Date.now() + 60_000);
    await using client = await dialogue(served.port);
    await client.line();
    assert.match(await client.ask('AUTH TLS'), /^431 The certificate of this server is not there yet/);
    assert.match(await client.ask('USER u'), /^534 /);
  });

  test('an account with the issuer (EAB), and none', async () => {
    const account = {
      id: 'kid-1',
      key: Buffer.from('a key of thirty-two bytes or more').toString('base64url'),
    };
    await using pebble = await startPebble(root, account);
    await using here = await temporary();
    await writeFile(join(here.path, 'eab'), `${account.key}\n`);
    const acme = { ...issuer(pebble), listen: `127.0.0.1:${pebble.httpPort}` };
    {
      await using served = await serving(here.path, { acme });
      assert.match(String((await served.event('certificate-failed'))['message']), /externalAccountBinding/);
    }
    const bound = { ...acme, 'eab-key-id': account.id, 'eab-key-file': 'eab' };
    await using served = await serving(here.path, { acme: bound });
    await served.event('certificates-renewed');
  });

  test('a certificate of which two thirds are over is renewed, and the old one is shown until the new one is there', async () => {
    await using pebble = await startPebble(root);
    await using here = await temporary();
    const acme = { ...issuer(pebble), listen: `127.0.0.1:${pebble.httpPort}` };
    const { generate } = await import('selfsigned');
    const day = 86_400_000;
    const old = await generate([{ name: 'commonName', value: names[0] ?? '' }], {
      keyType: 'ec',
      curve: 'P-256',
      notBeforeDate: new Date(Date.now() - 70 * day),
      notAfterDate: new Date(Date.now() + 20 * day),
    });
    const plan = { ...issuer(pebble), folder: join(here.path, 'state') };
    await keepCertificate(plan, old.cert, old.private);
    const closed = { ...acme, listen: '127.0.0.1:0' };
    {
      await using served = await serving(here.path, { acme: closed });
      await served.event('certificate-failed');
      assert.equal((await shownAt(served.port)).fingerprint256, new X509Certificate(old.cert).fingerprint256);
    }
    await using served = await serving(here.path, { acme });
    await served.event('certificates-renewed');
    assert.match(String((await shownAt(served.port)).issuer.CN), /Pebble Intermediate/);
  });
}

function issuer({ directory, ca }: Pebble) {
  return { names, 'terms-agreed': true, email: 'post@example.org', directory, ca, folder: 'state' };
}

async function serving(folder: string, settings: object, flags: readonly string[] = []): Promise<Serving> {
  const file = join(folder, 'duoport.yaml');
  await writeFile(file, stringify(settings));
  return await serve(['--config', file, ...flags], folder);
}

/** A web server for a folder, as others are. */
async function webServer(path: string, port: number): Promise<{ readonly folder: string } & AsyncDisposable> {
  const folder = join(path, 'web');
  await mkdir(folder);
  const { createServer } = await import('node:http');
  const server = createServer((request, response) => {
    readFile(join(folder, request.url ?? '')).then(
      (text) => response.end(text),
      () => response.writeHead(404).end(),
    );
  }).listen(port, '127.0.0.1');
  await once(server, 'listening');
  return {
    folder,
    [Symbol.asyncDispose]: async () => {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

/** The certificate behind AUTH TLS. */
async function shownAt(port: number): Promise<PeerCertificate> {
  const socket = connect(port, '127.0.0.1');
  await once(socket, 'data');
  socket.write('AUTH TLS\r\n');
  const [reply] = (await once(socket, 'data')) as [Buffer];
  assert.match(String(reply), /^234/);
  const tls = connectTls({ socket, rejectUnauthorized: false });
  await once(tls, 'secureConnect');
  const shown = tls.getPeerCertificate();
  tls.destroy();
  return shown;
}
