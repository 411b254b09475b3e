import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { test } from 'node:test';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { DiskFiles } from '@duoport/server';
import { temporaryDirectory } from './files-support.ts';
import { RawClient, type RawOptions } from './raw-client.ts';
import { noise, seed, serve } from './serving.ts';

interface Door {
  connect(options?: Partial<RawOptions>): Promise<RawClient>;
  login(): Promise<RawClient>;
}

/** The ways in which a session can be dropped, one after the other. */
const drops: readonly ((door: Door) => Promise<RawClient>)[] = [
  async ({ connect }) => connect({ silent: true }),
  async ({ connect }) => connect(),
  async ({ login }) => login(),
  async ({ connect }) => {
    const client = await connect();
    client.sendBytes('USER u\r\nPAS');
    return client;
  },
  async ({ login }) => {
    const client = await login();
    await client.passive('PASV');
    return client;
  },
  async ({ login }) => {
    const client = await login();
    await client.passive('EPSV');
    await client.expect(150, 'STOR never');
    return client;
  },
  async ({ login }) => {
    const client = await login();
    client.send('EPSV');
    return client;
  },
  async ({ login }) => {
    const client = await login();
    await client.open('RETR huge', 'EPRT');
    return client;
  },
  async ({ login }) => {
    const client = await login();
    (await client.open('STOR half')).write('half');
    return client;
  },
  async ({ login }) => {
    const client = await login();
    await client.passive();
    client.send('ESTP');
    return client;
  },
  async ({ login }) => {
    const client = await login();
    await client.fetch('MLSD');
    await client.expect(221, 'QUIT');
    return client;
  },
  async ({ connect }) => {
    const client = await connect();
    await client.expect(234, 'AUTH TLS');
    return client;
  },
  async ({ connect }) => {
    const client = await (await (await connect()).secure()).login();
    await client.store('STOR small', 'x');
    return client;
  },
  async ({ connect }) => {
    const client = await (await (await connect()).secure()).login();
    await client.open('RETR huge');
    return client;
  },
];

const nextTurn = () => new Promise((resolve) => setImmediate(resolve));

const descriptors = () => readdirSync('/proc/self/fd').length;

function resources(): Record<string, number> {
  const counts: Record<string, number> = {};
  // Immediates and file calls come and go with the turn in which one looks.
  for (const name of process.getActiveResourcesInfo())
    if (!/^(Immediate|FSReq)/.test(name)) counts[name] = (counts[name] ?? 0) + 1;
  return counts;
}

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

function heap(): number {
  collect();
  collect();
  return process.memoryUsage().heapUsed;
}

test('attack: 5,000 sessions opened and dropped leave no descriptor, timer or listener behind', async (t) => {
  const warnings: Error[] = [];
  process.on('warning', (warning) => warnings.push(warning));
  const files = new DiskFiles(temporaryDirectory(t));
  await seed(files, '/huge', noise(8 * 1024 * 1024));
  const before = { descriptors: descriptors(), resources: resources() };
  await t.test('while they come and go', async (inner) => {
    let open = 0;
    let idle: () => void = () => {};
    const serving = await serve(inner, {
      files,
      trace: undefined,
      log: (event) => {
        if (event.kind === 'bug') throw event.error;
        if (event.kind === 'connected') open += 1;
        if (event.kind === 'closed') open -= 1;
        if (open === 0) idle();
      },
    });
    const batch = async (from: number) => {
      const cleanups: (() => void)[] = [];
      const owner = { after: (clean: () => void) => cleanups.push(clean) };
      const connect: Door['connect'] = (options) =>
        RawClient.connect(owner, { port: serving.port, ...options });
      const door = { connect, login: async () => (await connect()).login() };
      const clients = await Promise.all(
        Array.from({ length: 50 }, (_, index) =>
          (drops[(from + index) % drops.length] ?? assert.fail())(door),
        ),
      );
      const empty = new Promise<void>((resolve) => {
        idle = resolve;
      });
      for (const [index, client] of clients.entries()) {
        if (index % 2 === 0) client.destroy();
        else client.raw.resetAndDestroy();
      }
      await empty;
      for (const clean of cleanups) clean();
    };
    for (let count = 0; count < 500; count += 50) await batch(count);
    const settled = heap();
    for (let count = 500; count < 5_500; count += 50) await batch(count);
    const { leases, held } = serving.server.ports;
    assert.deepEqual(
      { sessions: serving.server.sessions, leases, held },
      { sessions: 0, leases: 0, held: 0 },
    );
    const grown = heap() - settled;
    assert.ok(grown < 8 * 1024 * 1024, `the heap grew by ${grown} bytes`);
  });
  await files.close();
  // What has been told to close does so in the next turns of the event loop.
  for (let turn = 0; turn < 1_000 && descriptors() > before.descriptors; turn += 1) await nextTurn();
  assert.deepEqual(resources(), before.resources);
  assert.ok(
    descriptors() <= before.descriptors,
    `${descriptors()} descriptors where ${before.descriptors} were`,
  );
  assert.deepEqual(warnings, []);
});
