import assert from 'node:assert/strict';
import { test } from 'node:test';
import { certificate } from '@duoport/testkit';

import { contentOf, noise, seed, serve } from './serving.ts';
import { dial, gone, readAll } from './sockets.ts';

const impatient = { ...certificate, handshakeTimeout: 1_500 };

test('TLS required on the control connection: nobody logs in without', async (t) => {
  const { connect } = await serve(t, { requireTls: 'control' });
  const client = await connect();
  await client.expect(534, 'USER u');
  await client.expect(503, 'PASS p');
  await client.expect(530, 'LIST');
  await client.expect(211, 'FEAT');
  await client.secure();
  await client.login();
  await client.expect(200, 'PROT C');
  await client.expect(502, 'CCC');
});

test('TLS required on data connections: 521 until PROT P', async (t) => {
  const { login, connect, memory } = await serve(t, { requireTls: 'data' });
  const plain = await login();
  await plain.passive();
  for (const line of ['STOR f', 'RETR f', 'LIST', 'MLSD', 'NLST', 'APPE f', 'STOU'])
    await plain.expect(521, line);
  assert.throws(() => memory.stat('/f'), { kind: 'not-found' });
  await plain.expect(503, 'PROT P');
  const client = await (await (await connect()).secure()).login();
  await client.expect(534, 'PROT C');
  await client.store('STOR f', 'protected');
  assert.equal(contentOf(memory, '/f').toString(), 'protected');
});

test('attack: pipelined plaintext after AUTH TLS ends the connection', async (t) => {
  for (const injected of ['USER u\r\nPASS p\r\nDELE f\r\n', 'NOOP', '\r\n']) {
    const { connect, memory, event } = await serve(t);
    await seed(memory, '/f', 'x');
    const client = await connect();
    client.sendBytes(`AUTH TLS\r\n${injected}`);
    const { reason } = await event('closed');
    assert.match(reason, /pipelined bytes behind the command that changes TLS/);
    await client.ended;
    assert.equal(memory.stat('/f').size, 1);
  }
});

test('attack: plaintext where the TLS handshake was due is not read as commands', async (t) => {
  const { connect, event, heard } = await serve(t);
  const client = await connect();
  await client.expect(234, 'AUTH TLS');
  client.send('USER u');
  const { reason } = await event('closed');
  assert.match(reason, /TLS handshake failed/);
  await client.ended;
  await heard('AUTH TLS');
});

test('AUTH TLS throws an earlier login away', async (t) => {
  const { login } = await serve(t);
  const client = await login();
  await client.passive();
  await client.expect(234, 'AUTH TLS');
  await client.handshake();
  await client.expect(530, 'PWD');
  await client.expect(503, 'PASS p');
  const features = await client.told('FEAT');
  assert.ok(!/MFMT/.test(features), 'what depends on the files of a login is promised without one');
  await client.login();
  await client.expect(425, 'LIST');
});

test('attack: a TLS handshake never finished, on the control connection', async (t) => {
  const { connect, event } = await serve(t, { tls: impatient });
  const client = await connect();
  await client.expect(234, 'AUTH TLS');
  const { reason } = await event('closed');
  assert.match(reason, /not finished within 1500 ms/);
  await client.ended;
});

test('attack: a TLS handshake never finished, on an implicit TLS port', async (t) => {
  const { host, port, events, login } = await serve(t, { tls: impatient, implicitTls: true });
  const mute = await dial({ host, port });
  await gone(mute);
  const told = events.map((event) => [event.kind, 'fault' in event ? event.fault : undefined]);
  assert.deepEqual(told, [['tls-failed', 'timeout']]);
  await login();
});

test('attack: a TLS handshake never finished, on a data connection, leaves no file and a session that works', async (t) => {
  const { connect, memory } = await serve(t, { tls: impatient });
  const client = await (await (await connect()).secure()).login();
  for (const way of ['EPSV', 'EPRT'] as const) {
    const { socket } = await client.setUp(way);
    await client.expect(150, 'STOR f');
    const mute = await socket;
    assert.match((await client.reply()).lines.join(), /TLS handshake was not finished within 1500 ms/);
    await gone(mute);
    assert.throws(() => memory.stat('/f'), { kind: 'not-found' });
  }
  await client.store('STOR f', 'x');
});

test('attack: plain bytes where TLS was due on a data connection are not stored', async (t) => {
  const { connect, memory } = await serve(t);
  const client = await (await (await connect()).secure()).login();
  const { socket } = await client.setUp('EPSV');
  await client.expect(150, 'STOR f');
  (await socket).end('GET / HTTP/1.1\r\n\r\n');
  await client.expectReply(522);
  assert.throws(() => memory.stat('/f'), { kind: 'not-found' });
  await client.store('STOR f', 'x');
});

