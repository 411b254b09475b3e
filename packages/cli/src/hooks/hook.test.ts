import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { reply } from '@duoport/protocol';
import type { ServerEvent } from '@duoport/server';
import type { Note } from '../seeing/journal.ts';
import { Hook, type HookSettings } from './hook.ts';

const at = { session: 7, peer: { address: '203.0.113.9', port: 40_000, family: 4 } } as const;
const ann = { name: 'ann', anonymous: false };
const now = new Date('2026-11-06T09:05:07Z');

const upload = (path: string): ServerEvent => ({
  ...at,
  kind: 'transfer',
  verb: 'STOR',
  path,
  direction: 'receive',
  type: 'image',
  mode: 'passive',
  secure: false,
  bytes: 5,
  duration: 2,
  reply: reply(226, 'Done'),
  data: undefined,
});

async function place(t: TestContext) {
  const folder = await mkdtemp(join(tmpdir(), 'duoport-hook-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const notes: (Note & { text: string })[] = [];
  const waiting = new Set<() => void>();
  const note = (told: Note, text: string) => {
    notes.push({ ...told, text });
    for (const look of waiting) look();
  };
  const heard = (event: string) =>
    new Promise<Note & { text: string }>((resolve) => {
      const look = () => {
        const found = notes.find((one) => one.event === event);
        if (found) resolve(found);
      };
      waiting.add(look);
      look();
    });
  const hook = async (settings: Partial<HookSettings>) => {
    const usual = { on: ['upload'], arguments: [], timeout: 10_000, parallel: 2, queue: 1000 } as const;
    const made = await Hook.open({ ...usual, on: [...usual.on], ...settings } as HookSettings, {
      name: 'hooks 1',
      note,
    });
    t.after(() => made.close());
    return made;
  };
  const script = async (text: string) => {
    const path = join(folder, 'hook.sh');
    await writeFile(path, `#!/bin/sh\n${text}\n`);
    await chmod(path, 0o755);
    return path;
  };
  return { folder, notes, heard, hook, script };
}

/** When so many calls have ended. */
async function ended({ calls: { results } }: Hook, count: number): Promise<void> {
  while (Object.values(results).reduce((sum, each) => sum + each) < count)
    await new Promise((resolve) => setImmediate(resolve));
}

test('a command: what happened is in its environment and arguments, and nothing of ours', async (t) => {
  const { folder, hook, script } = await place(t);
  process.env['DUOPORT_ACCOUNTS'] = 'postgres://u:databasesecret@db/x';
  t.after(() => delete process.env['DUOPORT_ACCOUNTS']);
  const command = await script(`env > ${folder}/env; printf '%s|' "$@" > ${folder}/words`);
  const made = await hook({ command, arguments: ['-v', 'two words'] });
  made.tell(upload('/a $(touch x) b'), ann, now);
  made.tell({ ...at, kind: 'connected' }, undefined, now);
  await ended(made, 1);
  const env = await readFile(join(folder, 'env'), 'utf8');
  for (const line of [
    'EVENT=upload',
    'USER=ann',
    'ADDRESS=203.0.113.9',
    'BYTES=5',
    'PATH=/a $(touch x) b',
    'PATH_URL=/a%20%24%28touch%20x%29%20b',
  ])
    assert.ok(env.includes(`DUOPORT_${line}\n`), `${line} in ${env}`);
  assert.doesNotMatch(env, /databasesecret/);
  assert.equal(await readFile(join(folder, 'words'), 'utf8'), '-v|two words|upload|/a $(touch x) b|');
  assert.equal(made.calls.results.done, 1);
});

test('a command that fails is told when it begins and when it works again', async (t) => {
  const { folder, notes, heard, hook, script } = await place(t);
  const made = await hook({ command: await script(`test -e ${folder}/good`), parallel: 1 });
  for (let round = 0; round < 3; round += 1) made.tell(upload('/a'), ann, now);
  await ended(made, 3);
  assert.match((await heard('hook-failed')).text, /hooks 1: upload: it ended with 1/);
  await writeFile(join(folder, 'good'), '');
  made.tell(upload('/a'), ann, now);
  await ended(made, 4);
  assert.deepEqual(
    notes.map(({ event }) => event),
    ['hook-failed', 'hook-works'],
  );
  assert.deepEqual(made.calls.results, { done: 1, failed: 3, 'timed-out': 0, dropped: 0 });
});

test('attack: hooks that hang. They are ended with all that they started; what is too much is dropped and told once', async (t) => {
  const { folder, notes, hook, script } = await place(t);
  const command = await script(`sleep 1000 & echo $! >> ${folder}/pids; wait`);
  const made = await hook({ command, parallel: 2, queue: 3, timeout: 700 });
  const started = performance.now();
  for (let round = 0; round < 10; round += 1) made.tell(upload(`/${round}`), ann, now);
  assert.ok(performance.now() - started < 300, 'whoever tells a hook does not wait for it');
  assert.deepEqual([made.waiting, made.calls.results.dropped], [3, 5]);
  await ended(made, 10);
  assert.deepEqual(made.calls.results, { done: 0, failed: 0, 'timed-out': 5, dropped: 5 });
  const pids = (await readFile(join(folder, 'pids'), 'utf8')).trim().split('\n').map(Number);
  assert.ok(pids.length > 0);
  for (const pid of pids) assert.ok(await isGone(pid), `${pid} is still there`);
  assert.deepEqual(
    notes.map(({ event }) => event),
    ['hook-overflow', 'hook-failed', 'hook-keeps-up'],
  );
});

/** Killed: gone, or a zombie until init has noticed. */
async function isGone(pid: number): Promise<boolean> {
  for (let turn = 0; turn < 200; turn += 1) {
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined);
    if (stat === undefined || /\) Z /.test(stat)) return true;
    await new Promise((resolve) => setImmediate(resolve));
  }
  return false;
}

