import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type TestContext, test } from 'node:test';
import type { Neighbours } from '@duoport/gateway';
import { dataPort, dialled, gatewayTo, upstairs, Wire } from './ends.ts';

// The gateway is at 127.0.0.2 in the private network 127.0.0.0/8, whose public address is 127.0.0.1: the client seems to come from there.

async function standing(t: TestContext, neighbours: Neighbours, address = '127.0.0.1') {
  const above = await upstairs(t);
  const { port } = await gatewayTo(t, above.port, {
    listen: [{ host: '127.0.0.2', port: 0 }],
    client: { address, neighbours },
    timeouts: { data: 300 },
  });
  const client = new Wire(await dialled(t, port, '127.0.0.2'));
  await client.hears(/^220 /);
  client.say('USER u');
  const server = await above.arrival();
  await server.hears('USER u');
  server.say('230 in');
  await client.hears('230 in');
  const { port: told, arrival } = await dataPort(t);
  const passive = async (verb: string, answer: RegExp) => {
    client.say(verb);
    await server.hears(verb);
    const numbers = `127,0,0,1,${told >> 8},${told & 255}`;
    server.say(
      verb === 'PASV'
        ? `227 Entering Passive Mode (${numbers}).`
        : `229 Entering Extended Passive Mode (|||${told}|)`,
    );
    return client.hears(answer);
  };
  return { client, server, arrival, passive };
}

const privately = /^227 .*\(127,0,0,2,(\d+),(\d+)\)/;
const publicly = /^227 .*\(127,0,0,1,/;

test('private: a client that comes from our own public address is told the private one, and comes', async (t) => {
  const { client, server, arrival, passive } = await standing(t, 'private');
  const answer = await passive('PASV', privately);
  const [, high, low] = privately.exec(answer) ?? [];
  client.say('RETR f');
  await server.hears('RETR f');
  const ours = await dialled(t, 256 * Number(high) + Number(low), '127.0.0.2');
  server.say('150 here');
  (await arrival).end('from the server');
  await client.hears(/^150/);
  const [chunk] = (await once(ours, 'data')) as [Buffer];
  assert.equal(chunk.toString(), 'from the server');
  server.say('226 sent');
  await client.hears('226 sent');
});

test('private: one who does not come is told the public address the next time', async (t) => {
  const { client, server, arrival, passive } = await standing(t, 'private');
  await passive('PASV', privately);
  client.say('RETR f');
  await server.hears('RETR f');
  server.say('150 here');
  await arrival;
  await client.hears(/^150/);
  await server.hears('ABOR');
  server.say('426 cut', '226 aborted');
  await server.hears('NOOP');
  server.say('200 fine');
  await client.hears(/^42/);
  await passive('PASV', publicly);
});

test('private: a 229 names no address, and another client is no neighbour', async (t) => {
  const { passive } = await standing(t, 'private');
  await passive('EPSV', /^229 /);
  const other = await standing(t, 'private', '127.0.0.9');
  await other.passive('PASV', /^227 .*\(127,0,0,9,/);
});

test('public: all clients are told the same', async (t) => {
  const { passive } = await standing(t, 'public');
  await passive('PASV', publicly);
});
