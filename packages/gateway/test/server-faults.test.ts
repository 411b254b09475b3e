import assert from 'node:assert/strict';
import { test } from 'node:test';
import { arranged, dataPort, ending, ends } from './ends.ts';

/*
 * What no honest server does, and what honest ones do out of turn. Both ends are played by the test.
 */

test('150 is held until the server’s half is there, and 226 until the client’s half has all', async (t) => {
  const both = await ends(t);
  const { client, server } = both;
  const data = await arranged(t, both);
  client.say('RETR f');
  await server.hears('RETR f');
  server.say('150 go', '226 done');
  data.server.end('content');
  await client.hears('150 go');
  const half = await data.client();
  const end = ending(half);
  assert.deepEqual(await end, { how: 'end', bytes: 7 });
  await client.hears('226 done');
});

test('a server that answers 125', async (t) => {
  const both = await ends(t);
  const data = await arranged(t, both);
  both.client.say('RETR f');
  await both.server.hears('RETR f');
  both.server.say('125 already open');
  await both.client.hears('125 already open');
  const half = await data.client();
  data.server.end('x');
  assert.deepEqual(await ending(half), { how: 'end', bytes: 1 });
  both.server.say('226 done');
  await both.client.hears('226 done');
});

test('a server that answers 150 twice: the client hears it once', async (t) => {
  const both = await ends(t);
  const data = await arranged(t, both);
  both.client.say('RETR f');
  await both.server.hears('RETR f');
  both.server.say('150 one', '150 two', '226 done');
  await both.client.hears('150 one');
  const half = await data.client();
  data.server.end('x');
  await ending(half);
  await both.client.hears('226 done');
});

test('a server that says 226 before the data has ended, and then cuts it: no 226 for the client', async (t) => {
  const both = await ends(t);
  const data = await arranged(t, both);
  both.client.say('RETR f');
  await both.server.hears('RETR f');
  both.server.say('150 go', '226 done');
  await both.client.hears('150 go');
  const half = await data.client();
  data.server.write('half of it', () => data.server.resetAndDestroy());
  assert.equal((await ending(half)).how, 'reset');
  await both.client.hears(/^426 /);
});

test('a server that says nothing after the data: 226 is never made up', async (t) => {
  const both = await ends(t, { timeouts: { reply: 300, data: 3000, stall: 3000 } });
  const data = await arranged(t, both);
  both.client.say('RETR f');
  await both.server.hears('RETR f');
  both.server.say('150 go');
  await both.client.hears('150 go');
  const half = await data.client();
  data.server.end('x');
  await ending(half);
  await both.client.hears(/^42[16] /);
});

test('a server that never answers a command is given up, and the client hears 421', async (t) => {
  const { client, server } = await ends(t, { timeouts: { reply: 200 } });
  client.say('PWD');
  await server.hears('PWD');
  await client.hears(/^421 /);
  await client.hearsTheEnd();
});

test('a server that answers an unknown verb with 150 and then nothing', async (t) => {
  const { client, server } = await ends(t, { timeouts: { reply: 200 } });
  client.say('XFOO bar');
  await server.hears('XFOO bar');
  server.say('150 wait for it');
  await client.hears(/^421 /);
});

test('a server that refuses in the middle of an upload: its word reaches the client at once', async (t) => {
  const both = await ends(t);
  const data = await arranged(t, both);
  both.client.say('STOR f');
  await both.server.hears('STOR f');
  both.server.say('150 go');
  await both.client.hears('150 go');
  const half = await data.client();
  half.write('much');
  data.server.once('data', () => both.server.say('452 disk full'));
  assert.equal((await ending(data.server)).how, 'reset');
  await both.client.hears('452 disk full');
});

test('a server that answers 426 and then 226: the second one answers nothing', async (t) => {
  const both = await ends(t);
  const data = await arranged(t, both);
  both.client.say('RETR f');
  await both.server.hears('RETR f');
  both.server.say('150 go');
  await both.client.hears('150 go');
  const half = await data.client();
  both.server.say('426 broken', '226 closed');
  assert.equal((await ending(half)).how, 'reset');
  await both.client.hears('426 broken');
  both.client.say('NOOP');
  await both.server.hears('NOOP');
  both.server.say('200 ok');
  await both.client.hears('200 ok');
});

test('a reply of before that comes late is not taken for a transfer: the dialogue is out of step and ends', async (t) => {
  const both = await ends(t);
  const data = await arranged(t, both);
  both.client.say('RETR f');
  await both.server.hears('RETR f');
  both.server.say('226 of something else');
  await both.client.hears(/^(426|451) .*226 before anything/);
  await both.client.hears(/^421 /);
  assert.equal((await ending(data.server)).how, 'reset');
});