test('attack: a TLS upload cut off without close_notify is 426, not a whole file', async (t) => {
  const { connect, memory } = await serve(t);
  const client = await (await (await connect()).secure()).login();
  const { socket } = await client.setUp('EPSV');
  await client.expect(150, 'STOR f');
  const raw = await socket;
  const tls = await client.secureData(raw);
  const half = noise(50_000);
  await new Promise((resolve) => tls.write(half, resolve));
  raw.end();
  const reply = await client.expectReply(426);
  assert.match(reply.lines[0] ?? '', /without close_notify/);
  assert.ok(contentOf(memory, '/f').equals(half), 'what came is kept, to be resumed');
});

test('attack: a data connection that does not resume the TLS session is refused where that is required', async (t) => {
  const { connect, memory } = await serve(t, { tls: { ...certificate, binding: 'require' } });
  await seed(memory, '/f', 'secret');
  const client = await (await (await connect()).secure()).login();
  const { socket } = await client.setUp('EPSV');
  await client.expect(150, 'RETR f');
  // The handshake may end on our side before it is refused.
  const got = client
    .secureData(await socket, false)
    .then(readAll)
    .then(String, () => '');
  const reply = await client.expectReply(522);
  assert.match(reply.lines[0] ?? '', /did not resume the TLS session/);
  assert.equal(await got, '');
  for (let round = 0; round < 5; round += 1)
    assert.equal((await client.fetch('RETR f')).toString(), 'secret');
});

test('an upload of nothing over TLS still shakes hands, and makes an empty file', async (t) => {
  const { connect, memory } = await serve(t);
  const client = await (await (await connect()).secure()).login();
  for (const way of ['EPSV', 'EPRT'] as const) {
    await client.store(`STOR ${way}`, '', way);
    assert.equal(memory.stat(`/${way}`).size, 0);
  }
});

test('CCC: the control connection goes back to clear, data stay protected', async (t) => {
  const { connect, memory, trace } = await serve(t, { tls: { ...certificate, allowClear: true } });
  const client = await (await (await connect({ clearable: true })).secure()).login();
  await client.expect(200, 'CCC');
  await client.clear();
  await client.expect(200, 'NOOP');
  await client.store('STOR f', 'still protected');
  assert.equal(contentOf(memory, '/f').toString(), 'still protected');
  assert.ok(trace.some((event) => event.kind === 'clear'));
  assert.ok(trace.some((event) => event.kind === 'tls' && event.connection === 'data-1'));
  await client.expect(234, 'AUTH TLS');
  await client.handshake();
  await client.expect(530, 'PWD');
});

test('CCC is refused where it was not allowed', async (t) => {
  const { connect } = await serve(t);
  const client = await (await (await connect()).secure()).login();
  await client.expect(502, 'CCC');
  assert.ok(!/CCC/.test(await client.told('FEAT')));
});

test('REIN logs out and sets everything back, under the same TLS', async (t) => {
  const { connect, memory } = await serve(t);
  const client = await (await (await connect()).secure()).login();
  await client.passive();
  await client.expect(220, 'REIN');
  await client.expect(530, 'PWD');
  await client.login();
  await client.expect(425, 'STOR f');
  await client.store('STOR f', 'still protected');
  assert.equal(contentOf(memory, '/f').toString(), 'still protected');
});

test('without a certificate there is no TLS, and FEAT does not promise it', async (t) => {
  const { login } = await serve(t, { tls: undefined });
  const client = await login();
  for (const line of ['AUTH TLS', 'PBSZ 0', 'PROT P', 'CCC']) await client.expect(502, line);
  assert.ok(!/AUTH|PBSZ|PROT|CCC/.test(await client.told('FEAT')));
});

test('PROT C and P may change between transfers', async (t) => {
  const { connect, trace } = await serve(t);
  const client = await (await (await connect()).secure()).login();
  await client.store('STOR private', 'x');
  await client.expect(200, 'PROT C');
  const { socket } = await client.setUp('EPSV');
  await client.expect(150, 'RETR private');
  assert.equal((await readAll(await socket)).toString(), 'x');
  await client.expectReply(226);
  await client.expect(200, 'PROT P');
  assert.equal((await client.fetch('RETR private')).toString(), 'x');
  const secured = trace.filter((event) => event.kind === 'tls' && event.connection !== 'control');
  assert.equal(secured.length, 2);
});

test('passwords stand in no trace and no log', async (t) => {
  const { connect, trace, events } = await serve(t);
  const client = await connect();
  await client.ask('USER u');
  await client.ask('PASS tops3cret');
  client.sendBytes('pass tops3cret\r\n');
  await client.reply();
  await client.ask('ACCT tops3cret');
  await client.ask('ADAT tops3cret');
  client.sendBytes(`\xff\xf4\xffPASS tops3cret${'x'.repeat(9000)}\r\n`);
  await client.reply();
  const all = JSON.stringify([trace, events]);
  assert.ok(!all.includes('tops3cret'), all.slice(Math.max(0, all.indexOf('tops3cret') - 200)).slice(0, 300));
  assert.ok(all.includes('PASS ****'));
});
