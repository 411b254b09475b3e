import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdir, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { connect } from '@duoport/client';
import { freeRange } from '../../net/test/free-ports.ts';
import { gateway, serve, temporary, within } from './command.ts';
import { kill, slowly } from './slow-sink.ts';

const skip = process.platform === 'win32' ? 'sockets are handed over on Unix only' : false;

type Answer = Readonly<Record<string, unknown>> & {
  readonly servers: readonly { readonly url: string; readonly state: string; readonly sessions: number }[];
};

/** Asks the gateways of a state folder; fails when they say no. */
async function ask(state: string, ...words: readonly string[]): Promise<readonly Answer[]> {
  const { code, stdout, stderr } = await within(['gateway', ...words, '--state', state, '--json']);
  assert.equal(code, 0, stderr);
  return stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Answer);
}

test('an operator drains a server, and lets it in again; a gateway that is drained ends with its last session', {
  skip,
}, async () => {
  await using one = await serve();
  await using two = await serve();
  await using here = await temporary();
  const state = join(here.path, 'state');
  const urls = [one, two].map(({ port }) => `ftp://127.0.0.1:${port}`);
  const to = urls.flatMap((url) => ['--to', url]);
  await using door = await gateway([...to, '--state', state]);
  assert.equal((await stat(state)).mode & 0o777, 0o700);
  assert.equal((await stat(join(state, `${door.ready['pid']}.sock`))).mode & 0o777, 0o600);
  const list = () => names(door.url());
  await writeFile(join(one.folder, 'one'), '');
  await writeFile(join(two.folder, 'two'), '');
  const ftp = await connect(door.url());
  const [before] = await ask(state, 'status');
  assert.deepEqual(
    before?.servers.map(({ url, state: how, sessions }) => [url, how, sessions]),
    urls.map((url, index) => [url, 'healthy', index === 0 ? 1 : 0]),
  );
  const [drained] = await ask(state, 'drain', `127.0.0.1:${one.port}`);
  assert.deepEqual(
    drained?.servers.map(({ state: how, sessions }) => [how, sessions]),
    [['draining', 1]],
  );
  assert.equal((await door.event('health'))['state'], 'draining');
  assert.deepEqual(await list(), ['two']);
  // Who was there stays.
  assert.equal((await ftp.list()[Symbol.asyncIterator]().next()).value?.name, 'one');
  await ask(state, 'undrain', urls[0] ?? '');
  assert.deepEqual(await list(), ['one']);

  const unknown = await within(['gateway', 'drain', 'ftp://other', '--state', state]);
  assert.equal(unknown.code, 1);
  assert.match(unknown.stderr, /No gateway here has a server ftp:\/\/other/);
  const told = await within(['gateway', 'status', '--state', state]);
  assert.match(told.stdout, /^process \d+: 1 session\n {2}ftp:\/\/127\.0\.0\.1:\d+ {3}healthy, 1 session$/m);

  const exited = once(door.child, 'exit');
  const [leaving] = await ask(state, 'drain');
  assert.equal(leaving?.['leaving'], true);
  await assert.rejects(list());
  assert.equal((await ftp.list()[Symbol.asyncIterator]().next()).value?.name, 'one');
  await ftp.close();
  assert.deepEqual(await exited, [0, null]);
  const gone = await within(['gateway', 'status', '--state', state]);
  assert.equal(gone.code, 1);
  assert.match(gone.stderr, /No gateway of this user answers/);
});

test('what concerns one process asks which, when there are several', { skip }, async () => {
  await using here = await temporary();
  const flags = ['--to', 'ftp://127.0.0.1:1', '--state', here.path];
  await using one = await gateway(flags);
  await using two = await gateway(flags);
  const pids = [one, two].map(({ ready }) => String(ready['pid']));
  assert.deepEqual((await ask(here.path, 'status')).map(({ pid }) => String(pid)).sort(), pids.sort());
  const both = await within(['gateway', 'drain', '--state', here.path]);
  assert.equal(both.code, 1);
  assert.match(both.stderr, /--pid \d+ or --pid \d+/);
  const exited = once(two.child, 'exit');
  await ask(here.path, 'drain', '--pid', String(two.ready['pid']));
  assert.deepEqual(await exited, [0, null]);
  assert.equal((await ask(here.path, 'status')).length, 1);
  // One that was killed has left its socket behind.
  one.child.kill('SIGKILL');
  await once(one.child, 'exit');
  assert.equal((await within(['gateway', 'status', '--state', here.path])).code, 1);
});

