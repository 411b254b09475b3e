import assert from 'node:assert/strict';
import { connect as connectSocket } from 'node:net';
import { Readable, Writable } from 'node:stream';
import { type TestContext, test } from 'node:test';
import { type ConnectOptions, connect } from '@duoport/client';
import {
  createPassThrough,
  type FtpPassThrough,
  type GatewayEvent,
  type PassedServer,
  type PassThroughOptions,
  routeByRules,
} from '@duoport/gateway';
import {
  createServer,
  type FtpServer,
  MemoryAccounts,
  MemoryFiles,
  type ServerOptions,
} from '@duoport/server';
import { certificate } from '@duoport/testkit';
import { freeRange } from '../../net/test/free-ports.ts';
import { ending, Wire, within } from './ends.ts';

// The gateway has the ports of its servers at another address: that of the servers is 127.0.0.1, and 127.0.0.3 and so on.
const here = '127.0.0.2';
const skip = process.platform === 'linux' ? false : 'only Linux has all of 127.0.0.0/8';

interface Behind {
  readonly server: FtpServer;
  readonly files: MemoryFiles;
  readonly passed: PassedServer;
}

/** A server with TLS of its own, whose only folder is its name. */
async function behind(
  t: TestContext,
  name: string,
  {
    tls = 'explicit',
    options = {},
    host = '127.0.0.1',
    port = 0,
  }: {
    readonly tls?: 'explicit' | 'implicit';
    readonly options?: Partial<ServerOptions>;
    readonly host?: string;
    readonly port?: number;
  } = {},
): Promise<Behind> {
  const files = new MemoryFiles();
  files.makeDirectory(`/${name}`);
  const ports = options.singlePort ? undefined : await freeRange(4);
  const server = createServer({
    accounts: new MemoryAccounts({ files, users: [{ name: 'u', password: 'p' }] }),
    listen: [{ host, port, implicitTls: tls === 'implicit' }],
    tls: certificate,
    requireTls: 'both',
    ...(ports === undefined ? {} : { passive: { ports } }),
    ...options,
  });
  await server.start();
  t.after(() => server.close({ grace: 0 }));
  const data = ports && { ports };
  return { server, files, passed: { host, port: server.listening[0]?.port, tls, ...(data && { data }) } };
}

interface Standing {
  readonly gateway: FtpPassThrough;
  readonly events: GatewayEvent[];
  readonly ports: readonly number[];
  url(at?: number): string;
}

async function standing(t: TestContext, options: PassThroughOptions): Promise<Standing> {
  const events: GatewayEvent[] = [];
  const gateway = createPassThrough({
    dataHost: here,
    listen: [...new Set(options.to.map(({ tls }) => tls === 'implicit'))].map((implicitTls) => ({
      host: here,
      port: 0,
      implicitTls,
    })),
    log: (event) => events.push(event),
    ...options,
  });
  await gateway.start();
  t.after(async () => {
    await gateway.close({ grace: 0 });
    assert.deepEqual(
      events.filter(({ kind }) => kind === 'bug'),
      [],
    );
    assert.equal(gateway.sessions, 0);
  });
  const ports = gateway.listening.map(({ port }) => port);
  return { gateway, events, ports, url: (at = 0) => `ftp://u:p@${here}:${ports[at]}/` };
}

const explicit: ConnectOptions = { tls: 'explicit', insecure: true, mode: 'passive' };
const implicit: ConnectOptions = { ...explicit, tls: 'implicit' };

let nextFile = 1;

/** Lists, stores and fetches, and says the names that were there before. */
async function works(url: string, options: ConnectOptions): Promise<readonly string[]> {
  await using ftp = await connect(url, options);
  const names: string[] = [];
  for await (const { name, type } of ftp.list()) if (type === 'directory') names.push(name);
  const content = Buffer.alloc(300_000, 'some text. ');
  const file = `file ${nextFile++}`;
  await ftp.put(Readable.from([content]), file);
  const chunks: Buffer[] = [];
  const sink = new Writable({ write: (chunk, _, done) => done(void chunks.push(chunk)) });
  await ftp.get(file, sink);
  assert.deepEqual(Buffer.concat(chunks), content);
  await ftp.remove(file);
  return names;
}

