import assert from 'node:assert/strict';
import { test } from 'node:test';
import { arranged, dialled, ending, ends, gatewayTo, shutPort, upstairs, Wire } from './ends.ts';

/** What clients do wrong, or on purpose. */

for (const [lie, line] of [
  ['somebody else’s address', 'PORT 127,0,0,99,20,20'],
  ['somebody else’s address in EPRT', 'EPRT |1|127.0.0.99|5140|'],
  ['a port below 1024', 'PORT 127,0,0,1,0,25'],
  ['a port below 1024 in EPRT', 'EPRT |1|127.0.0.1|25|'],
] as const) {
  test(`attack: bounce by ${lie}: refused, and the server never hears of it`, async (t) => {
    const { client, server } = await ends(t);
    await client.ask(line, /^504 /);
    client.say('NOOP');
    await server.hears('NOOP');
    server.say('200 ok');
    await client.hears('200 ok');
  });
}

test('FXP by policy only: another address is dialled where the gateway says so', async (t) => {
  const { client, server } = await ends(t, { client: { peers: { kind: 'any' } } });
  client.say('PORT 127,0,0,99,20,20');
  // The gateway's own port goes to the server, never the client's.
  assert.doesNotMatch(await server.hears(/^PORT 127,0,0,1,/), /20,20$/);
  server.say('200 ok');
  await client.hears(/^200 /);
});

test('an active client that is not there: 425 alone, and the server’s upload is reset, not ended', async (t) => {
  const { client, server } = await ends(t);
  const shut = await shutPort();
  client.say(`PORT 127,0,0,1,${shut >> 8},${shut & 255}`);
  const told = await server.hears(/^PORT /);
  server.say('200 ok');
  await client.hears(/^200 /);
  client.say('STOR f');
  await server.hears('STOR f');
  server.say('150 go');
  const [high = 0, low = 0] = told.split(',').slice(4).map(Number);
  const data = await dialled(t, high * 256 + low);
  assert.equal((await ending(data)).how, 'reset');
  await server.hears('ABOR');
  server.say('426 broken', '226 aborted');
  await server.hears('NOOP');
  server.say('200 ok');
  await client.hears(/^425 /);
});

test('a client’s upload that is reset reaches the server as a reset, and is not answered 226', async (t) => {
  const both = await ends(t);
  const data = await arranged(t, both);
  both.client.say('STOR f');
  await both.server.hears('STOR f');
  both.server.say('150 go');
  await both.client.hears('150 go');
  const half = await data.client();
  half.write('some', () => half.resetAndDestroy());
  assert.equal((await ending(data.server)).how, 'reset');
  await both.server.hears('ABOR');
  both.server.say('226 I believe you');
  await both.server.hears('NOOP');
  both.server.say('200 ok');
  await both.client.hears(/^426 /);
});

test('a client that is killed ends both its connections: the server’s half is reset', async (t) => {
  const both = await ends(t);
  const data = await arranged(t, both);
  both.client.say('STOR f');
  await both.server.hears('STOR f');
  both.server.say('150 go');
  await both.client.hears('150 go');
  const half = await data.client();
  half.write('some');
  await new Promise((resolve) => data.server.once('data', resolve));
  half.end();
  both.client.socket.end();
  assert.equal((await ending(data.server)).how, 'reset');
  await both.server.hearsTheEnd();
});

test('ABOR during an upload: 426, then 226, and the server hears a reset and ABOR', async (t) => {
  const both = await ends(t);
  const data = await arranged(t, both);
  both.client.say('STOR f');
  await both.server.hears('STOR f');
  both.server.say('150 go');
  await both.client.hears('150 go');
  const half = await data.client();
  half.write('some');
  await new Promise((resolve) => data.server.once('data', resolve));
  both.client.say('ABOR');
  assert.equal((await ending(data.server)).how, 'reset');
  await both.server.hears('ABOR');
  both.server.say('426 broken');
  // Not behind the ABOR in one go: some servers throw away what they read with it.
  await both.server.hears('NOOP');
  both.server.say('225 nothing', '200 ok');
  await both.client.hears(/^426 /);
  await both.client.hears(/^226 /);
});

test('ABOR before the server has begun: it is not waited for', async (t) => {
  const both = await ends(t);
  const data = await arranged(t, both);
  both.client.say('STOR f');
  await both.server.hears('STOR f');
  both.client.say('ABOR');
  assert.equal((await ending(data.server)).how, 'reset');
  await both.server.hears('ABOR');
  both.server.say('425 closed', '226 ok');
  await both.server.hears('NOOP');
  both.server.say('200 ok');
  await both.client.hears(/^426 /);
  await both.client.hears(/^226 /);
});

