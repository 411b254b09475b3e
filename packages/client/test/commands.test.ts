import assert from 'node:assert/strict';
import { test } from 'node:test';
import { connect } from '../src/index.ts';
import { scripted } from './scripted-server.ts';

const options = { tls: 'none' } as const;

test('CR, LF and NUL in a name send nothing', async (t) => {
  const server = await scripted(t);
  await using ftp = await connect(server.url, options);
  const before = server.lines.length;
  for (const name of ['a\r\nDELE b', 'a\nb', 'a\rb', 'a\0b']) {
    await assert.rejects(ftp.remove(name), { code: 'FTP_LOCAL_PROTOCOL' });
    await assert.rejects(ftp.command('SITE', name), { code: 'FTP_LOCAL_PROTOCOL' });
    await assert.rejects(ftp.rename('x', name), { code: 'FTP_LOCAL_PROTOCOL' });
  }
  assert.ok(!server.lines.slice(before).some((line) => line.includes('DELE')));
  assert.equal(await ftp.pwd(), '/');
});

test('calls made at once run one after the other, in order', async (t) => {
  const server = await scripted(t, { DELE: '250 gone' });
  await using ftp = await connect(server.url, options);
  await Promise.all(['1', '2', '3', '4'].map((name) => ftp.remove(name)));
  assert.deepEqual(server.lines.slice(-4), ['DELE 1', 'DELE 2', 'DELE 3', 'DELE 4']);
});

test('a call given up in the queue is never sent, one given up on its way does not shift the replies', async (t) => {
  const server = await scripted(t, { DELE: '' });
  await using ftp = await connect(server.url, options);
  const first = new AbortController();
  const second = new AbortController();
  const removing = ftp.remove('1', { signal: first.signal });
  const waiting = ftp.remove('2', { signal: second.signal });
  const here = ftp.pwd();
  second.abort(new Error('never mind'));
  await assert.rejects(waiting, /never mind/);
  first.abort(new Error('too slow'));
  await assert.rejects(removing, /too slow/);
  server.say('250 gone');
  assert.equal(await here, '/');
  assert.ok(!server.lines.includes('DELE 2'));
});

test('a reply that never comes closes the connection', async (t) => {
  const server = await scripted(t, { DELE: '' });
  await using ftp = await connect(server.url, { ...options, timeouts: { reply: 50 } });
  await assert.rejects(ftp.remove('x'), { code: 'FTP_TIMEOUT', channel: 'control' });
  assert.equal(ftp.closed, true);
});

test('421 in answer to a command closes the client', async (t) => {
  const server = await scripted(t, { DELE: '421 going down' });
  await using ftp = await connect(server.url, options);
  await assert.rejects(ftp.remove('x'), { code: 'FTP_REPLY' });
  assert.equal(ftp.closed, true);
});

test('commands that would open a data connection or change TLS are refused', async (t) => {
  const server = await scripted(t);
  await using ftp = await connect(server.url, options);
  for (const verb of ['pasv', 'PORT', 'RETR', 'LIST', 'AUTH', 'PROT', 'QUIT', 'ABOR']) {
    await assert.rejects(ftp.command(verb, 'x'), { code: 'FTP_LOCAL_PROTOCOL' });
  }
  assert.equal((await ftp.command('noop')).code, 200);
});

test('directories with their parents', async (t) => {
  const made = new Set<string>();
  const server = await scripted(t, {
    MKD: (path, it) => {
      const parent = path.slice(0, path.lastIndexOf('/'));
      if (made.has(path) || (parent !== '' && !made.has(parent))) return it.say('550 no');
      made.add(path);
      return it.say(`257 "${path}" created`);
    },
    CWD: (path, it) => it.say(path === '/' || made.has(path) ? '250 ok' : '550 no'),
  });
  await using ftp = await connect(server.url, options);
  assert.equal(await ftp.makeDirectory('/a/b/c', { parents: true }), '/a/b/c');
  assert.deepEqual([...made], ['/a', '/a/b', '/a/b/c']);
  assert.equal(await ftp.makeDirectory('/a/b/c', { parents: true }), '/a/b/c');
  await assert.rejects(ftp.makeDirectory('/a/b/c'), { code: 'FTP_REPLY' });
});

test('the digest of a file by HASH, and by an older verb', async (t) => {
  const digest = 'ab'.repeat(32);
  const modern = await scripted(t, {
    FEAT: '211-F\r\n HASH SHA-1;SHA-256*;MD5\r\n211 End',
    OPTS: '200 SHA-256',
    HASH: `213 SHA-256 0-49 ${digest.toUpperCase()} f`,
  });
  const old = await scripted(t, { FEAT: '211-F\r\n XSHA256\r\n XMD5\r\n211 End', XSHA256: `250 ${digest}` });
  for (const server of [modern, old]) {
    await using ftp = await connect(server.url, options);
    assert.deepEqual(await ftp.hash('f'), { algorithm: 'SHA-256', digest });
    await assert.rejects(ftp.hash('f', { algorithm: 'sha512' }), { code: 'FTP_LOCAL_PROTOCOL' });
  }
});

test('after close nothing is sent', async (t) => {
  const server = await scripted(t);
  const ftp = await connect(server.url, options);
  await ftp.close();
  await ftp.close();
  assert.equal(server.lines.at(-1), 'QUIT');
  await assert.rejects(ftp.pwd(), { code: 'FTP_CLOSED' });
  await assert.rejects(ftp.list().next(), { code: 'FTP_CLOSED' });
});