test('a server that closes the control connection with a FIN in the middle of a download', async (t) => {
  const both = await ends(t);
  const data = await arranged(t, both);
  both.client.say('RETR f');
  await both.server.hears('RETR f');
  both.server.say('150 go');
  await both.client.hears('150 go');
  const half = await data.client();
  data.server.end('half of it');
  both.server.socket.end();
  const { how } = await ending(half);
  assert.equal(how, 'reset');
  await both.client.hears(/^42[16] /);
});

test('a server that is killed after the data: 421 or 426, never 226', async (t) => {
  const both = await ends(t);
  const data = await arranged(t, both);
  both.client.say('STOR f');
  await both.server.hears('STOR f');
  both.server.say('150 go');
  await both.client.hears('150 go');
  const half = await data.client();
  half.end('all of it');
  await ending(data.server);
  both.server.socket.resetAndDestroy();
  await both.client.hears(/^42[16] /);
});

test('a reply of several lines whose inner lines look like replies passes as one', async (t) => {
  const { client, server } = await ends(t);
  client.say('STAT');
  await server.hears('STAT');
  server.say('211-Status', '226 Transfer complete', '230 logged in', ' 211 no end', '211 End');
  await client.hears('211-Status');
  await client.hears(' 226 Transfer complete');
  await client.hears(' 230 logged in');
  await client.hears(' 211 no end');
  await client.hears('211 End');
});

test('attack: CR and NUL inside a reply do not make two of it', async (t) => {
  const { client, server } = await ends(t);
  client.say('PWD');
  await server.hears('PWD');
  server.say('257 "/a\r230 in\0"');
  await client.hears('257 "/a 230 in "');
});

test('attack: a reply without end', async (t) => {
  const { client, server } = await ends(t);
  client.say('PWD');
  await server.hears('PWD');
  server.socket.write(`257 "/${'a'.repeat(200_000)}`);
  await client.hears(/^421 /);
});

test('attack: what is no reply never reaches the client', async (t) => {
  const { client, server } = await ends(t);
  client.say('PWD');
  await server.hears('PWD');
  server.say('HTTP/1.1 200 OK');
  assert.doesNotMatch(await client.hears(/^421 /), /\r|\n/);
});

test('attack: a 227 that names somebody else is not followed there', async (t) => {
  const { client, server } = await ends(t);
  client.say('PASV');
  await server.hears('PASV');
  const { port, arrival } = await dataPort(t);
  server.say(`227 Entering Passive Mode (127,0,0,99,${port >> 8},${port & 255}).`);
  await client.hears(/^227 .*\(127,0,0,1,/);
  assert.equal((await arrival).localAddress, '127.0.0.1');
});

for (const [lie, told] of [
  ['a port below 1024', '227 Entering Passive Mode (127,0,0,1,0,25).'],
  ['no address', '227 Entering Passive Mode (1,2,3).'],
  ['numbers that are none of a byte', '227 Entering Passive Mode (127,0,0,1,999,1).'],
] as const) {
  test(`attack: a 227 with ${lie}: 425, nothing is dialled, and the session goes on`, async (t) => {
    const { client, server, gateway } = await ends(t);
    client.say('PASV');
    await server.hears('PASV');
    server.say(told);
    await client.hears(/^425 /);
    assert.equal(gateway.ports.client.leases, 0);
    client.say('NOOP');
    await server.hears('NOOP');
    server.say('200 ok');
    await client.hears('200 ok');
  });
}

test('the client is told no port before the server has agreed', async (t) => {
  const { client, server, gateway } = await ends(t);
  client.say('EPSV');
  await server.hears('EPSV');
  assert.equal(gateway.ports.client.leases, 0);
  server.say('500 what');
  // RFC 6384: an old server is asked in the old words.
  await server.hears('PASV');
  assert.equal(gateway.ports.client.leases, 0);
  server.say('425 no port left');
  await client.hears('425 no port left');
  assert.equal(gateway.ports.client.leases, 0);
});

test('a server that refuses the transfer closes what was agreed on', async (t) => {
  const both = await ends(t);
  const data = await arranged(t, both);
  both.client.say('RETR f');
  await both.server.hears('RETR f');
  both.server.say('550 no such file');
  await both.client.hears('550 no such file');
  await ending(data.server);
  assert.equal(both.gateway.ports.client.leases, 0);
});
