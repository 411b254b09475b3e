import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { Reply } from '@duoport/protocol';
import { type AccountRules, MemoryAccounts, MemoryFiles, MemoryUsage } from '@duoport/server';
import type { RawClient } from './raw-client.ts';
import { seed, serve } from './serving.ts';

/** One user with these rules. */
async function serveWith(t: TestContext, rules: AccountRules) {
  const memory = new MemoryFiles();
  const usage = new MemoryUsage();
  const accounts = new MemoryAccounts({ users: [{ name: 'u', password: 'p', files: memory, rules }], usage });
  return { ...(await serve(t, { accounts })), memory, usage };
}

test('a quota: 552 with what is left, AVBL and ALLO tell the truth, what arrived is kept', async (t) => {
  const { login, memory } = await serveWith(t, { quotaBytes: 1000, quotaFiles: 2 });
  const client = await login();
  await client.expect(213, 'AVBL');
  assert.equal((await client.ask('ALLO 1001')).code, 552);
  assert.equal((await client.ask('ALLO 1000')).code, 200);
  const reply = await upload(client, 'STOR a', new Uint8Array(1500));
  assert.equal(reply.code, 552);
  assert.match(reply.lines.join(), /Quota exceeded \(0 of 1000 bytes are left\): \/a/);
  assert.equal(memory.stat('/a').size, 1000);
  assert.deepEqual((await client.ask('AVBL')).lines, ['0']);
  // Refused before anything is sent.
  const refused = await client.ask('STOR b');
  assert.deepEqual([refused.code, /0 of 1000 bytes/.test(refused.lines.join())], [552, true]);
  await client.expect(250, 'DELE a');
  assert.deepEqual((await client.ask('AVBL')).lines, ['1000']);
  await client.expect(257, 'MKD d');
  await client.expect(257, 'MKD e');
  assert.match((await client.ask('MKD f')).lines.join(), /all of 2 files and folders are there/);
});

test('an allowance: a transfer that uses it up ends with 552, the next is refused with when there is more', async (t) => {
  const { login, memory, usage } = await serveWith(t, {
    allowanceDown: 1000,
    allowanceUp: 100,
    allowancePeriod: 'month',
  });
  await seed(memory, '/f', 'x'.repeat(600));
  const client = await login();
  assert.equal((await download(client, 'RETR f')).code, 226);
  const cut = await download(client, 'RETR f');
  assert.equal(cut.code, 552);
  assert.match(
    cut.lines.join(),
    /allowance of 1000 bytes for downloads of this month is used up, the next begins on \d{4}-/,
  );
  const next = await client.ask('RETR f');
  assert.equal(next.code, 450);
  assert.match(next.lines.join(), /used up/);
  // Listings and checksums are no transfers of files.
  assert.equal((await download(client, 'LIST')).code, 226);
  assert.equal((await client.ask('HASH f')).code, 213);
  const up = await upload(client, 'STOR g', new Uint8Array(150));
  assert.equal(up.code, 552);
  assert.match(up.lines.join(), /uploads of this month .*what arrived is kept/);
  assert.equal(memory.stat('/g').size, 100);
  const { down, up: sent } = await usage.look('user u');
  assert.deepEqual([down, sent], [1000, 100]);
});

test('an allowance that is exactly as large as the file is enough, and one in all is used up for good', async (t) => {
  const { login, memory } = await serveWith(t, { allowanceDown: 600, allowancePeriod: 'ever' });
  await seed(memory, '/f', 'x'.repeat(600));
  const client = await login();
  assert.equal((await download(client, 'RETR f')).code, 226);
  const next = await client.ask('RETR f');
  assert.equal(next.code, 550);
  assert.match(next.lines.join(), /600 bytes for downloads in all is used up/);
});

test('what was not transferred after all is not used up', async (t) => {
  const { login, memory, usage } = await serveWith(t, { allowanceDown: 1_000_000, allowanceUp: 1_000_000 });
  await seed(memory, '/f', 'x');
  const client = await login();
  assert.equal((await download(client, 'RETR f')).code, 226);
  assert.equal((await client.ask('RETR f')).code, 425);
  assert.equal((await client.ask('STOR g')).code, 425);
  const { down, up } = await usage.look('user u');
  assert.deepEqual([down, up], [1, 0]);
});

test('all who share a pool share one quota', async (t) => {
  const rules = { quotaBytes: 1000, quotaPool: 'team' };
  const users = ['u', 'v'].map((name) => ({ name, password: 'p', files: new MemoryFiles(), rules }));
  const { login, connect } = await serve(t, { accounts: new MemoryAccounts({ users }) });
  const client = await login();
  assert.equal((await upload(client, 'STOR a', new Uint8Array(700))).code, 226);
  const other = await connect();
  await other.expect(331, 'USER v');
  await other.expect(230, 'PASS p');
  assert.deepEqual((await other.ask('AVBL')).lines, ['300']);
});

test('outside of the allowed times there is no login, and the log says why', async (t) => {
  const { connect, event } = await serveWith(t, { times: [otherDay()] });
  const client = await connect();
  await client.expect(331, 'USER u');
  const refused = await client.ask('PASS p');
  assert.equal(refused.code, 530);
  assert.match(refused.lines.join(), /may be used \w{3} \(UTC\) only/);
  assert.match((await event('login-refused')).because ?? '', /may be used/);
});

test('when the time is over a session is told 421, after its running transfer', async (t) => {
  const memory = new MemoryFiles();
  const permissions = new Set(['none', 'list', 'read', 'write'] as const);
  let isOpen = true;
  const times = { left: () => (isOpen ? 1 : 0) };
  const { login } = await serve(t, {
    accounts: { login: () => ({ user: 'u', files: memory, permissions, home: '/', times }) },
  });
  const client = await login();
  const data = await client.open('STOR f');
  isOpen = false;
  data.end('all of it');
  assert.equal((await client.reply()).code, 226);
  const last = await client.reply();
  assert.deepEqual([last.code, last.lines], [421, ['The time in which this account may be used is over.']]);
  await client.ended;
  assert.equal(memory.stat('/f').size, 9);
});

async function upload(client: RawClient, line: string, bytes: Uint8Array): Promise<Reply> {
  const socket = await client.open(line);
  socket
    .on('error', () => undefined)
    .resume()
    .end(bytes);
  return await client.reply();
}

async function download(client: RawClient, line: string): Promise<Reply> {
  const socket = await client.open(line);
  socket.on('error', () => undefined).resume();
  socket.on('end', () => socket.end());
  return await client.reply();
}

/** A day of the week that is neither today nor about to be. */
function otherDay(): string {
  const days = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];
  return days[(new Date().getUTCDay() + 3) % 7] ?? '';
}
