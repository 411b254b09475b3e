import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { freeRange } from '../../net/test/free-ports.ts';
import { duoport, temporary } from './command.ts';
import { kill } from './slow-sink.ts';
import { watched } from './watched.ts';

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
