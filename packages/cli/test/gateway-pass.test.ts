import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { freeRange } from '../../net/test/free-ports.ts';
import { duoport, gateway, type Serving, type Standing, serve, temporary, within } from './command.ts';

const run = promisify(execFile);
const missing = ['curl', 'lftp'].filter((name) =>
  (process.env['PATH'] ?? '').split(':').every((folder) => !existsSync(join(folder, name))),
);
const skip = missing.length > 0 ? `not installed: ${missing.join(', ')}` : false;

/** A server with TLS whose passive ports are 100 lower than those that it announces, and the gateway that has them. */
async function behind(
  tls: 'explicit' | 'implicit',
): Promise<AsyncDisposable & { server: Serving; door: Standing }> {
  const ports = await freeRange(104);
  const inside = `${ports.low}-${ports.low + 3}`;
  const flags = ['--tls-self-signed', '--require-tls', '--passive-ports', inside];
  const away = ['--passive-address', '127.0.0.1:+100'];
  const server = await serve([
    ...flags,
    ...away,
    ...(tls === 'implicit' ? ['--listen-tls', '127.0.0.1:0'] : []),
  ]);
  const doors = server.ready['doors'] as readonly { readonly port: number }[];
  const to = `ftps://127.0.0.1:${doors.at(-1)?.port};data=${inside}:+100`;
  const door = await gateway(['--pass-tls', '--to', to]).catch(async (error) => {
    await server[Symbol.asyncDispose]();
    throw error;
  });
  return {
    server,
    door,
    [Symbol.asyncDispose]: async () => {
      await door[Symbol.asyncDispose]();
      await server[Symbol.asyncDispose]();
    },
  };
}

test('curl and lftp list, fetch and store through TLS that ends at the server', { skip }, async () => {
  await using both = await behind('explicit');
  const { server, door } = both;
  await using here = await temporary();
  const content = 'x'.repeat(200_000);
  await writeFile(join(server.folder, 'there'), content);
  await writeFile(join(here.path, 'here'), content);
  const url = door.url();
  for (const mode of [[], ['--disable-epsv', '--no-ftp-skip-pasv-ip']]) {
    const curl = async (...words: readonly string[]) =>
      (await run('curl', ['-q', '-sS', '--max-time', '20', '--ssl-reqd', '-k', ...mode, ...words])).stdout;
    assert.match(await curl(url), /there/);
    assert.equal(await curl(`${url}there`), content);
    await curl('-T', join(here.path, 'here'), `${url}stored`);
    assert.equal(await readFile(join(server.folder, 'stored'), 'utf8'), content);
  }
  const settings =
    'set ssl:verify-certificate no; set ftp:ssl-force yes; set net:max-retries 1; set net:timeout 20';
  const lftp = `${settings}; open -u u,p ftp://127.0.0.1:${door.port}; cls -1; get there; put here -o again; bye`;
  const { stdout } = await run('lftp', ['--norc', '-c', lftp], { cwd: here.path });
  assert.match(stdout, /^there$/m);
  assert.equal(await readFile(join(here.path, 'there'), 'utf8'), content);
  assert.equal(await readFile(join(server.folder, 'again'), 'utf8'), content);
  const passed = await door.event('passed');
  assert.equal(passed['because'], undefined);
  assert.equal((await door.event('secured'))['protocol'], 'TLS');
});

test('one port and two servers behind it, each with one port: curl, lftp and ours, at the same time', {
  skip: process.platform === 'linux' ? skip : 'only Linux has all of 127.0.0.0/8',
}, async () => {
  const { low: port } = await freeRange(1);
  const outside = `127.0.0.2:${port}`;
  const [address, other] = ['127.0.0.1', '127.0.0.3'];
  const flags = ['--single-port', '--tls-self-signed', '--require-tls', '--passive-address', '127.0.0.2'];
  await using one = await serve([...flags, '--listen', `${address}:${port}`]);
  await using two = await serve([...flags, '--listen', `${other}:${port}`]);
  for (const { folder } of [one, two]) await writeFile(join(folder, 'there'), 'x'.repeat(100_000));
  const to = [address, other].flatMap((host) => ['--to', `ftps://${host}:${port}`]);
  const balance = ['--balance', 'sticky', '--listen', outside];
  await using _door = await gateway(['--pass-tls', '--single-port', ...to, ...balance]);
  const url = `ftp://u:p@${outside}/there`;
  const curl = ['-q', '-sS', '--max-time', '20', '--ssl-reqd', '-k'];
  const settings =
    'set ssl:verify-certificate no; set ftp:ssl-force yes; set net:max-retries 1; set net:timeout 20';
  const clients = [2, 3, 4, 5].flatMap((number) => {
    const from = `127.0.1.${number}`;
    const lftp = `${settings}; set net:socket-bind-ipv4 ${from}; open -u u,p ftp://${outside}; cat there; bye`;
    return [
      run('curl', [...curl, '--interface', from, url]),
      run('lftp', ['--norc', '-c', lftp]),
      duoport(['cat', url, '--tls', 'explicit', '--insecure', '--bind', from]),
    ];
  });
  for (const { stdout, stderr } of await Promise.all(clients)) assert.equal(stdout.length, 100_000, stderr);
});

test('flags that cannot work with it are named', async () => {
  const pass = ['--pass-tls', '--to'];
  const cases: readonly (readonly [readonly string[], RegExp])[] = [
    [['--pass-tls'], /--to ftps:\/\/HOST/],
    [[...pass, 'ftp://h'], /servers with TLS/],
    [[...pass, 'ftps://h'], /;data=50000-50099/],
    [[...pass, 'ftps://h;data=2000-2001', '--read-only'], /--read-only does not go with --pass-tls/],
    [[...pass, 'ftps://h;data=2000-2001', '--server-mode', 'PASV'], /--server-mode does not go/],
    [[...pass, 'user:a=ftps://h;data=2000-2001'], /sni: and net:/],
    [[...pass, 'ftps+srv://h;data=2000-2001'], /without \+srv/],
    [[...pass, 'ftps://h;data=2000-2001', '--single-port'], /leave out ;data=/],
    [['--to', 'ftp://h', '--single-port'], /--single-port is for --pass-tls/],
    [['--to', 'ftp://h;data=2000-2001'], /;data= is for --pass-tls/],
  ];
  for (const [flags, message] of cases) {
    const { code, stderr } = await within(['gateway', ...flags]);
    assert.equal(code, 2, `${flags.join(' ')}: ${stderr}`);
    assert.match(stderr, message);
  }
});
