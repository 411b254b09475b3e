import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import type { ByteSink } from '@duoport/net';
import { certificate } from '@duoport/testkit';
import { type ConnectOptions, connect, createHostMemory, type FtpClient } from '../src/index.ts';
import { ownServer } from './own-server.ts';

const tlsWays: Readonly<Record<string, ConnectOptions>> = {
  plain: { tls: 'none' },
  'TLS 1.2': { tls: 'explicit', ca: certificate.cert, maxVersion: 'TLSv1.2' },
  'TLS 1.3': { tls: 'explicit', ca: certificate.cert, minVersion: 'TLSv1.3' },
};

for (const host of ['127.0.0.1', '::1']) {
  for (const dataVerb of ['PASV', 'EPSV', 'PORT', 'EPRT'] as const) {
    if (host === '::1' && (dataVerb === 'PASV' || dataVerb === 'PORT')) continue;
    for (const [name, tls] of Object.entries(tlsWays)) {
      test(`${dataVerb} over ${host}, ${name}`, (t) => moves(t, host, { ...tls, dataVerb }));
    }
  }
}

async function moves(t: TestContext, host: string, options: ConnectOptions): Promise<void> {
  const { url, root } = await ownServer(t, { host });
  await using ftp = await connect(url, { ...options, memory: createHostMemory() });
  for (const size of [0, 1, 200_000]) {
    const bytes = randomBytes(size);
    const put = await ftp.put(bytes, `file-${size}`);
    assert.deepEqual(await readFile(join(root, `file-${size}`)), bytes);
    const { collected, result: got } = await fetched(ftp, `file-${size}`);
    assert.deepEqual(collected, bytes);
    for (const result of [put, got]) {
      assert.equal(result.bytes, size);
      assert.equal(result.dataVerb, options.dataVerb);
      assert.equal(result.secure, options.tls !== 'none');
      assert.equal(result.reused, options.tls !== 'none');
    }
  }
  const names: string[] = [];
  for await (const entry of ftp.list()) names.push(`${entry.name} ${entry.size}`);
  assert.deepEqual(names.sort(), ['file-0 0', 'file-1 1', 'file-200000 200000']);
}

async function fetched(ftp: FtpClient, path: string) {
  const chunks: Buffer[] = [];
  const sink: ByteSink = { write: (next) => void chunks.push(...next.map((chunk) => Buffer.from(chunk))) };
  const result = await ftp.get(path, sink);
  return { collected: Buffer.concat(chunks), result };
}

test('implicit TLS', async (t) => {
  const { url } = await ownServer(t, { implicitTls: true });
  await using ftp = await connect(url.replace('ftp:', 'ftps:'), { tls: 'implicit', ca: certificate.cert });
  await ftp.put(Buffer.from('hello'), 'f');
  const { collected, result } = await fetched(ftp, 'f');
  assert.equal(collected.toString(), 'hello');
  assert.equal(result.secure, true);
});

test('a certificate that nobody signed is refused, and its fingerprint is told', async (t) => {
  const { url } = await ownServer(t);
  await assert.rejects(connect(url.replace('ftp:', 'ftps:')), (error: Error) => {
    assert.ok('code' in error && 'phase' in error);
    assert.deepEqual([error.code, error.phase], ['FTP_CONNECTION', 'tls']);
    assert.ok(error.message.includes(certificate.fingerprint));
    return true;
  });
});

test('a pinned certificate is accepted, and no other', async (t) => {
  const { url } = await ownServer(t);
  const secure = url.replace('ftp:', 'ftps:');
  await using ftp = await connect(secure, { fingerprint: certificate.fingerprint });
  assert.equal(ftp.tls?.authorized, true);
  await ftp.put(Buffer.from('hello'), 'f');
  await assert.rejects(connect(secure, { fingerprint: '00'.repeat(32) }), {
    code: 'FTP_CONNECTION',
    phase: 'tls',
  });
});

test('ftp:// to a server on this machine takes TLS without asking who signed, and says so', async (t) => {
  const { url } = await ownServer(t);
  await using ftp = await connect(url);
  assert.notEqual(ftp.tls, undefined);
  assert.ok(ftp.transcript.some((event) => event.kind === 'decision' && event.what === 'certificate'));
});

test('binding "require" holds when the server resumes sessions', async (t) => {
  const { url } = await ownServer(t, { tls: { ...certificate, binding: 'require' } });
  await using ftp = await connect(url, { tls: 'explicit', ca: certificate.cert, binding: 'require' });
  for (let round = 0; round < 5; round++) {
    const result = await ftp.put(Buffer.from('hello'), 'f');
    assert.equal(result.reused, true);
  }
});

test('data in clear over a secure control connection, when that is asked for', async (t) => {
  const { url } = await ownServer(t);
  await using ftp = await connect(url, { tls: 'explicit', ca: certificate.cert, dataProtection: 'clear' });
  const result = await ftp.put(Buffer.from('hello'), 'f');
  assert.equal(result.secure, false);
});
