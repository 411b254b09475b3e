import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdir, writeFile } from 'node:fs/promises';
import { createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
import { duoport, serve, temporary } from './command.ts';

interface Printed {
  readonly works: { readonly passive: boolean; readonly active: boolean };
  readonly findings: readonly { readonly code: string; readonly side: string }[];
  readonly server: { readonly product?: string };
}

test('against a server where everything works: exit code 0, no finding, nothing stored', async () => {
  await using served = await serve();
  await writeFile(join(served.folder, 'readme.txt'), 'hello');
  const { code, stdout, stderr } = await duoport([
    'doctor',
    served.url(),
    '--json',
    '--require',
    'passive,active',
  ]);
  assert.equal(code, 0, stderr);
  const report: Printed = JSON.parse(stdout);
  assert.deepEqual(report.works, { passive: true, active: true });
  assert.deepEqual(report.findings, []);
  assert.equal(report.server.product, 'duoport');
  assert.match(stderr, /PASV/);
  assert.doesNotMatch(`${stdout}${stderr}`, /u:p@/);
});

test('a mode that the server has off fails what requires it, and nothing else', async () => {
  await using served = await serve(['--modes', 'passive']);
  const ends = async (...words: readonly string[]) => duoport(['doctor', served.url(), '-q', ...words]);
  const plain = await ends();
  assert.equal(plain.code, 0, plain.stderr);
  assert.match(plain.stdout, /Passive mode works, active mode does not work\./);
  assert.match(plain.stdout, /active-off/);
  assert.match(plain.stdout, /duoport serve: --modes passive,active/);
  assert.equal((await ends('--require', 'passive')).code, 0);
  const strict = await ends('--require', 'passive,active');
  assert.equal(strict.code, 1);
  assert.match(strict.stderr, /Required, and does not work: active\./);
});

test('a password that is wrong is tried once and told', async () => {
  await using served = await serve();
  const { code, stdout } = await duoport(['doctor', served.url().replace('u:p@', 'u:wrong@'), '-q']);
  assert.equal(code, 1);
  assert.match(stdout, /login-refused/);
});

test('usage: a URL or --config, modes that were asked for, a budget that is none', async () => {
  for (const [words, message] of [
    [[], /Which server\?/],
    [['ftp://h/', '--config', 'x'], /one or the other/],
    [['ftp://h/', '--mode', 'passive', '--require', 'active'], /--require active cannot be found out/],
    [['ftp://h/', '--budget', '1s'], /at least 5s/],
    [['http://h/'], /URL/],
  ] as const) {
    const { code, stderr } = await duoport(['doctor', ...words]);
    assert.equal(code, 2, words.join(' '));
    assert.match(stderr, message);
  }
});

test('hostile: a server that greets with escape codes and then hangs ends within the budget', async () => {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.write('220 \u001b[2J\u001b]0;owned\u0007 \u202e ready\r\n');
  });
  await using listening = await listen(server, sockets);
  const url = `ftp://u:p@127.0.0.1:${listening.port}/`;
  const started = performance.now();
  const { code, stdout, stderr } = await duoport(['doctor', url, '--budget', '5s']);
  assert.equal(code, 1);
  assert.ok(performance.now() - started < 20_000);
  assert.doesNotMatch(`${stdout}${stderr}`, /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/);
  assert.match(stdout, /server-hangs/);
});

test('--config: what is wrong is told before the server runs, and what is right as well', async () => {
  await using here = await temporary();
  await mkdir(join(here.path, 'files'));
  const file = join(here.path, 'server.yaml');
  await writeFile(
    file,
    'directory: files\nlisteners: [127.0.0.1:0]\nusers: [{name: a, password: long enough}]\npassive: {ports: 20000-20100}\n',
  );
  const good = await duoport(['doctor', '--config', file]);
  assert.equal(good.code, 0, good.stdout);
  assert.match(good.stdout, /passive\.ports +20000-20100 is free, 101 ports/);
  assert.match(good.stdout, /duoport firewall --for nftables --config/);

  await writeFile(file, 'directory: gone\nlisteners: [127.0.0.1:0]\npassive: {addresses: [127.0.0.1]}\n');
  const bad = await duoport(['doctor', '--config', file, '--json']);
  assert.equal(bad.code, 1);
  const [line = ''] = bad.stdout.split('\n');
  const { ok, checks } = JSON.parse(line) as { ok: boolean; checks: { code: string; severity: string }[] };
  assert.equal(ok, false);
  assert.deepEqual(
    checks.filter(({ severity }) => severity === 'fault').map((one) => one.code),
    ['folder-unusable', 'address-impossible'],
  );

  await writeFile(file, 'directory: files\nlisenters: [2121]\n');
  const unread = await duoport(['doctor', '--config', file]);
  assert.equal(unread.code, 2);
  assert.match(unread.stderr, /line 2: lisenters: .*Did you mean listeners\?/);
});

test('serve --config: the command line wins over the file', async () => {
  await using here = await temporary();
  await mkdir(join(here.path, 'files'));
  const file = join(here.path, 'server.yaml');
  await writeFile(file, 'directory: files\npassive: {ports: 20000-20100}\nactive: {enabled: false}\n');
  await using served = await serve(['--config', file, '--modes', 'active,passive']);
  assert.deepEqual(served.ready['passivePorts'], { low: 20_000, high: 20_100 });
  assert.deepEqual(served.ready['modes'], { passive: true, active: true });
});

async function listen(
  server: Server,
  sockets: ReadonlySet<Socket>,
): Promise<{ readonly port: number } & AsyncDisposable> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return {
    port: address.port,
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}
