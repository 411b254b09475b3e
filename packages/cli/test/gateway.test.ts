import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { test } from 'node:test';
import { duoport, gateway, serve, temporary, within } from './command.ts';

test('active clients reach a passive server: list, fetch, store, and each transfer told with both modes', async () => {
  await using server = await serve(['--modes', 'passive']);
  await using door = await gateway(['--to', `ftp://127.0.0.1:${server.port}`, '--server-mode', 'passive']);
  await using here = await temporary();
  await writeFile(join(server.folder, 'there'), 'from the server');
  await writeFile(join(here.path, 'here'), 'from the client');
  const listed = await duoport(['ls', door.url(), '--mode', 'active']);
  assert.equal(listed.stdout, 'there\n', listed.stderr);
  const fetched = await duoport(['cat', door.url('there'), '--mode', 'active']);
  assert.equal(fetched.stdout, 'from the server', fetched.stderr);
  const stored = await duoport(['put', 'here', door.url(), '--mode', 'active'], { cwd: here.path });
  assert.equal(stored.code, 0, stored.stderr);
  assert.equal(await readFile(join(server.folder, 'here'), 'utf8'), 'from the client');

  const login = await door.event('login');
  assert.equal(login['user'], 'u');
  assert.equal(login['server'], `127.0.0.1:${server.port}`);
  for (const verb of ['MLSD', 'RETR', 'STOR']) {
    const moved = await door.event('transfer');
    assert.equal(moved['verb'], verb);
    assert.equal(moved['clientMode'], 'active');
    assert.equal(moved['serverMode'], 'passive');
    assert.equal(moved['reply'], 226);
  }
});

test('TLS on both sides: a certificate of its own, and the server pinned', async () => {
  await using server = await serve(['--tls-self-signed', '--require-tls']);
  const { sha256 } = server.ready['certificate'] as { readonly sha256: string };
  const to = `ftps://127.0.0.1:${server.port}`;
  await using door = await gateway([
    '--to',
    to,
    '--server-fingerprint',
    sha256,
    '--tls-self-signed',
    '--require-tls',
  ]);
  const own = door.ready['certificate'] as { readonly sha256: string };
  await writeFile(join(server.folder, 'f'), 'hello');
  const pinned = ['--tls', 'explicit', '--fingerprint', own.sha256];
  const got = await duoport(['cat', door.url('f'), ...pinned]);
  assert.equal(got.stdout, 'hello', got.stderr);
  const moved = await door.event('transfer');
  assert.equal(moved['clientSecure'], true);
  assert.equal(moved['serverSecure'], true);
  const clear = await duoport(['cat', door.url('f'), '--tls', 'none']);
  assert.equal(clear.code, 1);

  // Another server with another certificate is not trusted, and the client is told why.
  await using wrong = await gateway(['--to', to, '--server-fingerprint', 'ab'.repeat(32)]);
  const refused = await duoport(['cat', wrong.url('f')]);
  assert.equal(refused.code, 1);
  assert.match(refused.stderr, /421/);
  const failed = await wrong.event('link-failed');
  assert.match(String(failed['error']), /fingerprint|certificate/i);
});

test('the next server is used when one cannot be reached; --read-only keeps files as they are', async () => {
  await using server = await serve();
  await using here = await temporary();
  await writeFile(join(here.path, 'f'), 'x');
  await writeFile(join(server.folder, 'there'), 'y');
  const flags = ['--to', 'ftp://127.0.0.1:1', '--to', `ftp://127.0.0.1:${server.port}`, '--read-only'];
  await using door = await gateway(flags);
  const got = await duoport(['cat', door.url('there')]);
  assert.equal(got.stdout, 'y', got.stderr);
  assert.match(String((await door.event('link-failed'))['error']), /127\.0\.0\.1/);
  for (const words of [
    ['put', 'f', door.url()],
    ['rm', door.url('there')],
  ]) {
    const { code, stderr } = await duoport(words, { cwd: here.path });
    assert.equal(code, 1);
    assert.match(stderr, /550/);
  }
  assert.equal(await readFile(join(server.folder, 'there'), 'utf8'), 'y');
});

test('Ctrl-C ends an idle gateway with code 0 and says so', async () => {
  await using server = await serve();
  await using door = await gateway(['--to', `ftp://127.0.0.1:${server.port}`]);
  assert.ok(door.child.stderr !== null);
  const said = once(createInterface({ input: door.child.stderr }), 'line');
  const exited = once(door.child, 'exit');
  door.child.kill('SIGINT');
  assert.deepEqual(await said, ['Closing.']);
  assert.deepEqual(await exited, [0, null]);
});

test('flags that cannot work are named, with exit code 2', async () => {
  const cases: readonly (readonly [readonly string[], RegExp])[] = [
    [[], /--to/],
    [['--to', 'http://h'], /--to.*does not begin with ftp/],
    [['--to', 'ftp://u:p@h/x'], /--to.*for the clients to say/],
    [['--to', 'ftp://h', '--server-insecure'], /--to ftps:\/\/HOST/],
    [['--to', 'ftp://h', '--server-mode', 'PASV', '--server-ports', '1-2'], /--server-mode PASV is passive/],
    [['--to', 'ftp://h', '--health-user', 'u:p'], /--health-interval/],
    [['--to', 'ftp://h', '--require-tls'], /--require-tls needs a certificate/],
    [['--to', 'ftp://h', '--fxp', 'friends'], /--fxp.*is no network/],
    [['--to', 'ftp://h', '--server-address', 'name'], /--server-address is the address/],
  ];
  for (const [flags, message] of cases) {
    const { code, stderr } = await within(['gateway', ...flags]);
    assert.equal(code, 2, stderr);
    assert.match(stderr, message);
  }
});