for (const tls of ['explicit', 'implicit'] as const) {
  test(`TLS of the client ends at a server that has it ${tls}: lists, stores and fetches`, {
    skip,
  }, async (t) => {
    const { passed } = await behind(t, 'one', { tls });
    const { url, events, gateway } = await standing(t, { to: [passed] });
    assert.deepEqual(await works(url(), tls === 'explicit' ? explicit : implicit), ['one']);
    await gateway.leave();
    const data = events.filter((event) => event.kind === 'passed');
    assert.equal(data.length, 3);
    assert.ok(data.every(({ because, server }) => because === undefined && server.address === '127.0.0.1'));
    assert.equal(gateway.metrics().passed.done, 3);
    assert.equal(gateway.ports.client.leases, 0);
  });
}

test('the server proves that a data connection is of the session whose control connection it saw', {
  skip,
}, async (t) => {
  const { passed } = await behind(t, 'one', { options: { tls: { ...certificate, binding: 'require' } } });
  const { url } = await standing(t, { to: [passed] });
  assert.deepEqual(await works(url(), { ...explicit, binding: 'require' }), ['one']);
});

test('several servers: by the name in the ClientHello, explicit and implicit, each with ports of its own', {
  skip,
}, async (t) => {
  for (const tls of ['explicit', 'implicit'] as const) {
    const [one, two] = [await behind(t, 'one', { tls }), await behind(t, 'two', { tls })];
    const to = [one.passed, two.passed];
    const route = routeByRules([{ serverNames: ['two.example'], to: [two.passed] }, { to: [one.passed] }]);
    const { url } = await standing(t, { to, route });
    const options = tls === 'explicit' ? explicit : implicit;
    assert.deepEqual(await works(url(), { ...options, servername: 'two.example' }), ['two']);
    assert.deepEqual(await works(url(), options), ['one']);
  }
});

test('before AUTH TLS nothing reaches the server, and what comes in one piece with it ends the session', {
  skip,
}, async (t) => {
  const { passed, server } = await behind(t, 'one');
  const { ports } = await standing(t, { to: [passed] });
  const wire = new Wire(connectSocket(ports[0] ?? 0, here));
  t.after(() => wire.socket.destroy());
  await wire.hears(/^220 .*AUTH TLS first/);
  await wire.ask('USER u', /^534 /);
  await wire.ask('XYZZY', /^5\d\d /);
  await wire.ask('AUTH GSSAPI', /^504 /);
  await wire.ask('FEAT', /^211-/);
  assert.equal(server.sessions, 0);
  wire.say('AUTH TLS', 'USER u');
  while ((await wire.line()) !== undefined);
  assert.equal(server.sessions, 0);
});

test('a data port is shut to those who have no session at that server, and open while they have', {
  skip,
}, async (t) => {
  const [one, two] = [await behind(t, 'one'), await behind(t, 'two')];
  const { ports, gateway, url } = await standing(t, { to: [one.passed, two.passed] });
  const [mine, others] = [one.passed.data?.ports.low ?? 0, two.passed.data?.ports.low ?? 0];
  const knock = async (port: number, localAddress: string) => {
    const socket = connectSocket({ port, host: here, localAddress });
    t.after(() => socket.destroy());
    return ending(socket);
  };
  assert.equal((await knock(mine, '127.0.0.1')).bytes, 0);
  assert.equal(gateway.ports.client.strays, 1);
  await using ftp = await connect(url(), { ...explicit, bindAddress: '127.0.0.1' });
  await ftp.pwd();
  await knock(mine, '127.0.0.9');
  await knock(others, '127.0.0.1');
  assert.equal(gateway.ports.client.strays, 3);
  // One of its own is let through: the server, which promised none, is the one who shuts it.
  await knock(mine, '127.0.0.1');
  assert.equal(gateway.ports.client.strays, 3);
  assert.ok(ports.length > 0);
});

test('the next server is used when one cannot be reached; one that drains gets no new sessions', {
  skip,
}, async (t) => {
  const [one, two] = [await behind(t, 'one'), await behind(t, 'two')];
  await one.server.close({ grace: 0 });
  const { url, events, gateway } = await standing(t, { to: [one.passed, two.passed] });
  assert.deepEqual(await works(url(), explicit), ['two']);
  assert.equal(events.filter(({ kind }) => kind === 'link-failed').length, 1);
  gateway.drain(two.passed);
  await assert.rejects(connect(url(), explicit));
  gateway.drain(two.passed, false);
  assert.deepEqual(await works(url(), explicit), ['two']);
});

