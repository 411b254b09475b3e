import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, connect, createServer } from 'node:net';
import { type TestContext, test } from 'node:test';
import { canTraceHops, type SeenPacket, sendSyn, traceHops, watchPackets } from '../src/index.ts';
import { newSockets, openSockets } from './open-sockets.ts';

const noTrace = (await canTraceHops()) ? false : 'hops can be seen on 64-bit Linux with koffi only';
const first = await watchPackets(() => undefined);
await first?.close();
const seesPackets = first !== undefined;
const noPackets = seesPackets ? false : 'packets can be seen by root on 64-bit Linux with koffi only';

async function listen(t: TestContext, host: string) {
  const server = createServer((socket) => socket.on('error', () => undefined).destroy());
  server.listen(0, host);
  await once(server, 'listening');
  const shut = () => new Promise((resolve) => server.close(resolve));
  t.after(shut);
  return { port: (server.address() as AddressInfo).port, shut };
}

for (const [host, family] of [
  ['127.0.0.1', 4],
  ['::1', 6],
] as const) {
  test(`the first hop to ${host} is itself`, { skip: noTrace }, async (t) => {
    const { port } = await listen(t, host);
    const open = await traceHops({ to: { address: host, port, family }, patience: 2000 });
    assert.deepEqual(
      open?.map(({ distance, how }) => [distance, how]),
      [[1, 'reached']],
    );
    // Nobody accepts on this port, so every socket that is new afterwards is one of ours.
    const before = openSockets();
    const shut = await traceHops({ to: { address: host, port: 1, family }, patience: 2000 });
    assert.equal(shut?.[0]?.how, 'refused');
    assert.deepEqual(newSockets(before), []);
  });
}

test('a trace that is called off ends at once and gives everything back', { skip: noTrace }, async () => {
  const before = openSockets();
  const stop = new AbortController();
  const running = traceHops({
    to: { address: '127.0.0.1', port: 1, family: 4 },
    signal: stop.signal,
    patience: 60_000,
  });
  stop.abort();
  await running;
  assert.deepEqual(newSockets(before), []);
});

test('SYNs and their answers are seen on the card', { skip: noPackets }, async (t) => {
  const before = openSockets();
  const { port, shut } = await listen(t, '127.0.0.1');
  const seen: SeenPacket[] = [];
  const watch = await watchPackets((packet) => seen.push(packet));
  const socket = connect(port, '127.0.0.1').on('error', () => undefined);
  await once(socket, 'connect');
  watch?.catchUp();
  const closed = once(socket, 'close');
  socket.destroy();
  await closed;
  await watch?.close();
  const about = seen.filter(
    ({ packet }) => packet.kind === 'tcp' && [packet.from.port, packet.to.port].includes(port),
  );
  assert.ok(
    about.some(({ packet }) => packet.kind === 'tcp' && packet.syn && !packet.ack && packet.to.port === port),
  );
  assert.ok(
    about.some(
      ({ packet }) => packet.kind === 'tcp' && packet.syn && packet.ack && packet.from.port === port,
    ),
  );
  await shut();
  assert.deepEqual(newSockets(before), []);
});

test('a bare SYN is sent from a port that somebody listens on', { skip: noPackets }, async (t) => {
  const { port } = await listen(t, '127.0.0.1');
  const seen: SeenPacket[] = [];
  const watch = await watchPackets((packet) => seen.push(packet));
  const from = { address: '127.0.0.1', port, family: 4 } as const;
  assert.equal(await sendSyn({ from, to: { address: '127.0.0.1', port: 1, family: 4 }, ttl: 3 }), true);
  watch?.catchUp();
  await watch?.close();
  const ours = seen.find(({ packet }) => packet.kind === 'tcp' && packet.syn && packet.from.port === port);
  assert.equal(ours?.packet.ttl, 3);
});

test('without the privilege packets are not seen, and nothing breaks', async () => {
  const nobody = 65_534;
  const isRoot = process.geteuid?.() === 0;
  if (isRoot) process.seteuid?.(nobody);
  try {
    assert.equal(await watchPackets(() => undefined), undefined);
  } finally {
    if (isRoot) process.seteuid?.(0);
  }
});
