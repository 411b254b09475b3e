import assert from 'node:assert/strict';
import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { test } from 'node:test';
import { run } from 'duoport';
import { duoport, serve, temporary } from './command.ts';

test('config init --yes writes a file that serve takes, readable by its owner only, and writes over none', async () => {
  await using here = await temporary();
  const made = await duoport(['config', 'init', '--yes'], { cwd: here.path });
  assert.equal(made.code, 0, made.stderr);
  const [, password = ''] = /made up: (\S+)/.exec(made.stdout) ?? [];
  const file = join(here.path, 'duoport.yaml');
  assert.equal((await stat(file)).mode & 0o777, 0o600);
  const text = await readFile(file, 'utf8');
  assert.match(text, new RegExp(`password: ${password}`));
  const again = await duoport(['config', 'init', '--yes'], { cwd: here.path });
  assert.equal(again.code, 2);
  assert.match(again.stderr, /is there already: name another file, or add --force/);
  assert.equal(await readFile(file, 'utf8'), text);
  // What is served is beside it, and not it.
  assert.deepEqual((await readdir(here.path)).sort(), ['duoport.yaml', 'files']);
  const checked = await duoport(['config', 'check'], { cwd: here.path });
  assert.deepEqual([checked.code, checked.stderr], [0, '']);
  await using served = await serve(['--config', file], here.path);
  const got = await duoport(['ls', served.url(), '--insecure']);
  assert.match(got.stdout, /duoport\.yaml/, got.stderr);
});

test('config init asks, says what is wrong with an answer, and asks again', async () => {
  await using here = await temporary();
  const file = join(here.path, 'made.yaml');
  const asked = await wizard(
    ['config', 'init', file],
    [
      [/Which folder/, 'files'],
      [/is not there\. Make it\?/, ''],
      [/On which port\?/, '99999'],
      [/does not exist.*\n.*On which port/, '2121'],
      [/Name of the first user/, 'alice'],
      [/Password/, 'typed in secret'],
      [/May alice change files/, 'perhaps'],
      [/Write yes or no.*\n.*May alice change/, 'no'],
      [/anonymous/, 'yes'],
      [/Ports for passive/, '40000-40010'],
      [/behind NAT/, 'ftp.example.org'],
      [/Certificate/, ''],
      [/without TLS/, 'yes'],
    ],
  );
  assert.equal(asked.code, 0, asked.stderr);
  assert.doesNotMatch(asked.stderr, /typed in secret/);
  const printed = await duoport(['config', 'print', file, '--json', '--passive-ports', '41000'], {
    env: { DUOPORT_LIMITS_SESSIONS: '7' },
  });
  const all = JSON.parse(printed.stdout) as Record<string, { value: unknown; origin: { kind: string } }>;
  const of = (path: string) => [all[path]?.value, all[path]?.origin.kind];
  assert.deepEqual(of('directory'), [join(here.path, 'files'), 'file']);
  assert.deepEqual(of('listeners'), [[2121], 'file']);
  const user = { name: 'alice', password: '********', permissions: 'read', home: '/' };
  assert.deepEqual(of('users'), [[user], 'file']);
  assert.deepEqual(of('anonymous.enabled'), [true, 'file']);
  assert.deepEqual(of('passive.ports'), ['41000-41000', 'flag']);
  assert.deepEqual(of('passive.addresses'), [[{ address: 'ftp.example.org' }], 'file']);
  assert.deepEqual(of('limits.sessions'), [7, 'environment']);
  assert.deepEqual(of('tls.require'), ['both', 'file']);
  assert.deepEqual(of('timeouts.idle'), ['5m', 'default']);
  assert.match(await readFile(file, 'utf8'), /typed in secret/);
});