test('ABOR with nothing to break off: 225, and the server is not asked', async (t) => {
  const { client } = await ends(t);
  await client.ask('ABOR', /^225 /);
});

test('STAT and NOOP during a transfer are answered here: many servers do not listen', async (t) => {
  const both = await ends(t);
  const data = await arranged(t, both);
  both.client.say('RETR f');
  await both.server.hears('RETR f');
  both.server.say('150 go');
  await both.client.hears('150 go');
  const half = await data.client();
  data.server.write('12345');
  await new Promise((resolve) => half.once('data', resolve));
  await both.client.ask('NOOP', /^200 /);
  both.client.say('STAT');
  await both.client.hears(/^211-/);
  await both.client.hears(/ 5 bytes/);
  await both.client.hears('211 End');
  await both.client.ask('STAT f', /^450 /);
  data.server.end();
  await ending(half);
  both.server.say('226 done');
  await both.client.hears('226 done');
});

test('what is pipelined behind a data command waits for its end', async (t) => {
  const both = await ends(t);
  const data = await arranged(t, both);
  both.client.say('RETR f', 'DELE f', 'PWD');
  await both.server.hears('RETR f');
  both.server.say('150 go');
  await both.client.hears('150 go');
  const half = await data.client();
  data.server.end('x');
  await ending(half);
  both.server.say('226 done');
  await both.server.hears('DELE f');
  await both.client.hears('226 done');
  both.server.say('250 gone');
  await both.server.hears('PWD');
});

test('after EPSV ALL only EPSV sets up data connections', async (t) => {
  const { client, server } = await ends(t);
  await client.ask('EPSV ALL', /^200 /);
  await client.ask('PASV', /^503 /);
  await client.ask('PORT 127,0,0,1,20,20', /^503 /);
  await client.ask('EPRT |1|127.0.0.1|5140|', /^503 /);
  client.say('EPSV');
  await server.hears('EPSV');
  server.say('229 Entering Extended Passive Mode (|||5000|)');
  await client.hears(/^229 /);
});

test('another PASV, REIN and QUIT give back what was agreed on', async (t) => {
  const both = await ends(t);
  const first = await arranged(t, both);
  const second = await arranged(t, both);
  await ending(first.server);
  await both.client.ask('REIN', /^220 /);
  await ending(second.server);
  await both.server.hearsTheEnd();
  assert.equal(both.gateway.ports.client.leases, 0);
  await both.client.ask('PWD', /^530 /);
  await both.client.ask('QUIT', /^221 /);
  await both.client.hearsTheEnd();
});

test('QUIT waits for the transfer', async (t) => {
  const both = await ends(t);
  const data = await arranged(t, both);
  both.client.say('RETR f', 'QUIT');
  await both.server.hears('RETR f');
  both.server.say('150 go');
  await both.client.hears('150 go');
  const half = await data.client();
  data.server.end('x');
  await ending(half);
  both.server.say('226 done');
  await both.server.hears('QUIT');
  both.server.say('221 bye');
  await both.client.hears('226 done');
  await both.client.hears('221 bye');
  await both.client.hearsTheEnd();
});

test('words of two verbs, unknown verbs and their arguments pass as they came', async (t) => {
  const { client, server } = await ends(t);
  for (const line of [
    'SITE CHMOD 644 a b ',
    'OPTS UTF8 ON',
    'XFOO',
    'XFOO  two  spaces ',
    'ALLO 5',
    'PRET RETR f',
    'MODE Z',
    'REST 7',
    'RANG 1 2',
  ]) {
    client.say(line);
    await server.hears(line);
    server.say('200 as it came');
    await client.hears('200 as it came');
  }
});

test('the name that STOU was given passes in 150 and 250', async (t) => {
  const both = await ends(t);
  const data = await arranged(t, both);
  both.client.say('STOU');
  await both.server.hears('STOU');
  both.server.say('150 FILE: f.1');
  await both.client.hears('150 FILE: f.1');
  const half = await data.client();
  half.end('x');
  await ending(data.server);
  both.server.say('250 f.1 stored');
  await both.client.hears('250 f.1 stored');
});

test('attack: a client that says QUIT or NOOP and no name opens no connection to the server', async (t) => {
  const above = await upstairs(t);
  const { port, events } = await gatewayTo(t, above.port);
  const client = new Wire(await dialled(t, port));
  await client.hears(/^220 /);
  await client.ask('NOOP', /^200 /);
  await client.ask('QUIT', /^221 /);
  assert.deepEqual(
    events.filter(({ kind }) => kind === 'linked'),
    [],
  );
});