test('restart: a new process takes the new sessions, a transfer that runs ends right, and nobody is refused', {
  skip,
}, async (t) => {
  await using server = await serve();
  await using here = await temporary();
  const size = 64 * 1024 * 1024;
  await writeFile(join(server.folder, 'big'), Buffer.alloc(size, 'some text. '));
  const to = ['--to', `ftp://127.0.0.1:${server.port}`, '--state', here.path, '--metrics', '0'];
  const ports = await freeRange(4);
  await using door = await gateway([...to, '--passive-ports', `${ports.low}-${ports.high}`]);
  const { pid: first, metrics } = door.ready as unknown as { pid: number; metrics: { port: number } };
  await using ftp = await connect(door.url(), { mode: 'passive' });
  const slow = slowly();
  const running = ftp.get('big', slow.sink);
  await slow.begun;
  const refused: unknown[] = [];
  let logins = 0;
  let over = false;
  const knocking = (async () => {
    for (; !over || logins < 200; logins += 1) {
      const other = await connect(door.url()).catch((error: unknown) => refused.push(error));
      if (typeof other === 'object') await other.close();
    }
  })();
  const [answer] = await ask(here.path, 'restart');
  over = true;
  const second = Number(answer?.['successor']);
  t.after(() => kill(second));
  assert.notEqual(second, first);
  const ready = await door.event('ready');
  assert.equal(ready['pid'], second);
  assert.deepEqual(ready['doors'], door.ready['doors']);
  assert.deepEqual(ready['metrics'], door.ready['metrics']);
  const standing = await ask(here.path, 'status');
  assert.deepEqual(
    standing.map(({ pid, leaving }) => [pid, leaving]).sort(),
    [
      [first, true],
      [second, false],
    ].sort(),
  );
  await knocking;
  assert.deepEqual(refused, []);
  // The new one has data ports while the old one still has some, and its counters are its own.
  assert.deepEqual(await names(door.url()), ['big']);
  const page = await (await fetch(`http://127.0.0.1:${metrics.port}/metrics`)).text();
  assert.match(page, /^duoport_gateway_transfers_total\{.*result="done"\} 1$/m);
  const exited = once(door.child, 'exit');
  slow.goOn();
  await running;
  assert.equal(slow.bytes(), size);
  await ftp.close();
  assert.deepEqual(await exited, [0, null]);
  assert.deepEqual(
    (await ask(here.path, 'status')).map(({ pid }) => pid),
    [second],
  );
});

test('restart where TLS passes through: data connections of the old process and of the new one find their way', {
  skip,
}, async (t) => {
  await using here = await temporary();
  const ports = await freeRange(104);
  const inside = `${ports.low}-${ports.low + 3}`;
  const passive = ['--passive-ports', inside, '--passive-address', '127.0.0.1:+100'];
  await using server = await serve(['--tls-self-signed', '--require-tls', ...passive]);
  const size = 64 * 1024 * 1024;
  await writeFile(join(server.folder, 'big'), Buffer.alloc(size, 'some text. '));
  const to = `ftps://127.0.0.1:${server.port};data=${inside}:+100`;
  await using door = await gateway(['--pass-tls', '--to', to, '--state', here.path]);
  const tls = { tls: 'explicit', insecure: true, mode: 'passive' } as const;
  const ftp = await connect(door.url(), tls);
  const slow = slowly();
  const running = ftp.get('big', slow.sink);
  await slow.begun;
  await using other = await connect(door.url(), tls);
  const [answer] = await ask(here.path, 'restart');
  const second = Number(answer?.['successor']);
  t.after(() => kill(second));
  assert.equal((await door.event('ready'))['pid'], second);
  // Of a session that the old process has: its data connections come to the new one.
  const found = async (one: typeof ftp) => (await one.list()[Symbol.asyncIterator]().next()).value?.name;
  assert.equal(await found(other), 'big');
  await using fresh = await connect(door.url(), tls);
  assert.equal(await found(fresh), 'big');
  const sessions = (await ask(here.path, 'status')).map((status) => [status['pid'], status['sessions']]);
  assert.deepEqual(
    sessions.sort(),
    [
      [door.ready['pid'], 2],
      [second, 1],
    ].sort(),
  );
  const exited = once(door.child, 'exit');
  slow.goOn();
  await running;
  assert.equal(slow.bytes(), size);
  await Promise.all([ftp.close(), other.close()]);
  assert.deepEqual(await exited, [0, null]);
  // The ports of those who have left with the old process are shut.
  await fresh.close();
  await using last = await connect(door.url(), tls);
  assert.equal(await found(last), 'big');
});

test('a new process that cannot start changes nothing', { skip }, async () => {
  await using server = await serve();
  await using here = await temporary();
  const file = join(here.path, 'audit');
  const to = ['--to', `ftp://127.0.0.1:${server.port}`, '--state', here.path];
  await using door = await gateway([...to, '--audit', file]);
  await writeFile(join(server.folder, 'there'), '');
  await rm(file);
  await mkdir(file);
  const { code, stderr } = await within(['gateway', 'restart', '--state', here.path]);
  assert.equal(code, 1);
  assert.match(stderr, /goes on as it is: the new process has ended \(exit code 2\)/);
  assert.deepEqual(await names(door.url()), ['there']);
  assert.equal(door.child.exitCode, null);
});

async function names(url: string): Promise<readonly string[]> {
  await using ftp = await connect(url, { mode: 'passive' });
  const found: string[] = [];
  for await (const { name } of ftp.list()) found.push(name);
  return found;
}
