import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { connect } from '@duoport/client';
import { programOf, startProxy } from '../../firewall/test/support/proxy.ts';
import { freeRange } from '../../net/test/free-ports.ts';
import { gateway, type Standing, serve, temporary, within } from './command.ts';

// Two servers, two gateways that know both, and Debian's HAProxy in front with what `duoport firewall` writes for it. Everything on loopback:
// HAProxy at 127.0.0.2, the gateways at 127.0.0.11 and 127.0.0.12, clients at 127.0.1.x.

const run = promisify(execFile);
const front = '127.0.0.2';
const behind = ['127.0.0.11', '127.0.0.12'] as const;
const clients = [1, 2, 3, 4, 5, 6, 7, 8].map((number) => `127.0.1.${number}`);

test('lists, fetches and stores through two gateways behind HAProxy, plain and under TLS, and one gateway dies', async (t) => {
  const program = programOf('haproxy', t);
  if (program === undefined) return;
  const { low: control } = await freeRange(9);
  const slices = [control + 1, control + 5].map((low) => ({ low, high: low + 3 }));
  await using one = await serve();
  await using two = await serve();
  const to = [one, two].flatMap(({ port }) => ['--to', `ftp://127.0.0.1:${port}`]);
  const trust = ['--proxy-from', '127.0.0.1', '--proxy-data-from', '127.0.0.1', '--tls-self-signed'];
  const started = behind.map((address, index) => {
    const { low, high } = slices[index] ?? { low: 0, high: 0 };
    const flags = ['--listen', `${address}:${control}`, '--passive-ports', `${low}-${high}`];
    return gateway([...to, ...trust, ...flags, '--balance', 'sticky']);
  });
  await using first = (await started[0]) as Standing;
  await using second = (await started[1]) as Standing;
  const gateways = behind.flatMap((address, index) => [
    '--gateway',
    `${address}=${slices[index]?.low}-${slices[index]?.high}`,
  ]);
  const words = [
    'firewall',
    '--for',
    'haproxy',
    '--control-port',
    `${control}`,
    '--public-address',
    front,
    '--quiet',
  ];
  const { stdout: text, code, stderr } = await within([...words, ...gateways]);
  assert.equal(code, 0, stderr);
  await using _haproxy = await startProxy('haproxy', {
    program,
    text,
    ready: { host: front, port: control },
  });

  await using here = await temporary();
  const content = 'x'.repeat(50_000);
  await writeFile(join(here.path, 'here'), content);
  for (const { folder } of [one, two]) await writeFile(join(folder, 'there'), content);
  const url = `ftp://u:p@${front}:${control}/`;
  for (const from of clients) {
    for (const tls of [[], ['--ssl-reqd', '-k']]) {
      const curl = async (...more: readonly string[]) =>
        (await run('curl', ['-q', '-sS', '--max-time', '20', '--interface', from, ...tls, ...more])).stdout;
      assert.match(await curl(url), /there/);
      // PASV too: it names the address that the client dialled.
      assert.equal(await curl('--disable-epsv', '--no-ftp-skip-pasv-ip', `${url}there`), content);
      await curl('-T', join(here.path, 'here'), `${url}stored`);
    }
  }
  // One user, one server: whichever gateway it came through.
  const stored = await Promise.all(
    [one, two].map(({ folder }) => readFile(join(folder, 'stored'), 'utf8').catch(() => 'none')),
  );
  assert.deepEqual(stored.sort(), ['none', content]);
  // Both gateways had clients, and know who they are.
  for (const door of [first, second]) {
    const login = await door.event('login');
    assert.match(String(login['client']), /^127\.0\.1\.\d:/);
  }
  const settings =
    'set net:max-retries 1; set net:timeout 20; set ssl:verify-certificate no; set ftp:ssl-force yes';
  const lftp = `${settings}; open -u u,p ftp://${front}:${control}; cls -1; get there; bye`;
  assert.match((await run('lftp', ['--norc', '-c', lftp], { cwd: here.path })).stdout, /^there$/m);

  await first[Symbol.asyncDispose]();
  for (const bindAddress of clients) {
    await using ftp = await connect(url, { bindAddress, mode: 'passive' });
    const names: string[] = [];
    for await (const { name } of ftp.list()) names.push(name);
    assert.ok(names.includes('there'));
  }
});
