import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { connect as dialTcp } from 'node:net';
import { type TestContext, test } from 'node:test';
import { promisify } from 'node:util';
import { createGateway, forwardBySocks, type GatewayEvent } from '@duoport/gateway';
import { createServer, MemoryAccounts, MemoryFiles } from '@duoport/server';
import { certificate } from '@duoport/testkit';

const run = promisify(execFile);
const hasCurl = await run('curl', ['--version']).then(
  () => true,
  () => false,
);
const skip = hasCurl ? false : 'curl is not installed';

async function standing(t: TestContext) {
  const files = new MemoryFiles();
  const server = createServer({
    accounts: new MemoryAccounts({ files, users: [{ name: 'u', password: 'p' }] }),
    listen: [{ host: '127.0.0.1', port: 0 }],
    tls: certificate,
  });
  await server.start();
  t.after(() => server.close({ grace: 0 }));
  const events: GatewayEvent[] = [];
  const gateway = createGateway({
    listen: [{ host: '127.0.0.1', port: 0, socks: true }],
    to: forwardBySocks({ allow: ['127.0.0.0/8'], server: { tlsSettings: { insecure: true } } }),
    client: { tls: certificate },
    log: (event) => events.push(event),
  });
  await gateway.start();
  t.after(() => gateway.close({ grace: 0 }));
  const bugs = () => events.filter((event) => event.kind === 'bug');
  return { gateway, bugs, port: gateway.listening[0]?.port ?? 0, server: server.listening[0]?.port ?? 0 };
}

for (const kind of ['socks4', 'socks4a', 'socks5', 'socks5-hostname']) {
  for (const tls of [[], ['--ssl-reqd', '--insecure']]) {
    const what = tls.length > 0 ? 'TLS' : 'clear';
    test(`curl --${kind}, ${what}: stores, fetches, lists; both connections by SOCKS`, {
      skip,
    }, async (t) => {
      const { gateway, bugs, port, server } = await standing(t);
      const flags = ['-sS', '--max-time', '20', `--${kind}`, `127.0.0.1:${port}`, '--user', 'u:p', ...tls];
      const host = kind === 'socks5-hostname' || kind === 'socks4a' ? 'localhost' : '127.0.0.1';
      const url = `ftp://${host}:${server}/`;
      const sent = import.meta.filename;
      await run('curl', [...flags, '-T', sent, `${url}file`]);
      for (const more of [[], ['--disable-epsv']]) {
        const { stdout } = await run('curl', [...flags, ...more, `${url}file`]);
        assert.match(stdout, /both connections by SOCKS/);
      }
      const listed = await run('curl', [...flags, '--list-only', url]);
      assert.equal(listed.stdout.trim(), 'file');
      assert.equal(gateway.ports.client.used, 4);
      assert.deepEqual(bugs(), []);
    });
  }
}

async function answerTo(port: number, bytes: readonly number[]): Promise<Buffer> {
  const socket = dialTcp({ host: '127.0.0.1', port });
  await once(socket, 'connect');
  socket.write(Uint8Array.from(bytes));
  const chunks: Buffer[] = [];
  socket.on('data', (chunk: Buffer) => chunks.push(chunk)).on('error', () => undefined);
  await once(socket, 'close');
  return Buffer.concat(chunks);
}

test('FTP without SOCKS, BIND, and a login that must have a password: told, and closed', async (t) => {
  const { port } = await standing(t);
  assert.equal((await answerTo(port, [...Buffer.from('USER u\r\n')])).length, 0);
  assert.deepEqual([...(await answerTo(port, [4, 2, 0, 21, 127, 0, 0, 1, 0]))].slice(0, 2), [0, 91]);
  assert.deepEqual([...(await answerTo(port, [5, 1, 2]))], [5, 255]);
});

test('a server that is not allowed is refused at the login, and nothing is dialled', { skip }, async (t) => {
  const { port } = await standing(t);
  const flags = ['-sS', '--max-time', '20', '--socks5', `127.0.0.1:${port}`, '--user', 'u:p'];
  await assert.rejects(run('curl', ['-v', ...flags, 'ftp://192.0.2.1/']), /530 192\.0\.2\.1: this gateway/);
});
