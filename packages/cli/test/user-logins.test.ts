import assert from 'node:assert/strict';
import { mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { test } from 'node:test';
import { run } from 'duoport';
import { duoport, type Ended, serve } from './command.ts';
import { userPlace } from './user-place.ts';

const six =
  '$6$rounds=10000$saltstringsaltst$OW1/O6BYHV6BcXZu8QVeXbDWra3Oeqh0sbHbbMCVNSnCM/UrjmM0Dp8vOuZeHBy/YTBmSK6H9qs/y3RnOaw5v.';

test('users of the database log in, with old hashes too, and a change holds from the next login on', async (t) => {
  const { path, file, good } = await userPlace(t);
  await writeFile(join(path, 'x.txt'), 'x');
  await good(['add', 'ann'], 'p\n');
  if (process.platform === 'linux') await good(['add', 'old', '--hash'], `${six}\n`);
  await using server = await serve(['--accounts', file], path);
  const login = async (who: string): Promise<Ended> =>
    duoport(['ls', server.url().replace('u:p@', `${who}@`)]);
  assert.match((await login('ann:p')).stdout, /x\.txt/);
  assert.match((await login('u:p')).stdout, /x\.txt/);
  assert.equal((await login('ann:q')).code, 1);
  if (process.platform === 'linux') {
    assert.match((await login('old:Hello%20world!')).stdout, /x\.txt/);
    assert.match(await good(['show', 'old']), /argon2id/);
    assert.match((await login('old:Hello%20world!')).stdout, /x\.txt/);
  }
  await good(['passwd', 'ann'], 'q\n');
  assert.match((await login('ann:q')).stdout, /x\.txt/);
  await good(['set', 'ann', '--disable']);
  const off = await login('ann:q');
  assert.match(off.stderr, /This account is switched off/);
  const refused = await refusal(server);
  assert.deepEqual([refused['user'], refused['because']], ['ann', 'This account is switched off']);
});

/** The first refusal that has a reason: wrong passwords have none. */
async function refusal(server: { event(kind: string): Promise<Readonly<Record<string, unknown>>> }) {
  for (;;) {
    const event = await server.event('login-refused');
    if (event['because'] !== undefined) return event;
  }
}

test('a database that is gone: logins get 421 and the log the reason; it is used when it is there again', async (t) => {
  const { path, file, good } = await userPlace(t);
  await good(['add', 'ann'], 'p\n');
  await rename(file, `${file}.away`);
  await using server = await serve(['--accounts', file], path);
  const login = () => duoport(['ls', server.url().replace('u:p@', 'ann:p@')]);
  const away = await login();
  assert.equal(away.code, 1);
  assert.match(away.stderr, /Logins are not possible at the moment/);
  assert.match(String((await server.event('logins-unavailable'))['because']), /accounts\.db does not exist/);
  assert.match(server.stderr(), /does not exist\. Until that is mended, logins get 421/);
  assert.equal((await duoport(['ls', server.url()])).code, 0);
  await rename(`${file}.away`, file);
  assert.equal((await login()).code, 0);
  await rm(file);
  assert.equal((await login()).code, 1);
});

test('without --accounts users are beside the settings file, and serve finds them there', async (t) => {
  const { path } = await userPlace(t);
  const config = join(path, 'duoport.yaml');
  await mkdir(join(path, 'files'));
  await writeFile(config, 'directory: files\nlisteners: [127.0.0.1:0]\n');
  const added = await duoport(['user', 'add', 'ann', '--generate', '--config', config]);
  assert.equal(added.code, 0, added.stderr);
  const [, password] = /made up: (\S+)/.exec(added.stdout) ?? [];
  assert.ok((await readdir(path)).includes('accounts.db'));
  const events: Record<string, unknown>[] = [];
  const stop = new AbortController();
  const stdout = new PassThrough();
  stdout.on('data', (chunk) => {
    for (const line of String(chunk).trim().split('\n')) events.push(JSON.parse(line));
    if (events.some(({ event }) => event === 'ready')) stop.abort();
  });
  const { signal } = new AbortController();
  const code = await run(['serve', '--config', config, '--json'], {
    stdin: new PassThrough(),
    stdout,
    stderr: new PassThrough(),
    env: {},
    interrupt: stop.signal,
    terminate: signal,
  });
  assert.equal(code, 0);
  const [ready] = events;
  assert.deepEqual([ready?.['users'], ready?.['accounts']], [[], join(path, 'accounts.db')]);
  assert.match(password ?? '', /^[a-z2-9]{4}-/);
});
