import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { ServerEvent, SessionView } from '@duoport/server';
import { noise, type Serving, seed, serve } from './serving.ts';
import { dial, freePorts, readAll } from './sockets.ts';

type Transfer = Extract<ServerEvent, { readonly kind: 'transfer' }>;

const transfers = ({ events }: Serving): readonly Transfer[] =>
  events.filter((event): event is Transfer => event.kind === 'transfer');

for (const way of ['EPSV', 'PORT'] as const) {
  test(`a transfer is told with both ends of its data connection and who dialled: ${way}`, async (t) => {
    const serving = await serve(t);
    await seed(serving.memory, '/f', 'hello');
    const client = await serving.login();
    const data = await client.open('RETR f', way);
    const [own, far] = [data.localPort, data.remotePort];
    await readAll(data);
    await client.expectReply(226);
    const told = await serving.event('transfer');
    assert.equal(told.mode, way === 'EPSV' ? 'passive' : 'active');
    assert.deepEqual([told.direction, told.type, told.bytes, told.secure], ['send', 'image', 5, false]);
    assert.equal(told.data?.dialledBy, way === 'EPSV' ? 'client' : 'server');
    const ports = [told.data?.from.port, told.data?.to.port];
    assert.deepEqual(ports, way === 'EPSV' ? [own, far] : [far, own]);
    assert.equal(told.data?.resumed, undefined);
    assert.ok((told.data?.waited ?? -1) >= 0);
  });
}

test('TLS and whether it was resumed', async (t) => {
  const serving = await serve(t);
  await seed(serving.memory, '/f', 'hello');
  const client = await serving.connect();
  await client.secure();
  await client.login();
  await client.fetch('RETR f');
  const { socket } = await client.setUp();
  await client.expect(150, 'RETR f');
  await readAll(await client.secureData(await socket, false));
  await client.expectReply(226);
  assert.deepEqual(
    transfers(serving).map(({ secure, data }) => [secure, data?.resumed]),
    [
      [true, true],
      [true, false],
    ],
  );
});

test('a data connection that never came is none of the transfer', async (t) => {
  const serving = await serve(t, { timeouts: { data: 50 } });
  const client = await serving.login();
  await client.fetch('LIST');
  await client.passive();
  await client.expect(150, 'LIST');
  await client.expectReply(425);
  const [first, second] = transfers(serving);
  assert.equal(first?.data?.mode, 'passive');
  assert.deepEqual([second?.mode, second?.data, second?.reply.code], ['passive', undefined, 425]);
});

test('names that change are told', async (t) => {
  const serving = await serve(t);
  await seed(serving.memory, '/a', '1');
  const client = await serving.login();
  await client.expect(257, 'MKD d');
  await client.expect(350, 'RNFR a');
  await client.expect(250, 'RNTO d/b');
  await client.expect(250, 'DELE d/b');
  await client.expect(550, 'DELE d/b');
  await client.expect(250, 'RMD d');
  await client.expect(257, 'SITE MKDIR -p x/y');
  await client.expect(257, 'SITE MKDIR -p x/y');
  const changes = serving.events.flatMap((event) => (event.kind === 'changed' ? [event] : []));
  assert.deepEqual(
    changes.map(({ session: _, peer: __, kind: ___, ...change }) => change),
    [
      { change: 'made-directory', path: '/d' },
      { change: 'renamed', path: '/a', to: '/d/b' },
      { change: 'deleted', path: '/d/b' },
      { change: 'removed-directory', path: '/d' },
      { change: 'made-directory', path: '/x/y' },
    ],
  );
});

/** Of the only session. */
function view({ server }: Serving) {
  const [only, ...others] = server.look();
  assert.deepEqual(others, []);
  return only ?? assert.fail('there is no session');
}

