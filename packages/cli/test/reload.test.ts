import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { connect as connectTls } from 'node:tls';
import { testCertificate } from '@duoport/testkit';
import { duoport, serve, temporary } from './command.ts';
import { dialogue } from './dialogue.ts';

for (const workers of ['1', '2']) {
  test(`SIGHUP: new settings for new sessions, nobody is dropped, and a bad file changes nothing (workers: ${workers})`, async () => {
    await using here = await temporary();
    const file = join(here.path, 'duoport.yaml');
    const greet = (text: string, more = '') => writeFile(file, `protocol: {greeting: ${text}}\n${more}`);
    await greet('one');
    await using served = await serve(['--config', file, '--workers', workers]);
    await using old = await dialogue(served.port);
    assert.equal(await old.line(), '220 one');
    await greet('two');
    served.child.kill('SIGHUP');
    await served.event('reloaded');
    await using young = await dialogue(served.port);
    assert.equal(await young.line(), '220 two');
    await greet('three', 'passive: {ports: 50100-50000}\n');
    served.child.kill('SIGHUP');
    const failed = await served.event('reload-failed');
    assert.match(String(failed['message']), /duoport\.yaml, line 2: passive\.ports: .*wrong way round/);
    await using third = await dialogue(served.port);
    assert.equal(await third.line(), '220 two');
    assert.match(await old.ask('NOOP'), /^(?:200|530)/);
  });
}

test('a certificate that was renewed in its place is shown after a reload, and one that has no key to it changes nothing', async () => {
  await using here = await temporary();
  const files = { cert: join(here.path, 'c.pem'), key: join(here.path, 'k.pem') };
  const [first, second, other] = [await testCertificate(), await testCertificate(), await testCertificate()];
  const put = async ({ cert, key }: { readonly cert: string; readonly key: string }) => {
    await writeFile(files.cert, cert);
    await writeFile(files.key, key);
  };
  await put(first);
  const file = join(here.path, 'duoport.yaml');
  await writeFile(file, 'tls: {certificate: c.pem, key: k.pem}\n');
  await using served = await serve(['--config', file, '--listen-tls', '127.0.0.1:0']);
  const doors = served.ready['doors'] as readonly { readonly port: number; readonly implicitTls: boolean }[];
  const port = doors.find(({ implicitTls }) => implicitTls)?.port ?? 0;
  assert.equal(await shownAt(port), new X509Certificate(first.cert).fingerprint256);
  await put(second);
  served.child.kill('SIGHUP');
  await served.event('reloaded');
  assert.equal(await shownAt(port), new X509Certificate(second.cert).fingerprint256);
  await put({ cert: other.cert, key: second.key });
  served.child.kill('SIGHUP');
  // The files are watched as well, and may be looked at while one of them is half written.
  for (let told = ''; !/tls\.key \S+k\.pem: is not the key of the certificate/.test(told); )
    told = String((await served.event('reload-failed'))['message']);
  assert.equal(await shownAt(port), new X509Certificate(second.cert).fingerprint256);
});

test('duoport reload: asks the server, and tells what became of it', async () => {
  await using here = await temporary();
  const file = join(here.path, 'duoport.yaml');
  const env = { XDG_STATE_HOME: join(here.path, 'state') };
  await writeFile(file, 'protocol: {greeting: one}\n');
  await using served = await serve(['--config', file], undefined, env);
  await writeFile(file, 'protocol: {greeting: two}\n');
  const done = await duoport(['reload'], { env });
  assert.equal(done.code, 0, done.stderr);
  assert.match(done.stdout, new RegExp(`process ${served.child.pid}: the new settings hold`));
  await using young = await dialogue(served.port);
  assert.equal(await young.line(), '220 two');
  await writeFile(file, 'directory: gone\nworkers: 3\n');
  const refused = await duoport(['reload', '--json'], { env });
  assert.equal(refused.code, 1);
  assert.match(refused.stdout, /gone: there is no such folder|workers/);
  await writeFile(file, 'workers: 3\n');
  const fixed = await duoport(['reload'], { env });
  assert.match(fixed.stdout, /line 1: workers: It cannot be changed from 1 to 3 while the server runs/);
  const elsewhere = await duoport(['reload', '--pid', '1'], { env });
  assert.equal(elsewhere.code, 1);
  assert.match(elsewhere.stderr, /No server of this user/);
  served.child.kill('SIGINT');
  await once(served.child, 'exit');
  assert.deepEqual(await readdir(join(here.path, 'state/duoport/serve')), []);
});

/** The fingerprint of the certificate that is shown there. */
async function shownAt(port: number): Promise<string> {
  const socket = connectTls({ host: '127.0.0.1', port, rejectUnauthorized: false });
  try {
    await once(socket, 'secureConnect');
    return socket.getPeerCertificate().fingerprint256;
  } finally {
    socket.destroy();
  }
}
