import assert from 'node:assert/strict';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { test } from 'node:test';
import { connect } from '@duoport/client';
import { freeRange } from '../../net/test/free-ports.ts';
import { duoport, serve, temporary } from './command.ts';
import { kill, slowly } from './slow-sink.ts';

const skip = process.platform === 'win32' ? 'sockets are handed over on Unix only' : false;
const size = 32 * 1024 * 1024;

const ways = [
  ['one process', []],
  ['workers', ['--workers', '2']],
  ['one port', ['--single-port']],
  ['one port and workers', ['--single-port', '--workers', '2']],
  ['one port under TLS', ['--single-port', '--tls-self-signed']],
] as const;

for (const [name, flags] of ways) {
  test(`restart with ${name}: a transfer that runs ends right, who is there can go on, and nobody is refused`, {
    skip,
  }, async (t) => {
    await using here = await temporary();
    const env = { XDG_STATE_HOME: here.path };
    const { low, high } = await freeRange(8);
    const ports = flags.some((flag) => flag === '--single-port') ? [] : ['--passive-ports', `${low}-${high}`];
    await using served = await serve([...flags, ...ports], undefined, env);
    await writeFile(join(served.folder, 'big'), Buffer.alloc(size, 'some text. '));
    await writeFile(join(served.folder, 'small'), 'hello');
    const options = {
      mode: 'passive',
      tls: flags.some((flag) => flag.startsWith('--tls')) ? 'explicit' : 'none',
      insecure: true,
    } as const;
    await using running = await connect(served.url(), options);
    await using idle = await connect(served.url(), options);
    const slow = slowly();
    const transfer = running.get('big', slow.sink);
    await slow.begun;
    const knocking = knock(served.port);
    const told = await duoport(['restart', '--json'], { env });
    assert.equal(told.code, 0, told.stderr);
    const { pid, successor } = JSON.parse(told.stdout) as { pid: number; successor: number };
    t.after(() => kill(successor));
    assert.equal(pid, served.child.pid);
    assert.deepEqual((await served.event('ready'))['doors'], served.ready['doors']);
    assert.deepEqual(await knocking.end(), []);
    // Those of the old process have data connections of their own still, and those of the new one too.
    assert.equal(await text(idle, 'small'), 'hello');
    await using young = await connect(served.url(), options);
    assert.equal(await text(young, 'small'), 'hello');
    const twice = await duoport(['restart', '--pid', String(pid)], { env });
    assert.match(twice.stderr, /No server of this user runs here/);
    const exited = once(served.child, 'exit');
    slow.goOn();
    await transfer;
    assert.equal(slow.bytes(), size);
    await running.close();
    await idle.close();
    assert.deepEqual(await exited, [0, null]);
    assert.equal(await text(young, 'small'), 'hello');
  });
}

test('restart: settings that are wrong now keep the old process as it is', { skip }, async () => {
  await using here = await temporary();
  const env = { XDG_STATE_HOME: here.path };
  const file = join(here.path, 'duoport.yaml');
  await writeFile(file, 'protocol: {greeting: one}\n');
  await using served = await serve(['--config', file, '--single-port', '--workers', '2'], undefined, env);
  await writeFile(join(served.folder, 'small'), 'hello');
  await using there = await connect(served.url(), { mode: 'passive' });
  await writeFile(file, 'protocol: {greting: two}\n');
  const told = await duoport(['restart'], { env });
  assert.equal(told.code, 1);
  assert.match(told.stderr, /The server goes on as it is/);
  assert.match(served.stderr(), /greting: There is no such key/);
  assert.equal(await text(there, 'small'), 'hello');
  await using young = await connect(served.url(), { mode: 'passive' });
  assert.equal(await text(young, 'small'), 'hello');
});

test('restart takes what a reload cannot change, and what was made up stays', { skip }, async (t) => {
  await using here = await temporary();
  const env = { XDG_STATE_HOME: here.path };
  const file = join(here.path, 'duoport.yaml');
  await writeFile(file, 'tls: {self-signed: true}\n');
  await using served = await serve(['--config', file], undefined, env);
  await writeFile(file, 'tls: {self-signed: true}\nworkers: 2\n');
  served.child.kill('SIGHUP');
  assert.match(String((await served.event('reload-failed'))['message']), /duoport restart does it/);
  served.child.kill('SIGUSR2');
  const ready = await served.event('ready');
  const leaving = await served.event('leaving');
  t.after(() => kill(Number(/process (\d+)/.exec(String(leaving['because']))?.[1])));
  assert.deepEqual(ready['certificate'], served.ready['certificate']);
  assert.equal(ready['workers'], 2);
});

async function text(ftp: Awaited<ReturnType<typeof connect>>, path: string): Promise<string> {
  const sink = new PassThrough();
  const chunks = sink.toArray();
  await ftp.get(path, sink);
  return Buffer.concat(await chunks).toString('utf8');
}

/** Logs in again and again until it is told to end; resolves with what went wrong. */
function knock(port: number) {
  const refused: unknown[] = [];
  let over = false;
  const knocking = (async () => {
    for (let logins = 0; !over || logins < 20; logins += 1) {
      try {
        const other = await connect(`ftp://u:p@127.0.0.1:${port}/`, { tls: 'none' });
        await other.close();
      } catch (error) {
        refused.push(error);
      }
    }
  })();
  return {
    end: async () => {
      over = true;
      await knocking;
      return refused;
    },
  };
}
