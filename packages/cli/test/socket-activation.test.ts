import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { test } from 'node:test';
import { command, duoport, serve, temporary } from './command.ts';

const skip = process.platform === 'win32' ? 'descriptors are handed over on Unix only' : false;

test('the gateway listens on the sockets that the service manager hands over', { skip }, async () => {
  await using server = await serve([]);
  await using manager = await listening();
  const { port } = manager;
  await using started = activated(manager, ['gateway', '--to', `ftp://127.0.0.1:${server.port}`]);
  const ready = await started.first();
  assert.equal(ready.event, 'ready');
  assert.equal(ready.doors[0]?.port, port);
  const listed = await duoport(['ls', `ftp://u:p@127.0.0.1:${port}/`]);
  assert.equal(listed.code, 0, listed.stderr);
});

for (const workers of ['1', '2']) {
  test(`a server listens on those sockets, and on what its settings name beside them (workers: ${workers})`, {
    skip,
  }, async () => {
    await using here = await temporary();
    const file = join(here.path, 'duoport.yaml');
    await using manager = await listening();
    const { port } = manager;
    await writeFile(
      file,
      `listeners: ['127.0.0.1:${port}', '127.0.0.1:0']\nusers: [{name: u, password: p}]\nworkers: ${workers}\n`,
    );
    await using started = activated(manager, ['serve', here.path, '--config', file]);
    const { doors } = await started.first();
    assert.equal(doors[0]?.port, port);
    for (const door of doors) {
      const listed = await duoport(['ls', `ftp://u:p@127.0.0.1:${door.port}/`]);
      assert.equal(listed.code, 0, listed.stderr);
    }
  });
}

test('a socket that the settings do not name is refused', { skip }, async () => {
  await using here = await temporary();
  const file = join(here.path, 'duoport.yaml');
  await using manager = await listening();
  await writeFile(file, "listeners: ['127.0.0.1:1']\n");
  await using started = activated(manager, ['serve', here.path, '--config', file]);
  assert.deepEqual(await once(started.child, 'exit'), [2, null]);
});

/** A socket that listens, and nobody accepts on it here. */
async function listening() {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const { _handle: handle } = server as unknown as { readonly _handle: { readonly fd: number } };
  return {
    port,
    fd: handle.fd,
    close: () => server.close(),
    [Symbol.asyncDispose]: async () => {
      server.close();
    },
  };
}

/** The command with the socket as descriptor 3, as systemd hands it over. */
function activated(
  manager: { readonly fd: number; readonly close: () => unknown },
  words: readonly string[],
) {
  // LISTEN_PID must be that of the very process: the shell becomes it.
  const script = 'LISTEN_PID=$$ exec "$@"';
  const child = spawn('/bin/sh', ['-c', script, 'sh', ...command, ...words, '--json'], {
    stdio: ['ignore', 'pipe', 'ignore', manager.fd],
    env: { ...process.env, LISTEN_FDS: '1', LISTEN_FDNAMES: 'ftp' },
  });
  manager.close();
  assert.ok(child.stdout);
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    child,
    first: async () =>
      JSON.parse((await lines.next()).value ?? '{}') as {
        readonly event: string;
        readonly doors: readonly { readonly port: number }[];
      },
    [Symbol.asyncDispose]: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill('SIGKILL');
      await once(child, 'exit');
    },
  };
}
