import assert from 'node:assert/strict';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { duoport, type Serving, serve, temporary } from './command.ts';
import { OnePortClient } from './one-port-client.ts';

test('workers share the port and the passive range, and their lines come out of one place', async () => {
  await using served = await serve(['--workers', '3', '--passive-ports', '50211-50240']);
  await writeFile(join(served.folder, 'f'), 'hello');
  const clients = await Promise.all(['', '', '', ''].map(() => login(served)));
  assert.equal(new Set(await sessions(served, 4)).size, 4, 'a number for each session');
  for (const mode of ['passive', 'active']) {
    const got = await duoport(['get', served.url('f'), '-o', '-', '--mode', mode]);
    assert.equal(got.stdout, 'hello', got.stderr);
    const event = await served.event('transfer');
    assert.deepEqual([event['user'], event['mode'], event['bytes']], ['u', mode, 5]);
  }
  for (const client of clients) client.close();
});

for (const tls of [[], ['--tls-self-signed']]) {
  test(`one port and workers: down and up, ${tls.length > 0 ? 'under TLS' : 'in the clear'}`, async () => {
    await using served = await serve(['--workers', '2', '--single-port', ...tls]);
    await writeFile(join(served.folder, 'f'), 'hello');
    const flags = ['--mode', 'passive', '--insecure'];
    const got = await duoport(['get', served.url('f'), '-o', '-', ...flags]);
    assert.equal(got.stdout, 'hello', got.stderr);
    assert.equal((await served.event('transfer'))['secure'], tls.length > 0);
    const put = await duoport(['put', '-', served.url('up'), ...flags], { input: 'up' });
    assert.equal(put.code, 0, put.stderr);
    assert.equal(await readFile(join(served.folder, 'up'), 'utf8'), 'up');
  });
}

test('limits of sessions hold over all workers', async () => {
  await using here = await temporary();
  const file = join(here.path, 'duoport.yaml');
  await writeFile(file, 'limits: {sessions: 3, sessions-per-address: 2}\n');
  await using served = await serve(['--workers', '2', '--config', file]);
  const clients = await Promise.all([login(served), login(served)]);
  const third = await duoport(['ls', served.url()]);
  assert.match(third.stderr, /421.*Your address has 2 sessions open/);
  for (const client of clients) client.close();
});

test('Ctrl-C ends every worker, and a session that is open is told', async () => {
  await using served = await serve(['--workers', '2']);
  const client = await login(served);
  served.child.kill('SIGINT');
  assert.equal(await client.reply(), 421);
  const [code] = await once(served.child, 'exit');
  assert.equal(code, 0, served.stderr());
});

test('a worker that dies takes its sessions with it, which is said, and is replaced', async (t) => {
  if (!existsSync('/proc/self/task')) return t.skip('no /proc to find the workers with');
  await using served = await serve(['--workers', '1', '--single-port']);
  // With one worker it is this process; two is the least.
  assert.deepEqual(await children(served), []);
  await using two = await serve(['--workers', '2', '--single-port']);
  await writeFile(join(two.folder, 'f'), 'hello');
  const clients = await Promise.all([login(two), login(two)]);
  const [victim = 0] = await children(two);
  process.kill(victim, 'SIGKILL');
  const lost = await two.event('worker-lost');
  assert.deepEqual([lost['sessions'], lost['because']], [1, 'SIGKILL']);
  const replies = await Promise.all(clients.map((client) => client.ask('NOOP')));
  assert.deepEqual([...replies].sort(), [0, 200]);
  for (let turn = 0; turn < 3; turn += 1) {
    const got = await duoport(['get', two.url('f'), '-o', '-', '--mode', 'passive']);
    assert.equal(got.stdout, 'hello', got.stderr);
  }
});

test('the first process killed: no worker stays behind', async (t) => {
  if (!existsSync('/proc/self/task')) return t.skip('no /proc to find the workers with');
  await using served = await serve(['--workers', '2']);
  const client = await login(served);
  served.child.kill('SIGKILL');
  // The worker had the connection; when it is gone the connection is.
  assert.equal(await client.reply(), 0);
});

async function login(served: Serving): Promise<OnePortClient> {
  const client = await OnePortClient.login('127.0.0.1', served.port, { tls: false });
  return client ?? assert.fail('no greeting');
}

async function sessions(served: Serving, count: number): Promise<unknown[]> {
  const seen: unknown[] = [];
  while (seen.length < count) seen.push((await served.event('login'))['session']);
  return seen;
}

/** Processes that the server has started. */
async function children(served: Serving): Promise<readonly number[]> {
  const { pid } = served.child;
  const text = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8');
  return text.split(' ').filter(Boolean).map(Number);
}
