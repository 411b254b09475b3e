import assert from 'node:assert/strict';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { readFile, rename, symlink, unlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
import { duoport, temporary } from './command.ts';
import { watched } from './watched.ts';

test('log files: moved away and opened anew by SIGHUP, full, and well again', async (t) => {
  const here = await temporary();
  t.after(() => here[Symbol.asyncDispose]());
  const [xferlog, w3c] = [join(here.path, 'xferlog'), join(here.path, 'w3c.log')];
  await symlink('/dev/full', w3c);
  const served = await watched(t, `logs: {xferlog: ${xferlog}, w3c: ${w3c}}\n`);
  const get = async () => {
    const got = await duoport(['get', served.url('f'), '-o', '-']);
    assert.equal(got.stdout, 'hello', got.stderr);
  };
  await get();
  // The transfer is none the worse for it.
  assert.match(
    String((await served.event('log-file'))['message']),
    /logs\.w3c \S+ cannot be written to \(ENOSPC\)/,
  );
  await rename(xferlog, `${xferlog}.1`);
  await unlink(w3c);
  served.child.kill('SIGHUP');
  await served.event('reloaded');
  assert.match(String((await served.event('log-file'))['message']), /written to again; no lines were lost/);
  await get();
  served.child.kill('SIGINT');
  await once(served.child, 'exit');
  assert.match(
    await readFile(`${xferlog}.1`, 'utf8'),
    /^\S{3} \S{3} [ \d]\d [\d:]{8} \d{4} 1 127\.0\.0\.1 5 \/f b _ o r u ftp 0 \* c\n$/,
  );
  assert.match(await readFile(xferlog, 'utf8'), /^[^\n]+ \/f b _ o r u ftp 0 \* c\n$/);
  const lines = (await readFile(w3c, 'utf8'))
    .split('\n')
    .filter((line) => line.includes(' RETR /f 226 5 0 '));
  assert.equal(lines.length, 2);
});

test('the log in a file: JSON lines, and nothing of them on the terminal', async (t) => {
  const here = await temporary();
  t.after(() => here[Symbol.asyncDispose]());
  const file = join(here.path, 'server.log');
  const served = await watched(t, `logs: {file: ${file}}\n`);
  assert.equal((await duoport(['get', served.url('f'), '-o', '-'])).stdout, 'hello');
  served.child.kill('SIGINT');
  await once(served.child, 'exit');
  const events = (await readFile(file, 'utf8'))
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
  const transfer = events.find(({ event, verb }) => event === 'transfer' && verb === 'RETR');
  assert.deepEqual(
    [transfer?.['level'], transfer?.['user'], transfer?.['bytes'], transfer?.['reply']],
    ['info', 'u', 5, 226],
  );
  const data = transfer?.['data'] as {
    readonly from: string;
    readonly to: string;
    readonly dialledBy: string;
  };
  assert.match(`${data.from} ${data.to} ${data.dialledBy}`, /^127\.0\.0\.1:\d+ 127\.0\.0\.1:\d+ client$/);
  await assert.rejects(served.event('transfer'), /it ended without "transfer"/);
});

test('attack: secrets in what is told. Passwords, hook secrets and the URL of a database appear nowhere', async (t) => {
  const here = await temporary();
  t.after(() => here[Symbol.asyncDispose]());
  // A database that nobody answers for, and a hook that nobody hears.
  const deaf = createServer((socket) => socket.destroy());
  deaf.listen(0, '127.0.0.1');
  await once(deaf, 'listening');
  t.after(() => deaf.close());
  const { port } = deaf.address() as { readonly port: number };
  const logs = { xferlog: join(here.path, 'x'), w3c: join(here.path, 'w') };
  const settings = JSON.stringify({
    users: [{ name: 'ann', password: 'annsecret' }],
    accounts: `postgres://dbuser:dbsecret@127.0.0.1:${port}/x?password=querysecret`,
    logs: { ...logs, level: 'verbose' },
    metrics: { listen: 0 },
    hooks: [
      { on: ['login', 'download'], url: `http://127.0.0.1:${port}/x?token=urlsecret`, secret: 'hooksecret' },
    ],
  });
  const served = await watched(t, settings, { flags: ['--user', 'ann:annsecret'] });
  const said: Buffer[] = [];
  served.child.stdout?.on('data', (chunk: Buffer) => said.push(chunk));
  const url = (login: string) => served.url('f').replace('u:p@', `${login}@`);
  assert.equal((await duoport(['get', url('ann:annsecret'), '-o', '-'])).stdout, 'hello');
  await duoport(['get', url('ann:wrongsecret'), '-o', '-']);
  await duoport(['get', url('bob:bobsecret'), '-o', '-']);
  await served.event('logins-unavailable');
  await served.event('hook-failed');
  const asked = await Promise.all(
    [['status'], ['who'], ['status', '--json'], ['who', '--json'], ['reload', '--json']].map(served.ask),
  );
  const pages = await Promise.all(['/metrics', '/readyz', '/healthz'].map((path) => served.page(path)));
  assert.equal(pages[1]?.status, 503);
  const print = await duoport(['config', 'print', '--config', served.file]);
  served.child.kill('SIGINT');
  await once(served.child, 'exit');
  const all = [
    Buffer.concat(said).toString(),
    JSON.stringify(served.ready),
    served.stderr(),
    ...asked.flatMap(({ stdout, stderr }) => [stdout, stderr]),
    ...pages.map(({ text }) => text),
    ...(await Promise.all(Object.values(logs).map((file) => readFile(file, 'utf8')))),
    print.stdout.replace(/urlsecret/, ''),
  ].join('\n');
  assert.match(all, /ann/);
  assert.doesNotMatch(all, /secret(?!:)/);
});

test('hooks of a running server: told, slow ones hold nothing up, and a reload changes them', async (t) => {
  const here = await temporary();
  t.after(() => here[Symbol.asyncDispose]());
  const program = join(here.path, 'hook.sh');
  await writeFile(program, `#!/bin/sh\necho "$DUOPORT_USER $@" >> ${here.path}/told\nexec sleep 1000\n`, {
    mode: 0o755,
  });
  const settings = (on: string) =>
    `hooks: [{on: [${on}], command: ${program}, parallel: 1, timeout: 500ms}]\n`;
  const served = await watched(t, settings('upload, mkdir'));
  const put = await duoport(['put', '-', served.url('up')], { input: 'up' });
  assert.equal(put.code, 0, put.stderr);
  assert.match(String((await served.event('hook-failed'))['because']), /longer than 0\.5 s and was ended/);
  assert.equal(await readFile(join(here.path, 'told'), 'utf8'), 'u upload /up\n');
  await writeFile(served.file, settings('delete'));
  served.child.kill('SIGHUP');
  await served.event('reloaded');
  assert.equal((await duoport(['rm', served.url('up')])).code, 0);
  await served.event('hook-failed');
  assert.equal(await readFile(join(here.path, 'told'), 'utf8'), 'u upload /up\nu delete /up\n');
  await writeFile(served.file, 'hooks: [{on: [login], command: /nowhere/hook}]\n');
  served.child.kill('SIGHUP');
  assert.match(
    String((await served.event('reload-failed'))['message']),
    /hooks 1\.command: \/nowhere\/hook is no program/,
  );
  assert.ok(existsSync(served.folder));
});
