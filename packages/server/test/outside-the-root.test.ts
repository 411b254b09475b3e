import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { mkdir, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { DiskFiles } from '@duoport/server';
import { temporaryDirectory } from './files-support.ts';
import { serve } from './serving.ts';
import { readAll } from './sockets.ts';

const above = [
  '../../etc/passwd',
  '/../../etc/passwd',
  'a/../../../etc/passwd',
  '....//etc/passwd',
  '//etc//passwd',
];

test('attack: ../../etc/passwd reaches nothing above the root', async (t) => {
  const root = temporaryDirectory(t);
  const { login } = await serve(t, { files: new DiskFiles(root) });
  const client = await login();
  await client.passive();
  for (const path of above) {
    for (const verb of [
      'RETR',
      'SIZE',
      'MDTM',
      'MLST',
      'DELE',
      'RNFR',
      'HASH',
      'STAT',
      'LIST',
      'NLST',
      'MLSD',
    ])
      await client.expect(550, `${verb} ${path}`);
    await client.expect(550, `STOR ${path}`);
  }
  for (const path of ['..', '/..', '../../..', 'x/../..']) {
    await client.expect(250, `CWD ${path}`);
    assert.match((await client.ask('PWD')).lines[0] ?? '', /^"\/" /);
  }
  // `..` stays at the root: etc/passwd is then a file of this store.
  await client.expect(257, 'MKD etc');
  await client.store('STOR ../../etc/passwd', 'ours');
  assert.equal(await readFile(join(root, 'etc/passwd'), 'utf8'), 'ours');
});

test('attack: a symlink out of the root is followed by no verb', async (t) => {
  const parent = temporaryDirectory(t);
  const root = join(parent, 'root');
  const outside = join(parent, 'outside');
  await mkdir(root);
  await mkdir(outside);
  await writeFile(join(outside, 'secret'), 'secret');
  await symlink(outside, join(root, 'absolute'));
  await symlink('../outside', join(root, 'relative'));
  await symlink('../outside/secret', join(root, 'file'));
  await symlink('/etc', join(root, 'etc'));
  await symlink('../outside/new', join(root, 'dangling'));
  const { login } = await serve(t, { files: new DiskFiles(root) });
  const client = await login();
  await client.passive();
  for (const link of ['absolute', 'relative', 'etc']) {
    for (const verb of ['CWD', 'MLSD', 'LIST', 'NLST', 'STAT']) {
      const { code } = await client.ask(`${verb} ${link}/`);
      assert.equal(code, 550, `${verb} ${link}`);
    }
    for (const verb of [
      'RETR',
      'STOR',
      'APPE',
      'DELE',
      'SIZE',
      'HASH',
      'MKD',
      'MLST',
      'RNFR',
      'SITE CHMOD 777',
    ])
      await client.expect(550, `${verb} ${link}/secret`);
  }
  for (const line of [
    'RETR file',
    'STOR file',
    'APPE file',
    'HASH file',
    'STOR dangling',
    'MFMT 20200101000000 file',
  ])
    await client.expect(550, line);
  assert.equal(await readFile(join(outside, 'secret'), 'utf8'), 'secret');
  await assert.rejects(readFile(join(outside, 'new')));
});

test('attack: SITE SYMLINK and RNTO make no way out', async (t) => {
  const parent = temporaryDirectory(t);
  const root = join(parent, 'root');
  await mkdir(root);
  await writeFile(join(parent, 'secret'), 'secret');
  const { login } = await serve(t, { files: new DiskFiles(root) });
  const client = await login();
  for (const target of ['../secret', join(parent, 'secret'), '/etc/passwd', 'd/../../secret']) {
    const { code } = await client.ask(`SITE SYMLINK ${target} link`);
    if (code < 400) {
      await client.passive();
      await client.expect(550, 'RETR link');
      await client.expect(250, 'DELE link');
    }
  }
  await client.expect(257, 'MKD d');
  await client.ask('SITE SYMLINK ../x d/link');
  await client.expect(350, 'RNFR d/link');
  // One folder up, the same text leads out of the root.
  if ((await client.ask('RNTO link')).code === 250) {
    await client.passive();
    await client.expect(550, 'STOR link');
  }
  await assert.rejects(readFile(join(parent, 'x')));
});

test('attack: a folder swapped for a symlink while it is being read', async (t) => {
  const parent = temporaryDirectory(t);
  const root = join(parent, 'root');
  await mkdir(join(root, 'folder'), { recursive: true });
  await mkdir(join(parent, 'outside'));
  for (let count = 0; count < 600; count += 1) writeFileSync(join(root, 'folder', `ours-${count}`), '');
  await writeFile(join(root, 'folder', 'f'), 'ours');
  await writeFile(join(parent, 'outside', 'f'), 'secret');
  await writeFile(join(parent, 'outside', 'theirs'), '');
  const { login } = await serve(t, { files: new DiskFiles(root) });
  const client = await login();
  let swapping = true;
  const swapped = (async () => {
    let rounds = 0;
    for (; swapping; rounds += 1) {
      await rename(join(root, 'folder'), join(root, 'away'));
      await symlink('../outside', join(root, 'folder'));
      await rm(join(root, 'folder'));
      await rename(join(root, 'away'), join(root, 'folder'));
    }
    return rounds;
  })();
  for (let round = 0; round < 60; round += 1) {
    const line = round % 3 === 0 ? 'MLSD folder' : 'RETR folder/f';
    const { socket } = await client.setUp();
    const { code } = await client.ask(line);
    if (code !== 150) {
      assert.ok(code === 550 || code === 450, String(code));
      continue;
    }
    const text = (await readAll(await socket).catch(() => Buffer.alloc(0))).toString();
    await client.reply();
    assert.ok(!text.includes('secret') && !text.includes('theirs'), `${line} showed what is outside`);
  }
  swapping = false;
  assert.ok((await swapped) > 0);
  assert.equal((await client.fetch('RETR folder/f')).toString(), 'ours');
  assert.match((await client.fetch('NLST folder')).toString(), /folder\/ours-599\r\n/);
});
