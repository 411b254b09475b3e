import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdir, readFile, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { test } from 'node:test';
import { decodeText, encodeText } from '@duoport/protocol';
import { connect, type FtpClient, type Progress } from '../src/index.ts';
import { ownServer } from './own-server.ts';

async function names(ftp: FtpClient, path?: string): Promise<readonly string[]> {
  const found: string[] = [];
  for await (const entry of ftp.list(path)) found.push(entry.name);
  return found.sort();
}

async function text(ftp: FtpClient, path: string): Promise<string> {
  const stream = new PassThrough();
  const reading = buffer(stream);
  await ftp.get(path, stream);
  return (await reading).toString();
}

test('directories: made, entered, listed, removed', async (t) => {
  const { url } = await ownServer(t);
  await using ftp = await connect(url);
  assert.equal(await ftp.makeDirectory('/a/b c/"d"', { parents: true }), '/a/b c/"d"');
  await ftp.cd('a/b c');
  assert.equal(await ftp.pwd(), '/a/b c');
  assert.deepEqual(await names(ftp), ['"d"']);
  await ftp.cd('..');
  assert.equal(await ftp.pwd(), '/a');
  await ftp.removeDirectory('b c/"d"');
  await assert.rejects(ftp.removeDirectory('nowhere'), { code: 'FTP_REPLY', verb: 'RMD' });
});

test('files: renamed, removed, described', async (t) => {
  const { url, root } = await ownServer(t);
  await using ftp = await connect(url);
  await ftp.put(Buffer.from('hello'), 'f');
  const at = Date.UTC(2020, 1, 29, 12, 30, 15);
  await ftp.touch('f', at);
  await ftp.chmod('f', 0o640);
  assert.equal((await stat(join(root, 'f'))).mtimeMs, at);
  assert.equal((await stat(join(root, 'f'))).mode & 0o777, 0o640);
  assert.equal(await ftp.size('f'), 5);
  assert.equal(await ftp.modified('f'), at);
  const entry = await ftp.stat('f');
  assert.deepEqual([entry.name, entry.type, entry.size, entry.modified], ['f', 'file', 5, at]);
  await ftp.rename('f', 'g');
  await ftp.remove('g');
  await assert.rejects(ftp.stat('g'), { code: 'FTP_REPLY' });
  await assert.rejects(ftp.rename('g', 'h'), { code: 'FTP_REPLY', verb: 'RNFR' });
});

test('the digest of a file', async (t) => {
  const { url, root } = await ownServer(t);
  await writeFile(join(root, 'f'), 'hello');
  await using ftp = await connect(url);
  const digest = createHash('sha256').update('hello').digest('hex');
  assert.deepEqual(await ftp.hash('f', { algorithm: 'sha256' }), { algorithm: 'SHA-256', digest });
});

test('odd names are listed, fetched and removed', async (t) => {
  const { url } = await ownServer(t);
  await using ftp = await connect(url);
  const odd = [
    '-rf',
    'with space',
    ' leading',
    'trailing ',
    '"quoted"',
    'ünïcödé',
    '*',
    "it's",
    decodeText(Uint8Array.of(0x66, 0xe9)),
  ];
  for (const name of odd) await ftp.put(encodeText(name), name);
  assert.deepEqual(await names(ftp), [...odd].sort());
  for (const name of odd) {
    assert.deepEqual(Buffer.from(await text(ftp, name), 'utf8').length > 0, true);
    await ftp.remove(name);
  }
  assert.deepEqual(await names(ftp), []);
});

test('appending, and a name that the server chooses', async (t) => {
  const { url } = await ownServer(t);
  await using ftp = await connect(url);
  await ftp.append(Buffer.from('hello '), 'f');
  await ftp.append(Buffer.from('world'), 'f');
  assert.equal(await text(ftp, 'f'), 'hello world');
  const { path } = await ftp.putUnique(Buffer.from('unique'));
  assert.ok(path !== undefined);
  assert.equal(await text(ftp, path), 'unique');
});

test('a download and an upload go on where they stopped', async (t) => {
  const { url, root } = await ownServer(t);
  await mkdir(join(root, 'local'));
  const local = join(root, 'local', 'f');
  await using ftp = await connect(url);
  await ftp.put(Buffer.from('hello world'), 'f');
  await writeFile(local, 'hello ');
  const got = await ftp.get('f', local, { resume: true });
  assert.deepEqual([got.bytes, got.offset], [5, 6]);
  assert.equal(await readFile(local, 'utf8'), 'hello world');
  await ftp.put(Buffer.from('hello '), 'f');
  const put = await ftp.put(local, 'f', { resume: true });
  assert.deepEqual([put.bytes, put.offset], [5, 6]);
  assert.equal(await text(ftp, 'f'), 'hello world');
  assert.equal((await ftp.put(local, 'new', { resume: true })).bytes, 11);
  await writeFile(local, 'longer than the remote file');
  await assert.rejects(ftp.get('f', local, { resume: true }), { code: 'FTP_LOCAL_PROTOCOL' });
});

test('ASCII transfers convert line ends', async (t) => {
  const { url } = await ownServer(t);
  await using ftp = await connect(url);
  await ftp.put(Buffer.from('a\nb\n'), 'f', { type: 'ascii' });
  const stream = new PassThrough();
  const reading = buffer(stream);
  await ftp.get('f', stream, { type: 'ascii' });
  assert.equal((await reading).toString(), 'a\nb\n');
});

test('progress counts up to the size', async (t) => {
  const { url, root } = await ownServer(t);
  await writeFile(join(root, 'f'), new Uint8Array(3_000_000));
  await using ftp = await connect(url);
  const seen: Progress[] = [];
  await ftp.get('f', { write: () => undefined }, { onProgress: (progress) => seen.push(progress) });
  assert.deepEqual(seen.at(-1), { bytes: 3_000_000, offset: 0, total: 3_000_000 });
  assert.ok(seen.every((progress, index) => index === 0 || progress.bytes >= (seen[index - 1]?.bytes ?? 0)));
});

test('an aborted upload leaves the client usable', async (t) => {
  const { url, root } = await ownServer(t);
  await using ftp = await connect(url);
  const controller = new AbortController();
  const endless = async function* () {
    for (let count = 0; ; count++) {
      if (count === 3) controller.abort(new Error('enough'));
      yield new Uint8Array(1_000_000);
    }
  };
  await assert.rejects(ftp.put(endless(), 'f', { signal: controller.signal }), /enough/);
  await writeFile(join(root, 'g'), 'hello');
  assert.equal(await text(ftp, 'g'), 'hello');
});

test('a file that is gone at the server leaves the local one alone', async (t) => {
  const { url, root } = await ownServer(t);
  const local = join(root, 'local');
  await writeFile(local, 'precious');
  await utimes(local, 1, 1);
  await using ftp = await connect(url);
  await assert.rejects(ftp.get('nowhere', local), { code: 'FTP_REPLY', verb: 'RETR' });
  assert.equal(await readFile(local, 'utf8'), 'precious');
});
