import assert from 'node:assert/strict';
import { once } from 'node:events';
import {
  type AddressInfo,
  connect as connectSocket,
  createServer as createRawServer,
  type Socket,
} from 'node:net';
import { createInterface } from 'node:readline';
import { type TestContext, test } from 'node:test';
import { connect } from '@duoport/client';
import {
  createGateway,
  type FtpGateway,
  type GatewayOptions,
  routeByRules,
  type Upstream,
} from '@duoport/gateway';
import {
  createServer,
  type FtpServer,
  MemoryAccounts,
  MemoryFiles,
  type ServerOptions,
} from '@duoport/server';

const users = ['u', 'ann', 'bob'].map((name) => ({ name, password: 'p' }));

/** A server whose only file is its name. */
async function server(
  t: TestContext,
  name: string,
  options: Partial<ServerOptions> = {},
): Promise<{ readonly server: FtpServer; readonly upstream: Upstream }> {
  const files = new MemoryFiles();
  const accounts = new MemoryAccounts({ files, users });
  const made = createServer({ accounts, listen: [{ host: '127.0.0.1', port: 0 }], ...options });
  await made.start();
  t.after(() => made.close({ grace: 0 }));
  files.makeDirectory(`/${name}`);
  return { server: made, upstream: { host: '127.0.0.1', port: made.listening[0]?.port } };
}

async function gateway(
  t: TestContext,
  to: GatewayOptions['to'],
  options: Partial<GatewayOptions> = {},
): Promise<{ readonly gateway: FtpGateway; readonly failed: string[] }> {
  const failed: string[] = [];
  const made = createGateway({
    listen: [{ host: '127.0.0.1', port: 0 }],
    to,
    log: (event) => {
      assert.notEqual(event.kind, 'bug');
      if (event.kind === 'link-failed') failed.push(event.error);
    },
    ...options,
  });
  await made.start();
  t.after(() => made.close({ grace: 0 }));
  return { gateway: made, failed };
}

/** The name of the server that this user comes to. */
async function whoHas({ gateway }: { gateway: FtpGateway }, user = 'u'): Promise<string> {
  await using client = await connect(`ftp://${user}:p@127.0.0.1:${gateway.listening[0]?.port}/`, {
    tls: 'none',
  });
  for await (const { name } of client.list('/')) return name;
  return 'nothing';
}

test('rules by user send each to a server, and whom none fits hears 530', async (t) => {
  const [a, b] = [await server(t, 'a'), await server(t, 'b')];
  const rules = [
    { users: ['ann'], to: [a.upstream] },
    { users: ['b*'], to: [b.upstream] },
  ];
  const door = await gateway(t, routeByRules(rules));
  assert.equal(await whoHas(door, 'ann'), 'a');
  assert.equal(await whoHas(door, 'bob'), 'b');
  await assert.rejects(whoHas(door, 'u'), /530.*no server/);
});

test('a server that greets with 421 gives way to the next', async (t) => {
  const [full, b] = [await server(t, 'full', { maxSessions: 0 }), await server(t, 'b')];
  const door = await gateway(t, [full.upstream, b.upstream]);
  assert.equal(await whoHas(door), 'b');
  assert.match(door.failed.join(), /421/);
});

test('a server that dies at the password gives way to the next, and the client notices nothing', async (t) => {
  const dying: { close: () => Promise<void> } = { close: async () => undefined };
  const a = await server(t, 'a', {
    accounts: {
      login: async () => {
        await dying.close();
        return undefined;
      },
    },
  });
  dying.close = () => a.server.close({ grace: 0 });
  const b = await server(t, 'b');
  const door = await gateway(t, [a.upstream, b.upstream]);
  assert.equal(await whoHas(door), 'b');
  assert.equal(door.failed.length, 1);
});