test('config init writes over a file only when that is wanted, and nothing when the terminal goes away', async () => {
  await using here = await temporary();
  const file = join(here.path, 'there.yaml');
  await writeFile(file, 'workers: 2\n');
  const kept = await wizard(['config', 'init', file], [[/Write over it\?/, 'no']]);
  assert.deepEqual([kept.code, await readFile(file, 'utf8')], [1, 'workers: 2\n']);
  const gone = await wizard(['config', 'init', join(here.path, 'new.yaml')], [[/Which folder/, undefined]]);
  assert.equal(gone.code, 1);
  assert.match(gone.stderr, /Nothing was written/);
  const nobody = await duoport(['config', 'init'], { cwd: here.path });
  assert.match(nobody.stderr, /Nobody is at the terminal/);
  assert.deepEqual(await readdir(here.path), ['there.yaml']);
});

test('config print is a settings file itself, and shows no password', async () => {
  await using here = await temporary();
  const file = join(here.path, 'd.yaml');
  await writeFile(
    file,
    'users: [{name: a, password: hunter2}]\ndirectory: files\nlisteners: [{port: 990, tls: implicit}, "[::1]:21"]\npassive: {addresses: ["10.0.0.0/8=local:+5"]}\ntls: {self-signed: true}\n',
  );
  const first = await duoport(['config', 'print', file]);
  assert.doesNotMatch(first.stdout, /hunter2/);
  assert.match(first.stdout, /ports: 50000-50100 +# default/);
  assert.match(first.stdout, /listeners: +# \S*d\.yaml:3/);
  const copy = join(here.path, 'copy.yaml');
  await writeFile(copy, first.stdout);
  const second = await duoport(['config', 'print', copy]);
  const values = (text: string) => text.split('\n').map((line) => line.replace(/ *# .*$/, ''));
  assert.deepEqual(values(second.stdout), values(first.stdout));
});

test('config check: a folder that is not there, a file that cannot be had, a certificate that is none', async () => {
  await using here = await temporary();
  const check = async (text: string) => {
    await writeFile(join(here.path, 'd.yaml'), text);
    const { code, stderr } = await duoport(['config', 'check', 'd.yaml'], { cwd: here.path });
    assert.equal(code, 2, stderr);
    return stderr;
  };
  await mkdir(join(here.path, 'files'));
  assert.match(
    await check('workers: 1\ndirectory: gone\n'),
    /d\.yaml, line 2: directory \S+gone: there is no such folder/,
  );
  const user = 'users: [{name: a, password: b, directory: gone}]\n';
  assert.match(await check(user), /d\.yaml, line 1: users 1\.directory \S+gone: there is no such folder/);
  await writeFile(join(here.path, 'junk.pem'), 'junk');
  assert.match(
    await check('tls:\n  certificate: junk.pem\n  key: junk.pem\n'),
    /d\.yaml, line 2: tls\.certificate \S+junk\.pem: is not a PEM certificate/,
  );
  const missing = await duoport(['config', 'check', 'nowhere.yaml'], { cwd: here.path });
  assert.match(missing.stderr, /nowhere\.yaml: cannot be read: there is no such file/);
});

/** Answers each prompt when it comes; undefined closes the terminal. */
async function wizard(
  words: readonly string[],
  answers: readonly (readonly [RegExp, string | undefined])[],
): Promise<{ readonly code: number; readonly stderr: string }> {
  const stdin = Object.assign(new PassThrough(), { isTTY: true, setRawMode: () => undefined });
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  const left = [...answers];
  let all = '';
  let since = '';
  stderr.setEncoding('utf8').on('data', (text: string) => {
    all += text;
    since += text;
    const [expected] = left;
    // The end of a prompt, and maybe what the line editor does with the cursor.
    if (expected === undefined || !expected[0].test(since) || !/[\]:] (?:\x1b\[\d*[A-Z])*$/.test(since))
      return;
    left.shift();
    since = '';
    if (expected[1] === undefined) stdin.end();
    else stdin.write(`${expected[1]}\r`);
  });
  stdout.resume();
  const { signal } = new AbortController();
  const code = await run(words, { stdin, stdout, stderr, env: {}, interrupt: signal, terminate: signal });
  assert.deepEqual(left, [], all);
  return { code, stderr: all };
}
