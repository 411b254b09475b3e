import assert from 'node:assert/strict';
import { createServer } from 'node:net';
import { test } from 'node:test';
import { encodePort } from '@duoport/protocol';

import { contentOf, noise, seed, serve } from './serving.ts';
import { dial, freePorts, gone, once, readAll, within } from './sockets.ts';

test('a mode that is switched off says so and is not in FEAT', async (t) => {
  const active = await (await serve(t, { passive: { enabled: false } })).login();
  const withoutPassive = await active.told('FEAT');
  assert.ok(!/EPSV/.test(withoutPassive) && /EPRT/.test(withoutPassive));
  for (const verb of ['PASV', 'EPSV', 'LPSV'])
    assert.match(await active.told(verb), /^502 Passive mode is switched off here; use PORT or EPRT/);
  await active.store('STOR f', 'x', 'EPRT');

  const passive = await (await serve(t, { active: { enabled: false } })).login();
  const withoutActive = await passive.told('FEAT');
  assert.ok(!/EPRT/.test(withoutActive) && /EPSV/.test(withoutActive));
  for (const line of ['PORT 127,0,0,1,200,1', 'EPRT |1|127.0.0.1|51201|', 'LPRT 4,4,127,0,0,1,2,200,1'])
    assert.match(await passive.told(line), /^502 Active mode is switched off here; use PASV or EPSV/);
  await passive.store('STOR f', 'x', 'EPSV');
});

test('after EPSV ALL only EPSV sets up data connections, until REIN', async (t) => {
  const { login } = await serve(t);
  const client = await login();
  await client.expect(200, 'EPSV ALL');
  for (const line of ['PASV', 'LPSV', 'PORT 127,0,0,1,200,1', 'EPRT |1|127.0.0.1|51201|'])
    await client.expect(503, line);
  await client.store('STOR f', 'x', 'EPSV');
  await client.expect(220, 'REIN');
  await client.login();
  await client.store('STOR f', 'x', 'PASV');
});

test('each new word replaces the one before: PASV after PORT, PORT after PASV', async (t) => {
  const { login, memory, trace } = await serve(t);
  const client = await login();
  await client.setUp('EPRT');
  await client.store('STOR passive', 'p', 'EPSV');
  await client.passive();
  await client.store('STOR active', 'a', 'EPRT');
  assert.equal(contentOf(memory, '/passive').toString(), 'p');
  assert.equal(contentOf(memory, '/active').toString(), 'a');
  const dialled = trace.filter((event) => event.kind === 'dial');
  assert.equal(dialled.length, 1);
});

test('passive ports come from the range, and active ones from the source port', async (t) => {
  const [ports, sourcePort] = [await freePorts(10), await freePorts(10)];
  const { login } = await serve(t, { passive: { ports }, active: { sourcePort } });
  const client = await login();
  for (let round = 0; round < 20; round += 1) {
    const { port } = await client.passive();
    assert.ok(port >= ports.low && port <= ports.high, String(port));
  }
  const { socket } = await client.setUp('EPRT');
  client.send('STOR f');
  await client.expectReply(150);
  const connection = await socket;
  const from = connection.remotePort ?? 0;
  assert.ok(from >= sourcePort.low && from <= sourcePort.high, String(from));
  connection.end('x');
  await client.expectReply(226);
});

test('227 names the address that was set, and the port where it listens', async (t) => {
  const { login } = await serve(t, { passive: { address: '198.51.100.7' } });
  const client = await login();
  const { port } = await client.passive('PASV');
  assert.match(await client.told('PASV'), /^227 Entering Passive Mode \(198,51,100,7,\d+,\d+\)\.$/);
  assert.ok(port > 1023);
});

test('attack: a full range answers 425, and the session goes on', async (t) => {
  const ports = await freePorts(2);
  const { login, server } = await serve(t, { passive: { ports } });
  const clients = [];
  // One address may have each port once: two leases fill the range for it.
  for (let count = 0; count < 2; count += 1) {
    const client = await login();
    await client.passive();
    clients.push(client);
  }
  const late = await login();
  const full = new RegExp(`^425 None of the 2 data ports ${ports.low}-${ports.high} is free`);
  assert.match(await late.told('EPSV'), full);
  assert.match(await late.told('PASV'), /^425 /);
  await late.expect(200, 'NOOP');
  await late.store('STOR f', 'x', 'EPRT');
  const { refused, leases } = server.ports;
  assert.deepEqual({ refused, leases }, { refused: 2, leases: 2 });
  // Another address is not in the way of the first.
  const elsewhere = await login({ from: '127.0.0.2' });
  await elsewhere.passive();
  await clients[0]?.expect(221, 'QUIT');
  await clients[0]?.ended;
  await late.passive();
});

test('attack: PASV 10,000 times holds one port at a time', async (t) => {
  const { login, server } = await serve(t, { passive: { ports: await freePorts(10) } });
  const client = await login();
  const other = await login();
  const rounds = 10_000;
  client.sendBytes('PASV\r\n'.repeat(rounds));
  for (let round = 0; round < rounds; round += 1) await client.expectReply(227);
  assert.equal(server.ports.leases, 1);
  assert.ok(server.ports.listeners <= 10);
  await other.store('STOR f', 'x', 'PASV');
  await client.store('STOR g', 'x', 'EPSV');
  assert.equal(server.ports.leases, 0);
});