test('who is there: from the greeting over a transfer to the end', async (t) => {
  const serving = await serve(t);
  const huge = noise(24 * 1024 * 1024);
  await seed(serving.memory, '/huge', huge);
  assert.deepEqual(serving.server.look(), []);
  const client = await serving.connect();
  assert.deepEqual([view(serving).user, view(serving).command], [undefined, undefined]);
  await client.login();
  assert.equal(view(serving).user, 'u');
  assert.equal(view(serving).data, undefined);
  const { port } = await client.passive();
  assert.deepEqual([view(serving).data?.state, view(serving).data?.to.port], ['agreed', port]);
  const socket = await dial({ host: '127.0.0.1', port });
  await client.expect(150, 'RETR huge');
  await new Promise<void>((resolve) =>
    socket.once('data', () => {
      socket.pause();
      resolve();
    }),
  );
  const busy = view(serving);
  assert.deepEqual([busy.command, busy.idle], ['RETR', 0]);
  assert.deepEqual(
    [busy.transfer?.verb, busy.transfer?.path, busy.transfer?.direction],
    ['RETR', '/huge', 'send'],
  );
  assert.ok((busy.transfer?.bytes ?? 0) > 0);
  assert.deepEqual(
    [busy.data?.state, busy.data?.mode, busy.data?.from.port, busy.data?.to.port],
    ['open', 'passive', socket.localPort, port],
  );
  await client.expect(200, 'NOOP');
  assert.equal(view(serving).command, 'RETR');
  await readAll(socket);
  await client.expectReply(226);
  assert.deepEqual(
    [view(serving).transfer, view(serving).data, view(serving).command],
    [undefined, undefined, undefined],
  );
  assert.deepEqual(
    structuredClone(serving.server.look()),
    serving.server.look().map((one) => ({ ...one })),
  );
  client.destroy();
  await serving.event('closed');
  assert.deepEqual(serving.server.look(), []);
});

test('a range that is shut shows in who: awaited where, for how long, and why it failed last', async (t) => {
  const ports = await freePorts(4);
  const seen: SessionView[] = [];
  const serving = await serve(t, {
    passive: { ports },
    timeouts: { data: 60 },
    trace: () => (event) => {
      // Before any timer goes off.
      if (event.kind === 'line' && event.from === 'server' && event.text.startsWith('150'))
        setImmediate(() => seen.push(...serving.server.look()));
    },
  });
  const client = await serving.login();
  for (let round = 0; round < 3; round += 1) {
    const { port } = await client.passive();
    await client.expect(150, 'LIST');
    await client.expectReply(425);
    const awaited = seen[round];
    assert.deepEqual(
      [awaited?.command, awaited?.data?.state, awaited?.data?.mode, awaited?.data?.to.port],
      ['LIST', 'awaited', 'passive', port],
    );
    assert.deepEqual([awaited?.data?.from.address, awaited?.data?.from.port], ['127.0.0.1', 0]);
    assert.equal(view(serving).trouble?.cause, 'range-shut');
  }
  assert.deepEqual(serving.server.shut, [{ network: '127.0.0.0/24', cause: 'range-shut', failures: 3 }]);
  await client.fetch('LIST');
  assert.equal(view(serving).trouble, undefined);
  assert.deepEqual(serving.server.shut, []);
});

test('a session that is kicked is told, with its transfer', async (t) => {
  const serving = await serve(t);
  await seed(serving.memory, '/huge', noise(24 * 1024 * 1024));
  const idle = await serving.login();
  const busy = await serving.login();
  const other = await serving.login();
  await busy.open('RETR huge');
  const [one, two] = serving.server.look();
  const kicked = serving.server.kick(new Set([one?.session ?? 0, two?.session ?? 0, 99]));
  assert.deepEqual(kicked, [one?.session, two?.session]);
  await idle.expectReply(421);
  await busy.expectReply(426);
  await busy.expectReply(421);
  await Promise.all([idle.ended, busy.ended]);
  await other.expect(200, 'NOOP');
  await closings(t, serving, 2);
  assert.equal(serving.server.sessions, 1);
});

async function closings(_: TestContext, serving: Serving, count: number): Promise<void> {
  while (serving.events.filter(({ kind }) => kind === 'closed').length < count)
    await new Promise((resolve) => setImmediate(resolve));
}