test('a client that guesses passwords until it is sent away is not passed on, and the server is not blamed', async (t) => {
  const dying: { close: () => Promise<void> } = { close: async () => undefined };
  let logins = 0;
  const a = await server(t, 'a', {
    accounts: {
      login: async () => {
        logins += 1;
        if (logins === 2) await dying.close();
        return undefined;
      },
    },
  });
  dying.close = () => a.server.close({ grace: 0 });
  const b = await server(t, 'b');
  const changes: string[] = [];
  const { gateway: door, failed } = await gateway(t, [a.upstream, b.upstream], {
    eject: { after: 1 },
    onHealth: ({ state }) => changes.push(state),
  });
  const socket = connectSocket(door.listening[0]?.port ?? 0, '127.0.0.1');
  const codes: string[] = [];
  const lines = createInterface({ input: socket });
  const wanted = ['USER u', 'PASS wrong', 'USER u', 'PASS p'];
  for await (const line of lines) {
    codes.push(line.slice(0, 3));
    const next = wanted.shift();
    if (next !== undefined) socket.write(`${next}\r\n`);
  }
  assert.deepEqual(codes, ['220', '331', '530', '331', '421']);
  assert.deepEqual([failed, changes], [[], []]);
});

test('a client that leaves while the server is silent about its name leaves nothing open there', async (t) => {
  const silent = createRawServer((socket) => socket.write('220 ready\r\n'));
  silent.listen(0, '127.0.0.1');
  await once(silent, 'listening');
  t.after(() => silent.close());
  const upstream = { host: '127.0.0.1', port: (silent.address() as AddressInfo).port };
  const { gateway: door } = await gateway(t, [upstream]);
  const socket = connectSocket(door.listening[0]?.port ?? 0, '127.0.0.1');
  await once(socket, 'data');
  const linked = once(silent, 'connection');
  socket.write('USER u\r\n');
  const [there] = (await linked) as [Socket];
  const [said] = (await once(there, 'data')) as [Buffer];
  assert.equal(said.toString(), 'USER u\r\n');
  there.resume();
  const closed = once(there, 'close');
  socket.resetAndDestroy();
  await closed;
  assert.equal(door.status([upstream])[0]?.sessions, 0);
});

test('the last server that leaves at the login is told as 421', async (t) => {
  const full = await server(t, 'full', { maxSessions: 0 });
  const door = await gateway(t, [full.upstream]);
  await assert.rejects(whoHas(door), /421/);
});

test('least connections spread sessions, and a drained server gets none', async (t) => {
  const [a, b] = [await server(t, 'a'), await server(t, 'b')];
  const both = [a.upstream, b.upstream];
  const { gateway: door } = await gateway(t, both, { balance: 'least-connections' });
  const url = `ftp://u:p@127.0.0.1:${door.listening[0]?.port}/`;
  const clients = [];
  for (let number = 0; number < 4; number += 1) clients.push(await connect(url, { tls: 'none' }));
  assert.deepEqual(
    door.status(both).map(({ sessions }) => sessions),
    [2, 2],
  );
  door.drain(a.upstream);
  clients.push(await connect(url, { tls: 'none' }), await connect(url, { tls: 'none' }));
  const [first, second] = door.status(both);
  assert.deepEqual([first?.sessions, first?.state, second?.sessions], [2, 'draining', 4]);
  door.drain(b.upstream);
  await assert.rejects(connect(url, { tls: 'none' }), /421.*No server takes new sessions/);
  await Promise.all(clients.map((client) => client.close()));
});

test('sticky: a user always comes to the same server, though FEAT was asked before USER', async (t) => {
  const servers = [await server(t, 'a'), await server(t, 'b'), await server(t, 'c')];
  const door = await gateway(
    t,
    servers.map(({ upstream }) => upstream),
    { balance: 'sticky' },
  );
  for (const user of ['ann', 'bob', 'u']) {
    const first = await whoHas(door, user);
    assert.equal(await whoHas(door, user), first);
  }
});

test('SRV records name the servers: the next priority when the first cannot be reached', async (t) => {
  const b = await server(t, 'b');
  const records = [
    { host: '127.0.0.1', port: 1, priority: 10, weight: 1 },
    { host: '127.0.0.1', port: b.upstream.port ?? 0, priority: 20, weight: 1 },
  ];
  const asked: string[] = [];
  const door = await gateway(t, [{ host: '_ftp._tcp.example.org', service: true }], {
    lookupServices: async (name) => {
      asked.push(name);
      return records;
    },
  });
  assert.equal(await whoHas(door), 'b');
  assert.deepEqual(asked, ['_ftp._tcp.example.org']);
  assert.equal(door.failed.length, 1);
});