test('a gateway that points at itself is found out', { skip }, async (t) => {
  const { low } = await freeRange(2);
  const listen = [{ host: here, port: low, implicitTls: true }];
  const to = [
    { host: here, port: low, tls: 'implicit', data: { ports: { low: low + 1, high: low + 1 } } },
  ] as const;
  const { events } = await standing(t, { to, listen });
  await assert.rejects(connect(`ftp://u:p@${here}:${low}/`, implicit));
  await within('the end of it', ended(events));
  assert.match(JSON.stringify(events), /itself/);
});

/** Every session that began is over. */
async function ended(events: readonly GatewayEvent[]): Promise<void> {
  const count = (kind: string) => events.filter((event) => event.kind === kind).length;
  while (count('connected') === 0 || count('closed') < count('connected'))
    await new Promise((resolve) => setImmediate(resolve));
}

test('one port for everything, and two servers behind it: each client stays with its own', {
  skip,
}, async (t) => {
  for (const tls of ['explicit', 'implicit'] as const) {
    const { low: port } = await freeRange(1);
    const single = { options: { singlePort: true }, port, tls } as const;
    const one = await behind(t, 'one', single);
    const two = await behind(t, 'two', { ...single, host: '127.0.0.3' });
    const { url } = await standing(t, {
      to: [one.passed, two.passed],
      listen: [{ host: here, port, implicitTls: tls === 'implicit' }],
      singlePort: true,
      balance: 'least-connections',
    });
    const options = { ...(tls === 'explicit' ? explicit : implicit), mode: 'passive' } as const;
    const [near, far] = ['127.0.1.1', '127.0.1.2'];
    // Who comes second goes to the other server, and whoever comes from there too.
    await using _first = await connect(url(), { ...options, bindAddress: near });
    await using _second = await connect(url(), { ...options, bindAddress: far });
    const from = [near, far, near, far, near, far];
    const found = await Promise.all(from.map((bindAddress) => works(url(), { ...options, bindAddress })));
    const names = found.map(([name]) => name);
    assert.deepEqual(names.slice(0, 2).sort(), ['one', 'two']);
    assert.deepEqual(names, [...names.slice(0, 2), ...names.slice(0, 2), ...names.slice(0, 2)]);
  }
});

test('one port, one client address, two servers by name: tickets lead every data connection to its own', {
  skip,
}, async (t) => {
  const { low: port } = await freeRange(1);
  const single = { options: { singlePort: true }, port, tls: 'implicit' } as const;
  const one = await behind(t, 'one', single);
  const two = await behind(t, 'two', { ...single, host: '127.0.0.3' });
  const { url } = await standing(t, {
    to: [one.passed, two.passed],
    route: routeByRules([{ serverNames: ['two.example'], to: [two.passed] }, { to: [one.passed] }]),
    listen: [{ host: here, port, implicitTls: true }],
    singlePort: true,
  });
  const named = { ...implicit, servername: 'two.example' };
  const found = await Promise.all([works(url(), implicit), works(url(), named), works(url(), named)]);
  assert.deepEqual(found, [['one'], ['two'], ['two']]);
});

test('settings that cannot work are refused', () => {
  const data = { ports: { low: 50_000, high: 50_010 } };
  const cases: readonly (readonly [PassThroughOptions, RegExp])[] = [
    [{ to: [] }, /set to/],
    [{ to: [{ host: 'a', data, tls: 'implicit' }] }, /begin in the same way/],
    [{ to: [{ host: 'a' }] }, /passive range in data\.ports/],
    [
      {
        to: [
          { host: 'a', data },
          { host: 'b', data: { ports: { low: 50_005, high: 50_020 } } },
        ],
      },
      /each server needs its own/,
    ],
    [{ to: [{ host: 'a', data: { ports: { low: 20_000, high: 40_000 } } }] }, /too many/],
    [{ to: [{ host: 'a', data }], singlePort: true }, /leave out data/],
    [{ to: [{ host: 'a', data: { ...data, shift: -49_500 } }] }, /none for data/],
  ];
  for (const [options, message] of cases) assert.throws(() => createPassThrough(options), message);
});
