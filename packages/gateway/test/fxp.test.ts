import assert from 'node:assert/strict';
import { connect as connectSocket } from 'node:net';
import { type TestContext, test } from 'node:test';
import { createGateway, type GatewayOptions } from '@duoport/gateway';
import { networkSet } from '@duoport/net';
import { createServer, MemoryAccounts, MemoryFiles } from '@duoport/server';
import { Wire } from './ends.ts';

// One client (127.0.0.1) has two servers transfer among each other: one stands behind a gateway (127.0.0.2), the other (127.0.0.3) does not.
const [door, other] = ['127.0.0.2', '127.0.0.3'];
const skip = process.platform === 'linux' ? false : 'only Linux has all of 127.0.0.0/8';

interface Party {
  readonly wire: Wire;
  readonly files: MemoryFiles;
}

interface Parties {
  /** The control connection through the gateway, and the files behind it. */
  readonly near: Party;
  /** The control connection to the other server. */
  readonly far: Party;
}

async function parties(
  t: TestContext,
  peers: NonNullable<GatewayOptions['client']>['peers'],
): Promise<Parties> {
  const [behind, beside] = [await serverAt(t, '127.0.0.1'), await serverAt(t, other)];
  const gateway = createGateway({
    listen: [{ host: door, port: 0 }],
    to: [{ host: '127.0.0.1', port: behind.port, mode: 'passive' }],
    client: { peers },
    timeouts: { data: 2000 },
    log: ({ kind }) => assert.notEqual(kind, 'bug'),
  });
  await gateway.start();
  t.after(() => gateway.close({ grace: 0 }));
  const near = await loggedIn(t, door, gateway.listening[0]?.port ?? 0);
  const far = await loggedIn(t, other, beside.port);
  return { near: { wire: near, files: behind.files }, far: { wire: far, files: beside.files } };
}

async function serverAt(
  t: TestContext,
  host: string,
): Promise<{ readonly port: number; readonly files: MemoryFiles }> {
  const files = new MemoryFiles();
  const server = createServer({
    accounts: new MemoryAccounts({ files, users: [{ name: 'u', password: 'p' }] }),
    listen: [{ host, port: 0 }],
    peers: { kind: 'any' },
  });
  await server.start();
  t.after(() => server.close({ grace: 0 }));
  return { port: server.listening[0]?.port ?? 0, files };
}

async function loggedIn(t: TestContext, host: string, port: number): Promise<Wire> {
  const wire = new Wire(connectSocket({ host, port, localAddress: '127.0.0.1' }));
  t.after(() => wire.socket.destroy());
  await wire.hears(/^220 /);
  await wire.ask('USER u', /^331 /);
  await wire.ask('PASS p', /^230 /);
  await wire.ask('TYPE I', /^200 /);
  return wire;
}

/** `passive` listens, `active` dials it; both are told. The answer of the one that was told to dial. */
async function agree(passive: Wire, active: Wire, answer: RegExp): Promise<void> {
  const told = await passive.ask('PASV', /^227 .*\(\d+,\d+,\d+,\d+,\d+,\d+\)/);
  await active.ask(`PORT ${/\(([\d,]+)\)/.exec(told)?.[1]}`, answer);
}

async function stored(to: Wire, from: Wire): Promise<void> {
  to.say('STOR copy');
  from.say('RETR file');
  for (const wire of [to, from]) {
    await wire.hears(/^150 /);
    await wire.hears(/^226 /);
  }
}

async function write(files: MemoryFiles, text: string): Promise<void> {
  const handle = await files.prepareWrite('/file', { kind: 'replace' }).open();
  await handle.write([Buffer.from(text)], 0);
  await handle.finish();
}

async function read(files: MemoryFiles): Promise<string> {
  const handle = files.openRead('/copy');
  const bytes = Buffer.alloc(handle.size);
  await handle.read(bytes, 0);
  await handle.close();
  return String(bytes);
}

const listed = { kind: 'networks', networks: networkSet([`${other}/32`]) } as const;

test('FXP to and from a server of a listed network, whoever of the two dials', { skip }, async (t) => {
  for (const peers of [listed, { kind: 'any' } as const]) {
    const { near, far } = await parties(t, peers);
    await write(far.files, 'from the other server');
    await agree(near.wire, far.wire, /^200 /);
    await stored(near.wire, far.wire);
    assert.equal(await read(near.files), 'from the other server');
    await write(near.files, 'from behind the gateway');
    await agree(far.wire, near.wire, /^200 /);
    await stored(far.wire, near.wire);
    assert.equal(await read(far.files), 'from behind the gateway');
  }
});

test('attack: PORT to another host or a low port is refused, with FXP to somebody else too', {
  skip,
}, async (t) => {
  for (const peers of [undefined, { kind: 'networks', networks: networkSet(['127.0.0.9/32']) } as const]) {
    const { near, far } = await parties(t, peers);
    await agree(far.wire, near.wire, /^504 Illegal PORT/);
    await near.wire.ask('EPRT |1|127.0.0.3|5000|', /^504 Illegal EPRT/);
    await near.wire.ask('NOOP', /^200 /);
  }
  const { near } = await parties(t, listed);
  for (const port of [1, 22, 1023])
    await near.wire.ask(`PORT 127,0,0,3,${port >> 8},${port & 0xff}`, /^504 Illegal PORT/);
});

test('attack: a data connection from a host that is not listed gets nothing', { skip }, async (t) => {
  for (const peers of [undefined, { kind: 'networks', networks: networkSet(['127.0.0.9/32']) } as const]) {
    const { near, far } = await parties(t, peers);
    await write(far.files, 'stolen');
    await agree(near.wire, far.wire, /^200 /);
    far.wire.say('RETR file');
    near.wire.say('STOR copy');
    assert.match((await near.wire.line()) ?? '', /^(150|425) /);
    if (near.wire.heard.at(-1)?.startsWith('150 ')) await near.wire.hears(/^4\d\d /);
    assert.equal(await read(near.files).catch(() => ''), '');
  }
});
