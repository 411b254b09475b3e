import assert from 'node:assert/strict';
import { once } from 'node:events';
import { chmod, chown, mkdir, readdir, readFile, stat, symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
import { connect } from '@duoport/client';
import { duoport, serve, temporary } from './command.ts';
import { kill } from './slow-sink.ts';

// Debian's own; what is tested needs root, as CI has it.
const nobody = { uid: 65_534, gid: 65_534 };
const skip =
  process.getuid?.() === 0 && process.platform === 'linux' ? false : 'only root can change its user';

for (const workers of ['1', '2']) {
  test(`started as root, it binds a low port and goes on as another user, which dials from port 20 still (workers: ${workers})`, {
    skip,
  }, async (t) => {
    await using here = await temporary();
    const file = join(here.path, 'duoport.yaml');
    // The new process reads it as that user.
    await chmod(here.path, 0o755);
    const low = await lowPort();
    await writeFile(
      file,
      `process: {user: nobody, group: nogroup}\nactive: {source-port: 20}\nworkers: ${workers}\n`,
    );
    await using made = await temporary();
    await chown(made.path, nobody.uid, nobody.gid);
    const env = { RUNTIME_DIRECTORY: join(here.path, 'run') };
    await using served = await serve(['--config', file, '--listen', `127.0.0.1:${low}`], made.path, env);
    const processes = [served.child.pid ?? 0, ...(await children(served.child.pid ?? 0))];
    assert.equal(processes.length, workers === '1' ? 1 : 3);
    for (const pid of processes) {
      const facts = await statusOf(pid);
      assert.deepEqual(facts['Uid'], '65534 65534 65534 65534');
      assert.deepEqual(facts['Gid'], '65534 65534 65534 65534');
      assert.doesNotMatch(` ${facts['Groups']} `, / 0 /);
      // CAP_NET_BIND_SERVICE, and nothing else.
      assert.equal(BigInt(`0x${facts['CapEff']}`), 1n << 10n);
      assert.equal(BigInt(`0x${facts['CapPrm']}`), 1n << 10n);
      for (const thread of await threadsOf(pid)) {
        assert.equal(thread['Uid'], facts['Uid']);
        assert.equal(BigInt(`0x${thread['CapPrm']}`) & ~(1n << 10n), 0n, 'no thread may do more');
      }
    }
    const put = await duoport(['put', '-', served.url('up'), '--mode', 'active'], { input: 'text' });
    assert.equal(put.code, 0, put.stderr);
    const { data } = (await served.event('transfer')) as { readonly data?: unknown };
    assert.match(JSON.stringify(data), /[:"]20\b/);
    const stored = await stat(join(made.path, 'up'));
    assert.deepEqual([stored.uid, stored.gid], [nobody.uid, nobody.gid]);
    const asked = await stat(join(env.RUNTIME_DIRECTORY, 'serve'));
    assert.deepEqual([asked.uid, asked.mode & 0o777], [nobody.uid, 0o700]);
    // Another process takes the low port over, though this user may not bind it.
    const told = await duoport(['restart', '--json'], { env });
    assert.equal(told.code, 0, told.stderr);
    const { successor } = JSON.parse(told.stdout) as { readonly successor: number };
    t.after(() => kill(successor));
    assert.equal((await statusOf(successor))['Uid'], '65534 65534 65534 65534');
    await using ftp = await connect(served.url(), { mode: 'active' });
    await ftp.remove('up');
    await ftp.close();
  });
}

test('a database that root has made is the user’s from then on', { skip }, async () => {
  await using here = await temporary();
  const [data, file] = [join(here.path, 'data'), join(here.path, 'duoport.yaml')];
  await chmod(here.path, 0o755);
  await mkdir(data);
  await writeFile(file, 'process: {user: nobody, group: nogroup}\naccounts: data/accounts.db\n');
  const place = join(data, 'accounts.db');
  const added = await duoport(['user', 'add', 'ann', '--accounts', place], {
    input: 'secret\n',
  });
  assert.equal(added.code, 0, added.stderr);
  await chown(data, nobody.uid, nobody.gid);
  // Whoever can write there finds nothing else given away.
  const kept = join(here.path, 'kept');
  await writeFile(kept, '');
  await symlink(kept, `${place}-journal`);
  await using made = await temporary();
  await chown(made.path, nobody.uid, nobody.gid);
  const env = { RUNTIME_DIRECTORY: join(here.path, 'run') };
  await using served = await serve(['--config', file], made.path, env);
  assert.equal((await stat(place)).uid, nobody.uid);
  assert.equal((await stat(kept)).uid, 0);
  const listed = await duoport(['ls', `ftp://ann:secret@127.0.0.1:${served.port}/`]);
  assert.equal(listed.code, 0, listed.stderr);
});

test('a folder that the user may not read, and a user that there is not, are told before anybody is let in', {
  skip,
}, async () => {
  await using here = await temporary();
  const file = join(here.path, 'duoport.yaml');
  const run = async (text: string) => {
    await writeFile(file, text);
    return await duoport(['serve', here.path, '--config', file, '--listen', '127.0.0.1:0']);
  };
  const denied = await run('process: {user: nobody}\n');
  assert.equal(denied.code, 2);
  assert.match(denied.stderr, /the user nobody \(process\.user\) may not read it/);
  const unknown = await run('process: {user: nobody-at-all}\n');
  assert.match(unknown.stderr, /process\.user: the system knows no user nobody-at-all/);
  const alone = await run('process: {group: nogroup}\n');
  assert.match(alone.stderr, /process\.group: It goes with process\.user/);
});

/** What the kernel says of each thread. */
async function threadsOf(pid: number) {
  const threads = await readdir(`/proc/${pid}/task`);
  return await Promise.all(threads.map((thread) => statusOf(`${pid}/task/${thread}`)));
}

/** What the kernel says of a process. */
async function statusOf(pid: number | string): Promise<Readonly<Record<string, string>>> {
  const text = await readFile(`/proc/${pid}/status`, 'utf8');
  return Object.fromEntries(
    text.split('\n').map((line) => {
      const [name = '', value = ''] = line.split(':');
      return [name, value.trim().replace(/\s+/g, ' ')];
    }),
  );
}

async function children(pid: number): Promise<readonly number[]> {
  const text = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8');
  return text.split(' ').filter(Boolean).map(Number);
}

/** A free port that only root may bind. */
async function lowPort(): Promise<number> {
  // Not the same for two runs at a time.
  for (let port = 1023 - (process.pid % 300); port > 600; port -= 1) {
    const server = createServer();
    server.listen(port, '127.0.0.1');
    try {
      await once(server, 'listening');
      return port;
    } catch {
      // Somebody has it.
    } finally {
      server.close();
    }
  }
  throw new Error('no low port is free');
}
