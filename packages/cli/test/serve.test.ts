import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { open, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { test } from 'node:test';
import { command, duoport, serve, temporary, within } from './command.ts';

test('--listen 127.0.0.1:0 tells the real port, and Ctrl-C ends it with code 0', async () => {
  await using served = await serve();
  assert.ok(served.port > 0);
  assert.equal(served.ready['folder'], served.folder);
  served.child.kill('SIGINT');
  const [code] = await once(served.child, 'exit');
  assert.equal(code, 0, served.stderr());
});

test('a running transfer holds up the first Ctrl-C but not the second', async () => {
  await using served = await serve(['--grace', '10m']);
  await sparse(join(served.folder, 'endless'), 2 ** 40);
  // Its output is not read, so it comes to a stand in the middle of the file.
  const [node = '', ...rest] = command;
  const reader = spawn(node, [...rest, 'cat', served.url('endless')], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  try {
    // Listened for before anything is ended, so that nothing can be missed.
    const exited = once(served.child, 'exit');
    assert.ok(served.child.stderr !== null);
    const lines = createInterface({ input: served.child.stderr });
    await once(reader.stdout, 'readable');
    assert.notEqual(reader.stdout.read(1), null, 'cat prints the beginning of the file');
    served.child.kill('SIGINT');
    const [line] = (await Promise.race([once(lines, 'line'), exited.then(() => ['it has ended'])])) as [
      string,
    ];
    assert.match(line, /^Closing: one session may finish/);
    served.child.kill('SIGINT');
    const [code] = await exited;
    assert.equal(code, 0);
  } finally {
    reader.kill('SIGKILL');
  }
});

test('sessions and transfers are told as JSON: who, mode, bytes', async () => {
  await using served = await serve(['--user', 'guest:g:ro']);
  await writeFile(join(served.folder, 'f'), 'hello');
  const guest = served.url('f').replace('u:p@', 'guest:g@');
  const got = await duoport(['get', guest, '-o', '-', '--mode', 'active']);
  assert.equal(got.stdout, 'hello', got.stderr);
  const event = await served.event('transfer');
  assert.equal(event['user'], 'guest');
  assert.equal(event['mode'], 'active');
  assert.equal(event['bytes'], 5);
  const refused = await duoport(['rm', guest]);
  assert.equal(refused.code, 1);
  assert.match(refused.stderr, /55\d/);
});

test('the password comes from a file, the environment or .netrc, and is not printed', async () => {
  await using served = await serve();
  await using here = await temporary();
  await writeFile(join(served.folder, 'f'), 'hello');
  const url = `ftp://u@127.0.0.1:${served.port}/f`;
  await writeFile(join(here.path, 'pw'), 'p\n');
  await writeFile(join(here.path, '.netrc'), 'machine 127.0.0.1 login u password p\n');
  const ways = [
    await duoport(['cat', url, '--password-file', join(here.path, 'pw'), '--trace']),
    await duoport(['cat', url, '--trace'], { env: { DUOPORT_PASSWORD: 'p' } }),
    await duoport(['cat', url.replace('u@', ''), '--trace'], { env: { HOME: here.path } }),
  ];
  for (const { code, stdout, stderr } of ways) {
    assert.equal(code, 0, stderr);
    assert.equal(stdout, 'hello');
    assert.doesNotMatch(stderr, /PASS p/);
  }
  const none = await duoport(['cat', url]);
  assert.equal(none.code, 1);
  assert.match(none.stderr, /no password for u .*--password-file/);
  const wrong = await duoport(['cat', url], { env: { DUOPORT_PASSWORD: 'topsecret' } });
  assert.equal(wrong.code, 1);
  assert.doesNotMatch(wrong.stderr, /topsecret/);
});

/** A file of this size that takes no room on the disk. */
async function sparse(path: string, size: number): Promise<void> {
  const file = await open(path, 'w');
  await file.truncate(size);
  await file.close();
}

test('bad values are refused with the flag, the fix and exit code 2', async () => {
  await using here = await temporary();
  const cases: readonly (readonly [readonly string[], RegExp])[] = [
    [
      ['serve', here.path, '--passive-ports', '50100-50000'],
      /--passive-ports.*wrong way round: write 50000-50100/,
    ],
    [['serve', here.path, '--listen', '70000'], /--listen.*Port 70000 does not exist/],
    [['serve', 'gone'], /gone: there is no such folder/],
    [
      ['serve', here.path, '--tls-cert', 'no.pem', '--tls-key', 'no.key'],
      /--tls-cert no\.pem: cannot be read/,
    ],
    [['serve', here.path, '--user', 'nobody'], /--user.*NAME:PASSWORD/],
    [['serve', '--require-tls', here.path], /--require-tls: It needs a certificate/],
    [['serve', here.path, '--modes', 'auto'], /--modes.*passive,active/],
    [['get', 'file.txt'], /ftp:\/\//],
    [['get'], /missing required argument/],
    [['get', 'ftp://h/a', '--mode', 'sideways'], /--mode.*passive/],
    [['put', 'a', 'b', 'ftp://h/x'], /end the URL with a slash/],
    [['frobnicate'], /unknown command/],
    [[], /Usage/],
  ];
  for (const [words, message] of cases) {
    const { code, stderr } = await within(words);
    assert.match(stderr.replace(/\s+/g, ' '), message, words.join(' '));
    assert.equal(code, 2, words.join(' '));
  }
});

test('an error is a JSON object too, and the exit code says that it failed', async () => {
  await using served = await serve();
  const { code, stdout } = await duoport(['get', served.url('gone'), '--json', '-o', '-']);
  assert.equal(code, 1);
  const error = JSON.parse(stdout) as Readonly<Record<string, unknown>>;
  assert.deepEqual(
    [error['event'], error['code'], error['verb'], error['reply']],
    ['error', 'FTP_REPLY', 'RETR', 550],
  );
});

test('help and version go to standard output with code 0', async () => {
  for (const words of [['--help'], ['get', '--help'], ['--version']]) {
    const { code, stdout } = await duoport(words);
    assert.equal(code, 0);
    assert.notEqual(stdout, '');
  }
});

test('a port that is in use is named', async () => {
  await using served = await serve();
  await using here = await temporary();
  const { code, stderr } = await duoport(['serve', here.path, '--listen', `127.0.0.1:${served.port}`]);
  assert.equal(code, 1);
  assert.match(stderr, new RegExp(`${served.port}`));
});
