import assert from 'node:assert/strict';
import { test } from 'node:test';
import { certificate } from '@duoport/testkit';
import { connect } from '../src/index.ts';
import { ownServer } from './own-server.ts';
import { scripted } from './scripted-server.ts';

/** Sockets, listeners and timers that keep this process alive. */
function open(): readonly string[] {
  const held = /^(TCPSocketWrap|TCPServerWrap|TLSWrap|Timeout)$/;
  return process
    .getActiveResourcesInfo()
    .filter((name) => held.test(name))
    .sort();
}

/** Closed sockets are counted until the event loop has turned. */
async function turn(): Promise<void> {
  for (let count = 0; count < 5; count++) await new Promise((resolve) => setImmediate(resolve));
}

test('a client that is closed leaves no socket, listener or timer behind', async (t) => {
  const before = open();
  const server = await ownServer(t);
  for (const mode of ['passive', 'active'] as const) {
    for (const tls of ['none', 'explicit'] as const) {
      await using ftp = await connect(server.url, { mode, tls, ca: certificate.cert });
      await ftp.put(Buffer.from('hello'), 'f');
      await ftp.get('f', { write: () => undefined });
      await ftp.get('nowhere', { write: () => undefined }).catch(() => undefined);
      for await (const entry of ftp.list()) assert.equal(entry.name, 'f');
    }
  }
  await server.close();
  await turn();
  assert.deepEqual(open(), before);
});

test('logins that fail leave nothing behind', async (t) => {
  const server = await scripted(t, { PASS: '530 no' });
  const before = open();
  for (let round = 0; round < 50; round++) await assert.rejects(connect(server.url, { tls: 'none' }));
  server.disconnect();
  await turn();
  assert.deepEqual(open(), before);
});
