import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect as dialTcp, type Socket } from 'node:net';
import { createInterface } from 'node:readline';
import { type TestContext, test } from 'node:test';
import { connect } from '@duoport/client';
import { createGateway, type GatewayEvent, type GatewayOptions } from '@duoport/gateway';
import { createServer, MemoryAccounts, MemoryFiles } from '@duoport/server';
import { certificate } from '@duoport/testkit';

async function gateway(t: TestContext, options: GatewayOptions) {
  const events: GatewayEvent[] = [];
  const made = createGateway({
    listen: [{ host: '127.0.0.1', port: 0 }],
    ...options,
    log: (event) => events.push(event),
  });
  await made.start();
  t.after(async () => {
    await made.close({ grace: 0 });
    assert.deepEqual(made.ports.client.held, 0);
  });
  return { made, events, port: made.listening[0]?.port ?? 0 };
}

async function serving(t: TestContext): Promise<{ port: number; files: MemoryFiles }> {
  const files = new MemoryFiles();
  const server = createServer({
    accounts: new MemoryAccounts({ files, users: [{ name: 'u', password: 'p' }] }),
    listen: [{ host: '127.0.0.1', port: 0 }],
    tls: certificate,
  });
  await server.start();
  t.after(() => server.close({ grace: 0 }));
  return { port: server.listening[0]?.port ?? 0, files };
}

const trusted = { control: ['127.0.0.1'], data: ['127.0.0.1'] };

for (const proxy of [1, 2] as const) {
  for (const tls of ['none', 'explicit', 'implicit'] as const) {
    test(`version ${proxy} on control and data connections, TLS ${tls}`, async (t) => {
      const { port } = await serving(t);
      // Two gateways: the first sends the header, the second takes it.
      const inner = await gateway(t, {
        listen: [{ host: '127.0.0.1', port: 0, implicitTls: tls === 'implicit' }],
        to: [{ host: '127.0.0.1', port, mode: 'passive' }],
        client: { proxy: trusted, ...(tls === 'none' ? {} : { tls: certificate }) },
      });
      const outer = await gateway(t, {
        to: [
          {
            host: '127.0.0.1',
            port: inner.port,
            mode: 'passive',
            proxy,
            tls,
            tlsSettings: { insecure: true },
          },
        ],
      });
      await using client = await connect(`ftp://u:p@127.0.0.1:${outer.port}/`, {
        bindAddress: '127.0.0.2',
      });
      await client.put(Buffer.from('through two'), '/file');
      const names: string[] = [];
      for await (const entry of client.list('/')) names.push(entry.name);
      assert.deepEqual(names, ['file']);
      const clients = new Set(inner.events.map((event) => event.client.address));
      assert.deepEqual([...clients], ['127.0.0.2']);
      // The peer checks were done on what the header says: the data connections of 127.0.0.1 are those of 127.0.0.2.
      assert.equal(inner.made.ports.client.strays, 0);
      assert.equal(inner.made.ports.client.used, 2);
    });
  }
}

interface Speaker {
  readonly socket: Socket;
  line(): Promise<string | undefined>;
}

async function speak(t: TestContext, port: number, from: string): Promise<Speaker> {
  const socket = dialTcp({ host: '127.0.0.1', port, localAddress: from });
  t.after(() => socket.destroy());
  await once(socket, 'connect');
  const lines = createInterface({ input: socket })[Symbol.asyncIterator]();
  return { socket, line: async () => (await lines.next()).value };
}

test('spoofing: the header of a stranger is a command that nobody knows', async (t) => {
  const { port } = await serving(t);
  const { port: front, events } = await gateway(t, {
    to: [{ host: '127.0.0.1', port }],
    client: { proxy: trusted },
  });
  const { socket, line } = await speak(t, front, '127.0.0.3');
  assert.match((await line()) ?? '', /^220 /);
  socket.write('PROXY TCP4 10.0.0.1 10.0.0.2 5000 21\r\n');
  assert.match((await line()) ?? '', /^5/);
  assert.ok(events.every((event) => event.client.address === '127.0.0.3'));
});

test('evasion: a trusted proxy without a header gets no session', async (t) => {
  const { port } = await serving(t);
  const { port: front, events } = await gateway(t, {
    to: [{ host: '127.0.0.1', port }],
    client: { proxy: trusted },
  });
  const { socket, line } = await speak(t, front, '127.0.0.1');
  socket.write('USER u\r\n');
  assert.equal(await line(), undefined);
  assert.deepEqual(events, []);
});

test('a header in pieces; LOCAL is the proxy itself', async (t) => {
  const { port } = await serving(t);
  const { port: front, events } = await gateway(t, {
    to: [{ host: '127.0.0.1', port }],
    client: { proxy: trusted },
  });
  const { socket, line } = await speak(t, front, '127.0.0.1');
  socket.setNoDelay(true);
  for (const part of ['PROXY TCP4 192.0.2.7 198.', '51.100.1 5000 21\r', '\n']) {
    socket.write(part);
    await new Promise((resolve) => setImmediate(resolve));
  }
  assert.match((await line()) ?? '', /^220 /);
  socket.write('USER u\r\n');
  assert.match((await line()) ?? '', /^331 /);
  assert.deepEqual([...new Set(events.map((event) => event.client.address))], ['192.0.2.7']);
  // The address of the 227 is the one that the client of the proxy meant.
  socket.write('PASS p\r\n');
  assert.match((await line()) ?? '', /^230 /);
  socket.write('PASV\r\n');
  assert.match((await line()) ?? '', /^227 .*\(198,51,100,1,/);
  const check = await speak(t, front, '127.0.0.1');
  check.socket.write(Buffer.from('0d0a0d0a000d0a515549540a20000000', 'hex'));
  assert.match((await check.line()) ?? '', /^220 /);
  assert.equal(events.at(-1)?.client.address, '127.0.0.1');
});

test('theft: the header of another client does not get the data connection', async (t) => {
  const { port } = await serving(t);
  const { port: front, made } = await gateway(t, {
    to: [{ host: '127.0.0.1', port }],
    client: { proxy: trusted },
  });
  const { socket, line } = await speak(t, front, '127.0.0.1');
  for (const [say, code] of [
    ['PROXY TCP4 192.0.2.7 127.0.0.1 5000 21', '220'],
    ['USER u', '331'],
    ['PASS p', '230'],
  ] as const) {
    socket.write(`${say}\r\n`);
    assert.ok((await line())?.startsWith(code));
  }
  socket.write('EPSV\r\n');
  const told = Number(/\|(\d+)\|\)/.exec((await line()) ?? '')?.[1]);
  const thief = await speak(t, told, '127.0.0.1');
  thief.socket.write('PROXY TCP4 192.0.2.8 127.0.0.1 5000 21\r\n');
  assert.equal(await thief.line(), undefined);
  const bare = await speak(t, told, '127.0.0.2');
  assert.equal(await bare.line(), undefined);
  assert.equal(made.ports.client.strays, 2);
  const data = await speak(t, told, '127.0.0.1');
  data.socket.write('PROXY TCP4 192.0.2.7 127.0.0.1 5001 21\r\n');
  socket.write('NLST\r\n');
  assert.match((await line()) ?? '', /^150 /);
  assert.equal(await data.line(), undefined);
  data.socket.end();
  assert.match((await line()) ?? '', /^226 /);
});
