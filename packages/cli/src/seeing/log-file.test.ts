import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readFile, rename, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { LogFile } from './log-file.ts';

async function place(t: TestContext) {
  const folder = await mkdtemp(join(tmpdir(), 'duoport-log-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const path = join(folder, 'a.log');
  const told: string[] = [];
  const waiting = new Set<() => void>();
  const tell = (text: string) => {
    told.push(text);
    for (const look of waiting) look();
  };
  /** When this has been told. */
  const heard = (pattern: RegExp) =>
    new Promise<void>((resolve) => {
      const look = () => told.some((text) => pattern.test(text)) && resolve();
      waiting.add(look);
      look();
    });
  return { folder, path, told, heard, file: new LogFile(path, { setting: 'logs.file', tell }) };
}

test('lines are there in their order when it is closed; a new file has its header, an old one goes on', async (t) => {
  const { path, told } = await place(t);
  for (let round = 0; round < 2; round += 1) {
    const file = new LogFile(path, {
      setting: 'logs.w3c',
      header: () => '#top\n',
      tell: (text) => told.push(text),
    });
    await file.open();
    for (let line = 0; line < 3; line += 1) file.write(`${round}.${line}`);
    await file.close();
  }
  assert.equal(await readFile(path, 'utf8'), '#top\n0.0\n0.1\n0.2\n1.0\n1.1\n1.2\n');
  assert.deepEqual(told, []);
});

test('a file that was moved away is left when it is told, and none of its lines is lost', async (t) => {
  const { path, file } = await place(t);
  await file.open();
  file.write('one');
  await new Promise((resolve) => setImmediate(resolve));
  await rename(path, `${path}.1`);
  file.reopen();
  file.write('two');
  await file.close();
  const both = (await readFile(`${path}.1`, 'utf8').catch(() => '')) + (await readFile(path, 'utf8'));
  assert.equal(both, 'one\ntwo\n');
});

test('a full disk: what waits is bounded, the rest is counted, both ends of it are told once', async (t) => {
  const { path, file, told, heard } = await place(t);
  await symlink('/dev/full', path);
  await file.open();
  const line = 'x'.repeat(1023);
  for (let count = 0; count < 1500; count += 1) file.write(line);
  await heard(/cannot be written to \(ENOSPC\)/);
  assert.equal(file.lost, 1500 - 1024);
  await rm(path);
  file.reopen();
  await heard(/is written to again; 476 lines were lost/);
  await file.close();
  assert.equal((await readFile(path, 'utf8')).split('\n').length - 1, 1024);
  assert.equal(told.length, 2);
});

test('a folder that is taken away and comes back', async (t) => {
  const { folder, path, file, heard } = await place(t);
  await file.open();
  await rm(folder, { recursive: true });
  file.reopen();
  file.write('lost in between');
  await heard(/ENOENT/);
  await mkdir(folder);
  file.reopen();
  await heard(/written to again; no lines were lost/);
  await file.close();
  assert.equal(await readFile(path, 'utf8'), 'lost in between\n');
});

test('one that cannot be opened is refused at the start', async (t) => {
  const { folder } = await place(t);
  const file = new LogFile(join(folder, 'none', 'a.log'), { setting: 'logs.xferlog', tell: () => undefined });
  await assert.rejects(file.open(), /logs\.xferlog .*none\/a\.log: cannot be written to \(ENOENT\)/);
  await file.close();
});