test('a user has a server of its own, the others have theirs, and one that is down gives way', async () => {
  await using first = await serve();
  await using second = await serve();
  await writeFile(join(first.folder, 'first'), '');
  await writeFile(join(second.folder, 'second'), '');
  const [one, two] = [first, second].map(({ port }) => `ftp://127.0.0.1:${port}`);
  const flags = ['--to', 'user:nobody=ftp://127.0.0.1:1', '--to', `user:u=${two}`, '--to', `${one}`];
  await using door = await gateway(flags);
  const listed = await duoport(['ls', door.url()]);
  assert.equal(listed.stdout, 'second\n', listed.stderr);
  await using spare = await gateway([
    '--to',
    'ftp://127.0.0.1:1',
    '--to',
    `${one};weight=2`,
    '--balance',
    'weighted',
  ]);
  const found = await duoport(['ls', spare.url()]);
  assert.equal(found.stdout, 'first\n', found.stderr);
});

test('probes find the server that refuses the login, and the log says why', async () => {
  await using server = await serve();
  const flags = [
    '--to',
    `ftp://127.0.0.1:${server.port}`,
    '--health-interval',
    '100ms',
    '--health-user',
    'u:wrong',
  ];
  await using door = await gateway(flags);
  const event = await door.event('health');
  assert.equal(event['state'], 'unhealthy');
  assert.equal(event['port'], server.port);
  assert.match(String(event['because']), /530/);
});

test('--audit writes every command to a file that only its owner may read, without the password', async () => {
  await using server = await serve();
  await using here = await temporary();
  await writeFile(join(server.folder, 'f'), 'x');
  const file = join(here.path, 'audit.jsonl');
  await using door = await gateway(['--to', `ftp://127.0.0.1:${server.port}`, '--audit', file]);
  const got = await duoport(['cat', door.url('f')]);
  assert.equal(got.stdout, 'x', got.stderr);
  const text = await readFile(file, 'utf8');
  const lines = text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
  assert.equal(lines.filter((line) => line['verb'] === 'PASS').length, 1);
  const pass = lines.find((line) => line['verb'] === 'PASS');
  assert.deepEqual([pass?.['argument'], pass?.['code'], pass?.['user']], ['****', 230, 'u']);
  const read = lines.find((line) => line['verb'] === 'RETR');
  assert.deepEqual(
    [read?.['argument'], read?.['code'], read?.['server']],
    ['f', 226, `127.0.0.1:${server.port}`],
  );
  assert.equal((await stat(file)).mode & 0o777, 0o600);
  const nowhere = await within(['gateway', '--to', 'ftp://h', '--audit', join(here.path, 'no/f')]);
  assert.equal(nowhere.code, 2);
  assert.match(nowhere.stderr, /--audit .*ENOENT/);
});

test('--user-sessions and --user-rate hold for all sessions of a user', async () => {
  await using server = await serve();
  await writeFile(join(server.folder, 'f'), 'x'.repeat(30_000));
  const to = ['--to', `ftp://127.0.0.1:${server.port}`];
  await using door = await gateway([...to, '--user-sessions', '1', '--user-rate', '50k']);
  const got = await duoport(['cat', door.url('f')]);
  assert.equal(got.stdout.length, 30_000, got.stderr);
  // 30 kB at 50 kB/s, less the eighth of a second that is saved up.
  assert.ok(Number((await door.event('transfer'))['duration']) > 400);
  const bad = await within(['gateway', ...to, '--user-rate', 'fast']);
  assert.equal(bad.code, 2);
  assert.match(bad.stderr, /--user-rate.*500k/);
});

test('--metrics serves the counters, and nothing is left of it after Ctrl-C', async () => {
  await using server = await serve();
  await writeFile(join(server.folder, 'f'), 'hello');
  const flags = ['--to', `ftp://127.0.0.1:${server.port}`, '--metrics', '0'];
  await using door = await gateway(flags);
  const got = await duoport(['cat', door.url('f'), '--mode', 'passive']);
  assert.equal(got.stdout, 'hello', got.stderr);
  await door.event('transfer');
  const { address, port } = door.ready['metrics'] as { readonly address: string; readonly port: number };
  assert.equal(address, '127.0.0.1');
  const text = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
  assert.match(text, /^duoport_gateway_logins_total\{result="accepted"\} 1$/m);
  assert.match(text, /^duoport_gateway_transfers_total\{.*client_mode="passive".*result="done"\} 1$/m);
  assert.match(text, new RegExp(`^duoport_gateway_server_up\\{server="127.0.0.1:${server.port}"\\} 1$`, 'm'));
  const exited = once(door.child, 'exit');
  door.child.kill('SIGINT');
  assert.deepEqual(await exited, [0, null]);
});
