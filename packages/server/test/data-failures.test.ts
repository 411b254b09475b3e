import assert from 'node:assert/strict';
import { createServer } from 'node:net';
import { test } from 'node:test';
import { decodeNonce, decodeProbe, encodeEprt, encodePort, endpoint, isFault } from '@duoport/protocol';
import { serve } from './serving.ts';
import { dial, freePorts, once, readAll } from './sockets.ts';

const soon = { timeouts: { data: 100 } };

test('a data connection that never comes is told with both ends, and after three the log says what is shut', async (t) => {
  const ports = await freePorts(10);
  const { login, events, event, port } = await serve(t, { ...soon, passive: { ports } });
  const client = await login();
  for (let round = 0; round < 4; round += 1) {
    await client.passive();
    await client.expect(150, 'LIST');
    await client.expectReply(425);
  }
  const failed = await event('data-failed');
  assert.equal(failed.problem, 'never-came');
  assert.equal(failed.cause, 'range-shut');
  assert.equal(failed.mode, 'passive');
  assert.equal(failed.remote.address, '127.0.0.1');
  assert.ok(failed.local.port >= ports.low && failed.local.port <= ports.high);
  assert.ok(failed.waited >= 90, String(failed.waited));
  const told = events.filter((each) => each.kind === 'data-shut');
  assert.equal(told.length, 1);
  const [shut] = told;
  assert.equal(shut?.network, '127.0.0.0/24');
  assert.equal(shut?.failures, 3);
  assert.deepEqual(shut?.opens, {
    side: 'server',
    mode: 'passive',
    controlPort: port,
    passivePorts: ports,
    sourcePort: undefined,
    server: '127.0.0.1',
    secure: false,
  });
});

test('a success in between takes the failures back', async (t) => {
  const { login, events } = await serve(t, soon);
  const client = await login();
  for (let round = 0; round < 4; round += 1) {
    await client.passive();
    await client.expect(150, 'LIST');
    await client.expectReply(425);
    if (round % 2 === 1) await client.fetch('LIST', 'EPSV');
  }
  assert.equal(events.filter((each) => each.kind === 'data-failed').length, 4);
  assert.deepEqual(
    events.filter((each) => each.kind === 'data-shut'),
    [],
  );
});

test('an active data connection that is refused is told, and an address that is not the client’s', async (t) => {
  const { login, event, events } = await serve(t);
  const client = await login();
  const closed = createServer().listen(0, '127.0.0.1');
  await once(closed, 'listening');
  const address = closed.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  await new Promise((resolve) => closed.close(resolve));
  await client.expect(200, `EPRT ${encodeEprt(endpoint('127.0.0.1', port))}`);
  await client.expect(425, 'LIST');
  const refused = await event('data-failed');
  assert.equal(refused.problem, 'refused');
  assert.equal(refused.cause, 'client-refused');
  assert.deepEqual(refused.remote, endpoint('127.0.0.1', port));
  await client.expect(504, `PORT ${encodePort(endpoint('192.168.7.7', 5000))}`);
  const named = events.filter((each) => each.kind === 'data-failed').at(-1);
  assert.equal(named?.cause, 'client-behind-nat');
  assert.equal(named?.remote.address, '192.168.7.7');
});

test('a data connection from another address is told as that', async (t) => {
  const { login, event } = await serve(t, soon);
  const client = await login();
  const at = await client.passive();
  const stranger = await dial({ host: at.address, port: at.port, from: '127.0.0.2' });
  t.after(() => stranger.destroy());
  await client.expect(150, 'LIST');
  await client.expectReply(425);
  const failed = await event('data-failed');
  assert.equal(failed.problem, 'wrong-address');
  assert.equal(failed.cause, 'other-address');
  assert.equal(failed.remote.address, '127.0.0.2');
});

test('a private address told to a client from outside is named as the cause', async (t) => {
  const { login, event } = await serve(t, { ...soon, passive: { address: '192.168.0.5' } });
  const client = await login();
  await client.expect(227, 'PASV');
  await client.expect(150, 'LIST');
  await client.expectReply(425);
  const failed = await event('data-failed');
  assert.equal(failed.cause, 'advertised-private');
  assert.equal(failed.advertised?.address, '192.168.0.5');
});

test('SITE PROBE tells what was sent, what was received and what came of it', async (t) => {
  const { login, port } = await serve(t, { active: { sourcePort: undefined } });
  const client = await login();
  const feat = await client.told('FEAT');
  assert.match(feat, /SITE PROBE/);
  assert.match(feat, /SITE NONCE/);
  const probe = async () => {
    const view = decodeProbe(await client.expect(211, 'SITE PROBE'));
    return isFault(view) ? assert.fail(view.fault) : view;
  };
  const before = await probe();
  assert.equal(before.local.port, port);
  assert.equal(before.arrival, undefined);
  const sent = await client.expect(227, 'PASV');
  const waiting = await probe();
  assert.equal(waiting.sent, sent.lines[0]);
  assert.equal(waiting.arrival, 'none');
  await client.setUp('EPSV');
  assert.equal((await probe()).arrival, 'accepted');
  const argument = encodeEprt(endpoint('127.0.0.1', 5001));
  await client.expect(200, `EPRT ${argument}`);
  const active = await probe();
  assert.equal(active.received, argument);
  assert.equal(active.dial, 'none');
  assert.equal(active.arrival, undefined);
  await client.expect(425, 'LIST');
  assert.equal((await probe()).dial, 'refused');
});

for (const way of ['EPSV', 'EPRT'] as const) {
  test(`SITE NONCE over ${way} carries the nonce and both ends as the server sees them`, async (t) => {
    const { login } = await serve(t);
    const client = await login();
    const socket = await client.open('SITE NONCE qwertz', way);
    const { localAddress = '', localPort = 0 } = socket;
    const view = decodeNonce(await readAll(socket));
    await client.expectReply(226);
    assert.ok(!isFault(view));
    assert.equal(view.nonce, 'qwertz');
    assert.deepEqual(view.peer, endpoint(localAddress, localPort));
    await client.expect(501, 'SITE NONCE 12');
  });
}

test('without the power both are 502 and not in FEAT', async (t) => {
  const { login } = await serve(t, { probe: false });
  const client = await login();
  assert.ok(!/PROBE|NONCE/.test(await client.told('FEAT')));
  await client.expect(502, 'SITE PROBE');
  await client.expect(502, 'SITE NONCE a');
});

test('a client that connects before it sends the command, and gives up, is told of as well', async (t) => {
  const { login, event, events } = await serve(t);
  const hasty = await login();
  await hasty.passive();
  await hasty.passive();
  const client = await login();
  await client.passive();
  const now = performance.now.bind(performance);
  t.mock.method(performance, 'now', () => now() + 1_000);
  await client.expect(221, 'QUIT');
  const failed = await event('data-failed');
  assert.equal(failed.problem, 'never-came');
  assert.ok(failed.waited >= 900, String(failed.waited));
  assert.equal(events.filter((each) => each.kind === 'data-failed').length, 1);
});