test('a POST has the event as JSON, signed with the secret; an answer that is no 2xx is a failure', async (t) => {
  const { heard, hook } = await place(t);
  const got: { readonly headers: IncomingMessage['headers']; readonly body: string }[] = [];
  const statuses = [204, 500];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    got.push({ headers: request.headers, body: Buffer.concat(chunks).toString() });
    response.writeHead(statuses.shift() ?? 204).end();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => server.close());
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/in`;
  const made = await hook({ url, secret: 'hooksecret' });
  made.tell(upload('/a'), ann, now);
  await ended(made, 1);
  const [{ headers, body } = { headers: {}, body: '' }] = got;
  assert.deepEqual(JSON.parse(body), {
    event: 'upload',
    time: now.toISOString(),
    session: 7,
    address: '203.0.113.9',
    user: 'ann',
    path: '/a',
    bytes: 5,
    duration: 2,
    mode: 'passive',
    secure: false,
  });
  const signature = createHmac('sha256', 'hooksecret')
    .update(`${headers['duoport-timestamp']}.${body}`)
    .digest('hex');
  assert.equal(headers['duoport-signature'], `sha256=${signature}`);
  made.tell(upload('/b'), ann, now);
  const failed = await heard('hook-failed');
  assert.match(failed.text, /it answered 500/);
  assert.doesNotMatch(failed.text, /hooksecret/);
});

test('a module is called in a thread of its own: one that loops for ever is ended, and the next call works', async (t) => {
  const { folder, hook } = await place(t);
  const module = join(folder, 'hook.mjs');
  await writeFile(
    module,
    `import { appendFileSync } from 'node:fs';
export async function hook({ path }) {
  if (path === '/loop') for (;;);
  if (path === '/throw') throw new Error('no');
  appendFileSync('${folder}/paths', path);
}`,
  );
  const made = await hook({ module, timeout: 1500, parallel: 1 });
  for (const path of ['/a', '/throw', '/loop', '/b']) made.tell(upload(path), ann, now);
  await ended(made, 4);
  assert.equal(await readFile(join(folder, 'paths'), 'utf8'), '/a/b');
  assert.deepEqual(made.calls.results, { done: 2, failed: 1, 'timed-out': 1, dropped: 0 });
});

test('a module that cannot be used is refused at the start', async (t) => {
  const { folder, hook } = await place(t);
  const module = join(folder, 'hook.mjs');
  await writeFile(module, 'export const other = 1;');
  await assert.rejects(hook({ module }), /hooks 1: the module \S+ is of no use: it exports no function hook/);
  await writeFile(join(folder, 'broken.mjs'), 'export {');
  await assert.rejects(hook({ module: join(folder, 'broken.mjs') }), /is of no use/);
});