test('attack: a data connection from another address gets nothing and does not use up the lease', async (t) => {
  const { login, server, memory, trace } = await serve(t);
  await seed(memory, '/secret', 'secret');
  const client = await login();
  const { port } = await client.passive();
  const before = await dial({ host: '127.0.0.1', port, from: '127.0.0.2' });
  let stolen = 0;
  before.on('data', (chunk) => {
    stolen += chunk.length;
  });
  await gone(before);
  await client.expect(150, 'RETR secret');
  const during = await dial({ host: '127.0.0.1', port, from: '127.0.0.2' });
  during.on('data', (chunk) => {
    stolen += chunk.length;
  });
  await gone(during);
  const ours = await dial({ host: '127.0.0.1', port });
  assert.equal((await readAll(ours)).toString(), 'secret');
  await client.expectReply(226);
  assert.equal(stolen, 0);
  assert.equal(server.ports.strays, 2);
  assert.equal(trace.filter((event) => event.kind === 'stray').length, 2);
});

test('attack: a stranger cannot store through the lease of another client', async (t) => {
  const { login, memory } = await serve(t);
  const client = await login();
  const { port } = await client.passive();
  await client.expect(150, 'STOR f');
  const stranger = await dial({ host: '127.0.0.1', port, from: '127.0.0.2' });
  stranger.end('evil');
  await gone(stranger);
  (await dial({ host: '127.0.0.1', port })).end('good');
  await client.expectReply(226);
  assert.equal(contentOf(memory, '/f').toString(), 'good');
});

test('attack: PORT to another host is refused where only TLS may vouch for one: it would be dialled unproven', async (t) => {
  const { login } = await serve(t, { peers: { kind: 'tls' } });
  const client = await login();
  const line = `PORT ${encodePort({ address: '127.0.0.2', port: 40_000, family: 4 })}`;
  assert.equal((await client.ask(line)).code, 504);
});

test('attack: PORT to another host is refused, and nobody is dialled (FXP is off)', async (t) => {
  const { login } = await serve(t);
  const victim = createServer().listen(0, '127.0.0.2');
  t.after(() => victim.close());
  await once(victim, 'listening');
  let dialled = 0;
  victim.on('connection', () => {
    dialled += 1;
  });
  const address = victim.address();
  assert.ok(typeof address === 'object' && address !== null);
  const client = await login();
  const line = `PORT ${encodePort({ address: '127.0.0.2', port: address.port, family: 4 })}`;
  assert.match(
    await client.told(line),
    /^504 Illegal PORT: 127\.0\.0\.2 is not the control connection's peer 127\.0\.0\.1/,
  );
  await client.expect(425, 'LIST');
  assert.equal(dialled, 0);
});

test('attack: PORT to port 22 and to port 0', async (t) => {
  const { login, trace } = await serve(t);
  const client = await login();
  await client.expect(504, 'PORT 127,0,0,1,0,22');
  await client.expect(504, 'EPRT |1|127.0.0.1|22|');
  for (const line of ['PORT 127,0,0,1,0,0', 'EPRT |1|127.0.0.1|0|']) {
    const { code } = await client.ask(line);
    assert.ok(code === 501 || code === 504, line);
  }
  await client.expect(425, 'LIST');
  assert.equal(trace.filter((event) => event.kind === 'dial').length, 0);
});

test('FXP: two servers exchange a file where any peer is allowed', async (t) => {
  const peers = { kind: 'any' } as const;
  const source = await serve(t, { peers });
  const target = await serve(t, { peers });
  const bytes = noise(200_000);
  await seed(source.memory, '/f', bytes);
  const [from, to] = [await source.login({ from: '127.0.0.3' }), await target.login({ from: '127.0.0.4' })];
  const there = await to.passive('PASV');
  await from.expect(200, `PORT ${encodePort(there)}`);
  await to.expect(150, 'STOR f');
  from.send('RETR f');
  await from.expectReply(150);
  await from.expectReply(226);
  await to.expectReply(226);
  assert.ok(contentOf(target.memory, '/f').equals(bytes));
});

test('FXP: refused unless it was allowed, on either side', async (t) => {
  const { login, memory } = await serve(t, { timeouts: { data: 300 } });
  const client = await login();
  const { port } = await client.passive('PASV');
  await client.expect(150, 'STOR f');
  const other = await dial({ host: '127.0.0.1', port, from: '127.0.0.9' });
  other.end('from elsewhere');
  await gone(other);
  await client.expectReply(425);
  assert.throws(() => memory.stat('/f'), { kind: 'not-found' });
});

test('ESTA and ESTP open the data connection ahead of the transfer and tell its other end', async (t) => {
  const { login, memory } = await serve(t);
  const client = await login();
  const active = await client.setUp('EPRT');
  const esta = await client.told('ESTA');
  const dialled = await active.socket;
  assert.equal(esta, `225 Connected from (|1|127.0.0.1|${dialled.remotePort}|)`);
  await client.expect(150, 'STOR a');
  dialled.end('active');
  await client.expectReply(226);
  const passive = await (await client.setUp('EPSV')).socket;
  assert.equal(await client.told('ESTP'), `225 Connected to (|1|127.0.0.1|${passive.localPort}|)`);
  await client.expect(150, 'STOR p');
  passive.end('passive');
  await client.expectReply(226);
  assert.equal(contentOf(memory, '/a').toString(), 'active');
  assert.equal(contentOf(memory, '/p').toString(), 'passive');
});

test('a client that is gone during ESTP leaves no data connection behind', async (t) => {
  const { login, event, heard, server } = await serve(t);
  const client = await login();
  const { port } = await client.passive();
  client.send('ESTP');
  await heard('ESTP');
  client.raw.resetAndDestroy();
  await event('closed');
  const late = dial({ host: '127.0.0.1', port });
  await within(
    'the end of the data connection',
    late.then(gone, () => undefined),
  );
  assert.equal(server.ports.leases, 0);
});
