import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { createInterface } from 'node:readline';
import { test } from 'node:test';
import { command, duoport, serve } from './command.ts';

const skip = process.platform === 'win32' ? 'descriptors are handed over on Unix only' : false;

test('the gateway listens on the sockets that the service manager hands over', { skip }, async (t) => {
  await using server = await serve([]);
  const manager = createServer();
  manager.listen(0, '127.0.0.1');
  await once(manager, 'listening');
  const { port } = manager.address() as AddressInfo;
  const { _handle: handle } = manager as unknown as { readonly _handle: { readonly fd: number } };
  // LISTEN_PID must be that of the very process: the shell becomes it.
  const script = 'LISTEN_PID=$$ exec "$@"';
  const words = ['gateway', '--to', `ftp://127.0.0.1:${server.port}`, '--json'];
  const child = spawn('/bin/sh', ['-c', script, 'sh', ...command, ...words], {
    stdio: ['ignore', 'pipe', 'inherit', handle.fd],
    env: { ...process.env, LISTEN_FDS: '1', LISTEN_FDNAMES: 'ftp' },
  });
  t.after(() => child.kill('SIGKILL'));
  manager.close();
  assert.ok(child.stdout);
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const ready = JSON.parse((await lines.next()).value ?? '{}');
  assert.equal(ready.event, 'ready');
  assert.equal(ready.doors[0]?.port, port);
  const listed = await duoport(['ls', `ftp://u:p@127.0.0.1:${port}/`]);
  assert.equal(listed.code, 0, listed.stderr);
});
