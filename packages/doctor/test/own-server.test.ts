import assert from 'node:assert/strict';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { createServer, DiskFiles, MemoryAccounts, type ServerOptions } from '@duoport/server';
import { certificate } from '@duoport/testkit';
import { observe } from '../src/index.ts';

async function serve(t: TestContext, options: Partial<ServerOptions> = {}, host = '127.0.0.1') {
  const root = await mkdtemp(join(tmpdir(), 'duoport-doctor-'));
  await writeFile(join(root, 'hello.txt'), 'hello\n');
  const server = createServer({
    accounts: new MemoryAccounts({ files: new DiskFiles(root), users: [{ name: 'u', password: 'p' }] }),
    listen: [{ host, port: 0 }],
    tls: certificate,
    ...options,
  });
  t.after(async () => {
    await server.close({ grace: 0 });
    await rm(root, { recursive: true });
  });
  await server.start();
  const authority = `${host.includes(':') ? `[${host}]` : host}:${server.listening[0]?.port}`;
  return { root, server, url: `ftp://u:p@${authority}/` };
}

test('against our own server every way works, with a listing, a file and a nonce', async (t) => {
  const { url, root } = await serve(t);
  const seen = await observe({ url, ca: certificate.cert });
  const ways = new Set(seen.attempts.map(({ verb, secure, transfer }) => `${verb} ${secure} ${transfer}`));
  assert.equal(ways.size, 4 * 2 * 3);
  for (const attempt of seen.attempts) assert.equal(attempt.outcome, 'works', JSON.stringify(attempt));
  for (const { secure, tls } of seen.attempts) assert.equal(tls?.reused, secure ? true : undefined);
  assert.equal(seen.control.tls?.untrusted, undefined);
  assert.equal(seen.unresumed?.outcome, 'works');
  assert.equal(seen.unresumed?.tls?.reused, false);
  assert.ok(seen.passivePorts.length > 6);
  assert.deepEqual(await readdir(root), ['hello.txt']);
});

test('over IPv6 only EPSV and EPRT are tried', async (t) => {
  const { url } = await serve(t, {}, '::1');
  const seen = await observe({ url });
  assert.deepEqual([...new Set(seen.attempts.map(({ verb }) => verb))].sort(), ['EPRT', 'EPSV']);
  for (const { outcome } of seen.attempts) assert.equal(outcome, 'works');
});

test('a server that wants TLS is tried under TLS only, and says so', async (t) => {
  const { url } = await serve(t, { requireTls: 'both' });
  const seen = await observe({ url, verbs: ['PASV'] });
  assert.deepEqual([...new Set(seen.attempts.map(({ secure }) => secure))], [true]);
  assert.equal(seen.control.login?.code, 230);
  assert.ok((seen.control.plainLogin?.code ?? 0) >= 400);
});

test('a server without TLS is tried in clear only', async (t) => {
  const { url } = await serve(t, { tls: undefined });
  const seen = await observe({ url, verbs: ['EPSV', 'EPRT'] });
  assert.equal(seen.control.tlsOffered, false);
  assert.deepEqual([...new Set(seen.attempts.map(({ secure }) => secure))], [false]);
});

test('TLS from the first byte is found out', async (t) => {
  const { url } = await serve(t, { listen: [{ host: '127.0.0.1', port: 0, implicitTls: true }] });
  const seen = await observe({ url, verbs: ['PASV', 'PORT'], budget: 12_000 });
  assert.equal(seen.control.implicit, true);
  assert.equal(seen.control.foreign, 'TLS from the first byte');
  assert.deepEqual(
    seen.attempts
      .filter(({ transfer }) => transfer === 'LIST')
      .map(({ verb, secure, outcome }) => [verb, secure, outcome]),
    [
      ['PASV', true, 'works'],
      ['PORT', true, 'works'],
    ],
  );
});

test('an ftps URL and a certificate that does not hold: no password is sent', async (t) => {
  const { url } = await serve(t);
  const seen = await observe({ url: url.replace('ftp:', 'ftps:') });
  assert.equal(seen.control.tls?.untrusted, 'DEPTH_ZERO_SELF_SIGNED_CERT');
  assert.equal(seen.control.login, undefined);
  assert.deepEqual(seen.attempts, []);
  const insecure = await observe({ url: url.replace('ftp:', 'ftps:'), insecure: true, verbs: ['PASV'] });
  assert.equal(insecure.attempts[0]?.outcome, 'works');
});

test('a wrong password is tried once', async (t) => {
  const { url } = await serve(t);
  const seen = await observe({ url: url.replace('u:p@', 'u:wrong@') });
  assert.equal(seen.control.login?.code, 530);
  assert.deepEqual(seen.attempts, []);
});

test('modes that are off are refused, not silent', async (t) => {
  const { url } = await serve(t, { passive: { enabled: false } });
  const seen = await observe({ url, tls: 'none' });
  const outcome = (verb: string) => seen.attempts.find((attempt) => attempt.verb === verb && !attempt.hidden);
  assert.ok((outcome('PASV')?.agreed?.code ?? 0) >= 500);
  assert.equal(outcome('PORT')?.outcome, 'works');
});

test('with write one small file is stored and removed again', async (t) => {
  const { url, root } = await serve(t);
  const seen = await observe({ url, verbs: ['PASV'], write: true });
  assert.equal(seen.wrote?.stored?.code, 226);
  assert.equal(seen.wrote?.removed?.code, 250);
  assert.deepEqual(await readdir(root), ['hello.txt']);
});

test('a long silence that is survived', async (t) => {
  const { url } = await serve(t);
  const seen = await observe({ url, verbs: ['PASV'], long: 200 });
  assert.deepEqual(seen.idle, { silence: 200, how: 'alive' });
});

test('a refused control port is one observation', async (t) => {
  const { url, server } = await serve(t);
  await server.close({ grace: 0 });
  const seen = await observe({ url });
  assert.equal(seen.control.dial?.how, 'refused');
  assert.deepEqual(seen.attempts, []);
});

test('a signal ends it with its reason', async (t) => {
  const { url } = await serve(t);
  const stop = new AbortController();
  const running = observe({ url, signal: stop.signal, onProgress: () => stop.abort(new Error('enough')) });
  await assert.rejects(running, /enough/);
});
