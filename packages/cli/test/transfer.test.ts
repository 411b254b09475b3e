import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { duoport, serve, temporary } from './command.ts';

const digest = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

for (const mode of ['passive', 'active'] as const) {
  for (const tls of ['none', 'explicit'] as const) {
    test(`get, put and ls in ${mode} mode, TLS ${tls}, with --trace`, async () => {
      await using served = await serve(['--passive-ports', '50000-50400', '--tls-self-signed']);
      await using here = await temporary();
      const bytes = randomBytes(300_000);
      await writeFile(join(served.folder, 'down.bin'), bytes);
      await writeFile(join(here.path, 'up.bin'), bytes);
      const pin = (served.ready['certificate'] as { readonly sha256: string }).sha256;
      const flags = [
        '--mode',
        mode,
        '--tls',
        tls,
        ...(tls === 'none' ? [] : ['--fingerprint', pin]),
        '--trace',
      ];

      const got = await duoport(['get', served.url('down.bin'), ...flags], { cwd: here.path });
      assert.equal(got.code, 0, got.stderr);
      assert.equal(digest(await readFile(join(here.path, 'down.bin'))), digest(bytes));
      checkTrace(got.stderr, { mode, tls, bytes: '300,000 bytes to the client', closedFirst: 'server' });

      const put = await duoport(['put', 'up.bin', served.url(), ...flags], { cwd: here.path });
      assert.equal(put.code, 0, put.stderr);
      assert.equal(digest(await readFile(join(served.folder, 'up.bin'))), digest(bytes));
      checkTrace(put.stderr, { mode, tls, bytes: '300,000 bytes to the server', closedFirst: 'client' });

      const listed = await duoport(['ls', served.url(), ...flags], { cwd: here.path });
      assert.equal(listed.code, 0, listed.stderr);
      assert.equal(listed.stdout, 'down.bin\nup.bin\n');
    });
  }
}

interface Expected {
  readonly mode: 'passive' | 'active';
  readonly tls: 'none' | 'explicit';
  readonly bytes: string;
  readonly closedFirst: 'client' | 'server';
}

/** Who dialled which port of whom, what moved, and who closed first. */
function checkTrace(trace: string, expected: Expected): void {
  const text = trace.replace(/\s+/g, ' ');
  const [dialler, other] = expected.mode === 'passive' ? ['client', 'server'] : ['server', 'client'];
  const port = expected.mode === 'passive' ? '50[0-4]\\d\\d' : '\\d+';
  const dialled = `the ${dialler} dialled 127\\.0\\.0\\.1:${port} of the ${other} from its 127\\.0\\.0\\.1:\\d+ \\(${expected.mode}\\)`;
  assert.match(text, new RegExp(`data-1: ${dialled}`), trace);
  assert.match(
    text,
    expected.tls === 'none' ? /data-1: [^•]*no TLS/ : /data-1: [^•]*TLSv1\.[23], session resumed/,
    trace,
  );
  assert.ok(text.includes(expected.bytes), trace);
  assert.ok(text.includes(`the ${expected.closedFirst} closed first (FIN)`), trace);
  assert.match(text, expected.mode === 'passive' ? /EPSV|PASV/ : /EPRT|PORT/, trace);
  assert.match(text, /PASS \*\*\*\*/);
  assert.ok(!text.includes('PASS p'));
}

test('cat prints bytes and nothing else; get -o - does too', async () => {
  await using served = await serve();
  const bytes = randomBytes(1000);
  await writeFile(join(served.folder, 'a.bin'), bytes.toString('hex'));
  for (const words of [
    ['cat', served.url('a.bin')],
    ['get', served.url('a.bin'), '-o', '-'],
  ]) {
    const { code, stdout, stderr } = await duoport(words);
    assert.equal(code, 0, stderr);
    assert.equal(stdout, bytes.toString('hex'));
  }
});

test('standard input is stored under the name of the URL', async () => {
  await using served = await serve();
  const { code, stderr } = await duoport(['put', '-', served.url('from-pipe.txt')], { input: 'hello' });
  assert.equal(code, 0, stderr);
  assert.equal(await readFile(join(served.folder, 'from-pipe.txt'), 'utf8'), 'hello');
});

test('-c goes on where a download and an upload had stopped', async () => {
  await using served = await serve();
  await using here = await temporary();
  const bytes = randomBytes(200_000);
  await writeFile(join(served.folder, 'f'), bytes);
  await writeFile(join(here.path, 'f'), bytes.subarray(0, 150_000));
  const got = await duoport(['get', '-c', served.url('f'), '--json'], { cwd: here.path });
  assert.equal(got.code, 0, got.stderr);
  const line = JSON.parse(got.stdout) as { readonly offset: number; readonly bytes: number };
  assert.deepEqual([line.offset, line.bytes], [150_000, 50_000]);
  assert.equal(digest(await readFile(join(here.path, 'f'))), digest(bytes));

  await writeFile(join(served.folder, 'g'), bytes.subarray(0, 120_000));
  await writeFile(join(here.path, 'g'), bytes);
  const put = await duoport(['put', '-c', 'g', served.url(), '--json'], { cwd: here.path });
  assert.equal(put.code, 0, put.stderr);
  assert.equal((JSON.parse(put.stdout) as { readonly offset: number }).offset, 120_000);
  assert.equal(digest(await readFile(join(served.folder, 'g'))), digest(bytes));
});

test('cp copies from one server to another, one active and one passive', async () => {
  await using from = await serve(['--modes', 'active']);
  await using to = await serve(['--modes', 'passive']);
  const bytes = randomBytes(3_000_000);
  await writeFile(join(from.folder, 'a.bin'), bytes);
  const { code, stderr } = await duoport(['cp', from.url('*.bin'), to.url()]);
  assert.equal(code, 0, stderr);
  assert.equal(digest(await readFile(join(to.folder, 'a.bin'))), digest(bytes));
  assert.match(stderr, /go through this machine/);
});

test('a download that fails leaves the file that was there alone', async () => {
  await using served = await serve();
  await using here = await temporary();
  await writeFile(join(here.path, 'kept'), 'kept');
  const { code } = await duoport(['get', served.url('kept')], { cwd: here.path });
  assert.equal(code, 1);
  assert.equal(await readFile(join(here.path, 'kept'), 'utf8'), 'kept');
});
