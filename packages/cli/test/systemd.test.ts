import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { duoport, serve, temporary } from './command.ts';
import { notifySocket } from './notify-socket.ts';
import { kill } from './slow-sink.ts';

const skip = process.platform === 'linux' ? false : 'systemd is for Linux';

for (const sockets of [false, true]) {
  test(`the units ${sockets ? 'with sockets ' : ''}are such as systemd takes, and leave the service little to do harm with`, {
    skip,
  }, async () => {
    await using here = await temporary();
    const file = join(here.path, 'duoport.yaml');
    await mkdir(join(here.path, 'srv'));
    await writeFile(
      file,
      'directory: srv\nlisteners: [21, {port: 990, tls: implicit}]\ntls: {self-signed: true}\nusers: []\n',
    );
    const flags = sockets ? ['--sockets'] : [];
    const printed = await duoport(['install', 'systemd', '--config', file, '--dry-run', ...flags]);
    assert.equal(printed.code, 0, printed.stderr);
    const files = [...printed.stdout.matchAll(/^# (\/\S+)\n(.*?)(?=^# \/|$(?![\s\S]))/gms)];
    const units = files.filter(([, path = '']) => path.includes('/systemd/'));
    assert.deepEqual(
      units.map(([, path = '']) => path.split('/').at(-1)),
      ['duoport.service', ...(sockets ? ['duoport.socket', 'duoport-tls.socket'] : [])],
    );
    for (const [, path = '', text = ''] of units)
      await writeFile(join(here.path, path.split('/').at(-1) ?? ''), text);
    const service = join(here.path, 'duoport.service');
    const text = await readFile(service, 'utf8');
    assert.match(text, sockets ? /^CapabilityBoundingSet=$/m : /^AmbientCapabilities=CAP_NET_BIND_SERVICE$/m);
    const verified = await analyze(
      ['verify', '--man=no', '--generators=no', '--recursive-errors=no', service],
      here.path,
    );
    assert.deepEqual(verified, { code: 0, said: '' });
    // 0 is a service that can do nothing, 100 one that can do everything.
    const secure = await analyze(
      ['security', '--offline=yes', '--threshold=25', '--no-pager', service],
      here.path,
    );
    assert.equal(secure.code, 0, secure.said);
  });
}

test('what cannot be a service is refused', { skip }, async () => {
  await using here = await temporary();
  const file = join(here.path, 'duoport.yaml');
  await writeFile(file, 'process: {user: ftp}\n');
  const twice = await duoport(['install', 'systemd', '--config', file, '--dry-run']);
  assert.match(twice.stderr, /process\.user is for servers that are started as root/);
  const odd = await duoport(['install', 'systemd', '--config', file, '--user', 'a b', '--dry-run']);
  assert.equal(odd.code, 2);
});

test('the service manager is told when the server is ready, reloads, gives way and stops', {
  skip,
}, async (t) => {
  await using here = await temporary();
  await using manager = await notifySocket(here.path);
  const file = join(here.path, 'duoport.yaml');
  await writeFile(file, 'protocol: {greeting: one}\n');
  const env = { NOTIFY_SOCKET: manager.path, XDG_STATE_HOME: here.path };
  await using served = await serve(['--config', file], undefined, env);
  assert.equal(await manager.next(), `READY=1\nMAINPID=${served.child.pid}`);
  await copyFile(file, `${file}.kept`);
  served.child.kill('SIGHUP');
  assert.match(await manager.next(), /^RELOADING=1\nMONOTONIC_USEC=\d+$/);
  assert.equal(await manager.next(), 'READY=1');
  const told = await duoport(['restart', '--json'], { env });
  const { successor } = JSON.parse(told.stdout) as { readonly successor: number };
  t.after(() => kill(successor));
  const words = [await manager.next(), await manager.next()].sort();
  assert.deepEqual(words, [`MAINPID=${successor}`, `READY=1\nMAINPID=${successor}`]);
  process.kill(successor, 'SIGTERM');
  assert.equal(await manager.next(), 'STOPPING=1');
});

/** Runs systemd-analyze on units of this folder. */
async function analyze(
  words: readonly string[],
  folder: string,
): Promise<{ readonly code: number; readonly said: string }> {
  const child = spawn('systemd-analyze', words, {
    env: { ...process.env, SYSTEMD_UNIT_PATH: `${folder}:`, SYSTEMD_COLORS: '0' },
  });
  const said: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => said.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => said.push(chunk));
  const [code] = (await once(child, 'close')) as [number];
  return { code, said: Buffer.concat(said).toString('utf8').trim() };
}
