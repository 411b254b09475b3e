import assert from 'node:assert/strict';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { readFile, rename, symlink, unlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { freeRange } from '../../net/test/free-ports.ts';
import { duoport, type Serving, serve, temporary } from './command.ts';
import { type Dialogue, dialogue } from './dialogue.ts';
import { kill } from './slow-sink.ts';

interface Watched extends Serving {
  readonly file: string;
  readonly path: string;
  ask(words: readonly string[]): ReturnType<typeof duoport>;
  page(path: string, port?: number): Promise<{ readonly status: number; readonly text: string }>;
  login(): Promise<Dialogue>;
  readonly exited: Promise<unknown>;
}

/** A server with these settings, and what asks it. */
async function watched(
  t: TestContext,
  settings: string,
  {
    flags = [],
    env = {},
  }: { readonly flags?: readonly string[]; readonly env?: Record<string, string> } = {},
): Promise<Watched> {
  const here = await temporary();
  t.after(() => here[Symbol.asyncDispose]());
  const file = join(here.path, 'duoport.yaml');
  await writeFile(file, settings);
  const own = { XDG_STATE_HOME: join(here.path, 'state'), ...env };
  const serving = await serve(['--config', file, ...flags], undefined, own);
  t.after(() => serving[Symbol.asyncDispose]());
  await writeFile(join(serving.folder, 'f'), 'hello');
  return {
    ...serving,
    file,
    path: here.path,
    exited: once(serving.child, 'exit'),
    ask: (words) => duoport(words, { env: own }),
    page: async (path, port) => {
      const { metrics } = serving.ready as { readonly metrics?: { readonly port: number } };
      const got = await fetch(`http://127.0.0.1:${port ?? metrics?.port}${path}`);
      return { status: got.status, text: await got.text() };
    },
    login: async () => {
      const client = await dialogue(serving.port);
      t.after(() => client[Symbol.asyncDispose]());
      await client.login();
      return client;
    },
  };
}

const sessionsOf = (stdout: string) =>
  (JSON.parse(stdout) as { readonly sessions: readonly Record<string, unknown>[] }).sessions;

/** The numbers of /metrics whose name and labels match. */
const numbers = (text: string, pattern: RegExp) =>
  text
    .split('\n')
    .filter((line) => !line.startsWith('#') && pattern.test(line))
    .map((line) => Number(line.slice(line.lastIndexOf(' '))));

for (const workers of [1, 2]) {
  test(`status, who and kick, and what is counted (workers: ${workers})`, async (t) => {
    const served = await watched(t, `workers: ${workers}\nmetrics: {listen: 0}\n`);
    for (const mode of ['passive', 'active']) {
      const got = await duoport(['get', served.url('f'), '-o', '-', '--mode', mode]);
      assert.equal(got.stdout, 'hello', got.stderr);
      await served.event('transfer');
    }
    assert.equal((await duoport(['ls', served.url().replace('u:p@', 'u:wrong@')])).code, 1);
    const clients = [await served.login(), await served.login()];
    const port = await clients[0]?.passive();
    const who = await served.ask(['who', '--json']);
    assert.equal(who.code, 0, who.stderr);
    const views = sessionsOf(who.stdout);
    assert.deepEqual(
      views.map(({ user }) => user),
      ['u', 'u'],
    );
    const [agreed] = views.flatMap(({ data }) => data ?? []) as { mode: string; to: { port: number } }[];
    assert.deepEqual([agreed?.mode, agreed?.to.port], ['passive', port]);
    const people = await served.ask(['who']);
    assert.match(
      people.stdout,
      new RegExp(`data connection, passive: 127\\.0\\.0\\.1 → 127\\.0\\.0\\.1:${port}, agreed on`),
    );
    const status = await served.ask(['status']);
    assert.match(status.stdout, /sessions +2, of 1 user/);
    const { text } = await served.page('/metrics');
    assert.deepEqual(numbers(text, /^duoport_sessions /), [2]);
    assert.deepEqual(numbers(text, /^duoport_logins_total\{result="refused"\}/), [1]);
    for (const mode of ['passive', 'active']) {
      assert.deepEqual(
        numbers(text, new RegExp(`^duoport_transfers_total\\{verb="RETR",mode="${mode}",result="done"`)),
        [1],
      );
      assert.ok(
        (numbers(text, new RegExp(`^duoport_data_connections_total\\{mode="${mode}",result="ok"`))[0] ?? 0) >=
          1,
      );
    }
    assert.deepEqual(numbers(text, /^duoport_processes /), [workers === 1 ? 1 : workers + 1]);
    assert.ok(numbers(text, /^nodejs_eventloop_lag_p99_seconds/).length > 0);
    assert.equal((await served.page('/healthz')).status, 200);
    assert.deepEqual((await served.page('/readyz')).text, '{"ready":true,"because":[]}\n');
    const [first, second] = views.map(({ session }) => String(session));
    const one = await served.ask(['kick', first ?? '']);
    assert.match(one.stdout, new RegExp(`^Session #${first} of u was ended\\.\n$`));
    const rest = await served.ask(['kick', '--user', 'u', '--json']);
    assert.deepEqual(
      (JSON.parse(rest.stdout) as { kicked: { session: number }[] }).kicked.map(({ session }) =>
        String(session),
      ),
      [second],
    );
    for (const client of clients) assert.match(await client.line(), /^421 .*administrator/);
    const nobody = await served.ask(['kick', '--address', '127.0.0.1']);
    assert.deepEqual([nobody.code, /no such session/.test(nobody.stderr)], [1, true]);
    assert.equal((await served.ask(['who'])).stdout, 'Nobody is connected.\n');
  });
}

test('a range that is shut shows in the log, in the metrics, in who and in status', async (t) => {
  const served = await watched(
    t,
    'metrics: {listen: 0}\ntimeouts: {data: 1s}\npassive: {ports: 50301-50303}\n',
  );
  const client = await served.login();
  for (let round = 0; round < 3; round += 1) {
    const port = await client.passive();
    client.send('LIST');
    assert.match(await client.line(), /^150 /);
    if (round === 0) {
      const [view] = sessionsOf((await served.ask(['who', '--json'])).stdout) as {
        data?: { state: string; to: { port: number } };
        trouble?: { cause: string };
      }[];
      // It may have been given up while the question was asked.
      if (view?.trouble === undefined)
        assert.deepEqual([view?.data?.state, view?.data?.to.port], ['awaited', port]);
    }
    assert.match(await client.line(), /^425 /);
    const failed = await served.event('data-failed');
    assert.deepEqual(
      [failed['mode'], failed['cause'], (failed['local'] as { port: number }).port],
      ['passive', 'range-shut', port],
    );
  }
  assert.equal((await served.event('data-shut'))['failures'], 3);
  const who = await served.ask(['who']);
  assert.match(
    who.stdout,
    /a data connection did not come about \(range-shut\): port 5030\d is probably shut/,
  );
  assert.match(
    (await served.ask(['status'])).stdout,
    /shut +3 data connections with clients in 127\.0\.0\.0\/24 failed .*range-shut/,
  );
  const { text } = await served.page('/metrics');
  assert.deepEqual(numbers(text, /^duoport_data_connections_total\{mode="passive",result="timed-out"/), [3]);
  assert.deepEqual(numbers(text, /^duoport_data_failures_total\{mode="passive",cause="range-shut"/), [3]);
  assert.deepEqual(numbers(text, /^duoport_data_shut_networks\{cause="range-shut"/), [1]);
});

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

test('restart: the next process shows its counters at the same place', async (t) => {
  const { low: port } = await freeRange(1);
  const served = await watched(t, `metrics: {listen: ${port}}\nlisteners: [127.0.0.1:0]\n`);
  const pages = `http://127.0.0.1:${port}`;
  assert.equal((await fetch(`${pages}/readyz`)).status, 200);
  const { stdout, stderr } = await served.ask(['restart', '--json']);
  const { successor } = JSON.parse(stdout) as { readonly successor: number };
  t.after(() => kill(successor));
  assert.ok(successor > 0, stderr);
  await served.exited;
  for (;;) {
    const page = await fetch(`${pages}/readyz`).catch(() => undefined);
    if (page?.status === 200) break;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  assert.equal((await duoport(['get', served.url('f'), '-o', '-'])).stdout, 'hello');
  const { text } = await served.page('/metrics', port);
  assert.deepEqual(numbers(text, /^duoport_transfers_total\{verb="RETR",mode="passive",result="done"/), [1]);
});

test('what cannot be is told before anything starts', async () => {
  await using here = await temporary();
  const file = join(here.path, 'duoport.yaml');
  const refused: readonly (readonly [string, RegExp])[] = [
    ['hooks: [{on: [login]}]', /A hook is one of command, url and module/],
    ['hooks: [{on: [login], url: "http://u:p@host/"}]', /No password belongs in it/],
    ['hooks: [{on: [login], url: "ftp://host/"}]', /A URL is written https:\/\/host\/path/],
    ['hooks: [{on: [login], command: duoport.yaml, secret: x}]', /Only the POST to a url is signed/],
    ['logs: {xferlog: none/x}', /line 1: logs\.xferlog: There is no folder \S+none/],
    ['metrics: {listen: x}', /line 1: metrics\.listen: An address is written/],
  ];
  for (const [text, pattern] of refused) {
    await writeFile(file, `directory: .\n${text}\n`.replace('directory: .\n', ''));
    const { code, stderr } = await duoport(['config', 'check', file]);
    assert.notEqual(code, 0, text);
    assert.match(stderr, pattern);
  }
});
