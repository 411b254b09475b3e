import assert from 'node:assert/strict';
import { mkdir, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { test } from 'node:test';
import { run } from 'duoport';
import { duoport, serve } from './command.ts';
import { userPlace } from './user-place.ts';

test('users are added, shown, changed and removed', async (t) => {
  const { path, file, user, good } = await userPlace(t);
  const added = await good(
    [
      'add',
      'ann',
      '--directory',
      path,
      '--permissions',
      'read',
      '--sessions',
      '3',
      '--expires',
      '2099-01-31',
    ],
    'correct horse\n',
  );
  assert.equal(added, `User ann was added to ${file}.\n`);
  assert.equal((await stat(file)).mode & 0o777, 0o600);
  assert.deepEqual(lines(await good(['show', 'ann'])), [
    'ann',
    '  password    argon2id',
    `  directory   ${path}`,
    '  permissions list,read',
    '  expires     2099-01-31T00:00:00.000Z',
    '  sessions    3',
  ]);
  const twice = await user(['add', 'ann'], 'x\n');
  assert.deepEqual([twice.code, twice.stderr], [1, 'duoport: There is a user ann already.\n']);
  await good([
    'set',
    'ann',
    '--clear',
    'sessions',
    '--clear',
    'permissions',
    '--disable',
    '--rate-up',
    '500k',
  ]);
  const shown = JSON.parse(await good(['show', 'ann', '--json']));
  assert.deepEqual(shown.rules, {
    directory: path,
    expires: Date.UTC(2099, 0, 31),
    enabled: false,
    rateUp: 500_000,
  });
  assert.equal(JSON.stringify(shown).includes('$argon2'), false);
  assert.match(await good(['list']), /^ann {3}\S+ {3}switched off\n$/);
  await good(['remove', 'ann']);
  assert.equal(await good(['list']), '');
  assert.equal((await user(['show', 'ann'])).stderr, 'duoport: There is no user ann.\n');
});

test('permissions by path and more folders are kept, shown, and hold', async (t) => {
  const { path, file, good } = await userPlace(t);
  for (const name of ['own', 'shared']) await mkdir(join(path, name));
  await mkdir(join(path, 'own', 'in'));
  await writeFile(join(path, 'shared', 'x.txt'), 'x');
  const rules = [
    '--path',
    '/in=write',
    '--path',
    '/shared=read',
    '--folder',
    `/shared=${join(path, 'shared')}`,
  ];
  await good(['add', 'ann', '--directory', join(path, 'own'), '--permissions', 'list', ...rules], 'p\n');
  assert.deepEqual(lines(await good(['show', 'ann'])).slice(2), [
    `  directory   ${join(path, 'own')}`,
    '  permissions list',
    '  path        /in=write   /shared=list,read',
    `  folder      /shared=${join(path, 'shared')}`,
  ]);
  await using server = await serve(['--accounts', file], path);
  const url = (at: string) => server.url(at).replace('u:p@', 'ann:p@');
  assert.equal((await duoport(['cat', url('shared/x.txt')])).stdout, 'x');
  assert.equal((await duoport(['put', '-', url('in/y.txt')], { input: 'y' })).code, 0);
  assert.match((await readdir(join(path, 'own', 'in'))).join(), /^y\.txt\.\w+$/);
  assert.equal((await duoport(['put', '-', url('shared/y.txt')], { input: 'y' })).code, 1);
});

test('quota, allowance and times are kept and shown, counted on the disk, and gone with their user', async (t) => {
  const { path, user, good } = await userPlace(t);
  const [own, shared] = [join(path, 'own'), join(path, 'shared')];
  for (const folder of [own, shared, join(own, 'deep')]) await mkdir(folder);
  await writeFile(join(own, 'deep', 'x'), 'x'.repeat(100));
  await writeFile(join(shared, 'y'), 'y'.repeat(1000));
  const words = ['--quota', '10k', '--quota-files', '5', '--folder', `/s=${shared}`, '--quota-folder', '/s'];
  const more = [
    '--allowance-up',
    '1G',
    '--allowance-period',
    'week',
    '--times',
    'sat',
    '--times',
    'mon-fri 08:00-18:00',
  ];
  await good(['add', 'ann', '--directory', own, ...words, ...more, '--time-zone', 'Europe/Berlin'], 'p\n');
  assert.deepEqual(lines(await good(['show', 'ann'])).slice(3), [
    `  folder           /s=${shared}`,
    '  quota            10,000 bytes',
    '  quota-files      5 files and folders',
    '  quota-folder     /s',
    '  allowance-up     1,000,000,000 bytes',
    '  allowance-period week',
    '  times            sat, mon-fri 08:00-18:00',
    '  time-zone        Europe/Berlin',
    '  stored           0 of 10,000 bytes, 0 of 5 files and folders',
    '  moved up         0 of 1,000,000,000 bytes',
  ]);
  const counted = 'ann: 1,100 bytes, 3 files and folders; ';
  assert.equal(await good(['rescan', 'ann']), `${counted}booked were 0 bytes, 0 files and folders.\n`);
  assert.equal(await good(['rescan']), `${counted}as it was booked.\n`);
  assert.match(await good(['list']), /stored 1,100 of 10,000 bytes, 3 of 5 files and folders/);
  const { usage } = JSON.parse(await good(['show', 'ann', '--json']));
  assert.deepEqual(usage.used, { bytes: 1100, files: 3 });
  // Two who share a pool, in one folder: it counts once.
  await good(['set', 'ann', '--quota-pool', 'team', '--clear', 'quota-folder']);
  await good(
    ['add', 'bob', '--directory', join(own, 'deep'), '--quota', '10k', '--quota-pool', 'team'],
    'p\n',
  );
  assert.match(await good(['rescan', 'bob']), /^ann, bob: 100 bytes, 2 files and folders; /);
  await good(['remove', 'ann']);
  await good(['add', 'ann', '--directory', own, '--quota', '1k'], 'p\n');
  assert.match(await good(['show', 'ann']), /stored {6}0 of 1,000 bytes/);
  await rm(own, { recursive: true });
  assert.match((await user(['rescan', 'ann'])).stderr, /^duoport: ENOENT: no such file/);
  assert.match((await user(['rescan', 'eve'])).stderr, /There is no user eve/);
  assert.match((await user(['set', 'ann', '--times', 'noon'])).stderr, /times are written/);
});

test('what is wrong is said with what would do', async (t) => {
  const { file, user } = await userPlace(t);
  const absent = await user(['list']);
  assert.equal(absent.code, 1);
  assert.match(absent.stderr, new RegExp(`There are no accounts: ${file} does not exist`));
  for (const [words, message] of [
    [['add', 'a', '--permissions', 'fly'], /Permissions are all, read, or some of list,read/],
    [['add', 'a', '--expires', '2027-02-31'], /A time is written 2027-01-31/],
    [['add', 'a', '--networks', '10.0.0.0/99'], /networks: /],
    [['add', 'a', '--group', 'none'], /There is no group none/],
    [['add', 'a\nb'], /A name has 1 to 255 characters/],
    [['add', 'a', '--path', 'in=write'], /It is written PATH=VALUE/],
    [['add', 'a', '--path', '/a/../b=write'], /is no path like \/in/],
    [['set', 'a', '--clear', 'colour'], /The rules are directory, home/],
    [['add', 'a', '--hash'], /no hash that can be verified/],
  ] as const) {
    const ended = await user(words, 'secret\n');
    assert.notEqual(ended.code, 0);
    assert.match(ended.stderr, message);
    assert.doesNotMatch(ended.stderr, /secret/);
  }
  assert.match((await user(['add', 'a'], '')).stderr, /No password was given/);
  assert.match((await user(['add', 'a'], 'x'.repeat(600))).stderr, /at most 512 bytes/);
});

test('on a terminal the password is asked for twice, and never shown', async (t) => {
  const { file, good } = await userPlace(t);
  const ask = async (answers: readonly string[]) => {
    const stdin = Object.assign(new PassThrough(), { isTTY: true, setRawMode: () => undefined });
    const stderr = new PassThrough();
    let said = '';
    const left = [...answers];
    stderr.on('data', (chunk) => {
      said += String(chunk);
      if (/: $/.test(String(chunk))) stdin.write(`${left.shift() ?? ''}\r`);
    });
    const { signal } = new AbortController();
    const code = await run(['user', 'add', 'ann', '--accounts', file], {
      stdin,
      stdout: new PassThrough(),
      stderr,
      env: {},
      interrupt: signal,
      terminate: signal,
    });
    return { code, said };
  };
  const wrong = await ask(['one secret', 'another']);
  assert.equal(wrong.code, 2);
  assert.match(wrong.said, /The two passwords are not the same/);
  const right = await ask(['one secret', 'one secret']);
  assert.deepEqual(right, { code: 0, said: 'Password for ann: \nOnce more: \n' });
  assert.match(await good(['list']), /ann/);
});

test('a group says what its users do not', async (t) => {
  const { file, good } = await userPlace(t);
  const group = (words: readonly string[]) => duoport(['group', ...words, '--accounts', file]);
  assert.equal((await group(['set', 'staff', '--require-tls', 'both', '--modes', 'passive'])).code, 0);
  await good(['add', 'ann', '--group', 'staff', '--modes', 'passive,active'], 'p\n');
  assert.deepEqual(lines(await good(['show', 'ann'])), [
    'ann',
    '  password    argon2id',
    '  group       staff',
    '  modes       passive,active',
    '  require-tls both (group staff)',
  ]);
  assert.match((await group(['remove', 'staff'])).stderr, /not empty: ann is in it/);
  assert.equal((await group(['list'])).stdout, 'staff\n  require-tls both\n  modes       passive\n');
  await good(['set', 'ann', '--group', '']);
  assert.equal((await group(['remove', 'staff'])).code, 0);
});

function lines(text: string): string[] {
  return text.trimEnd().split('\n');
}
