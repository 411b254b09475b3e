import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';
import { encodeProxyHeader, endpoint } from '@duoport/protocol';
import { type Serving, seed, serve } from './serving.ts';

const client = '198.51.100.7';
const balancer = { proxy: { control: ['127.0.0.1'], data: ['127.0.0.1'] } };

const header = (version: 1 | 2, source = client, port = 21) =>
  encodeProxyHeader(version, {
    source: endpoint(source, 50_000),
    destination: endpoint('203.0.113.9', port),
  });

/** A session as a load balancer passes it on; `say` answers with the first line of the reply. */
async function session(serving: Serving, head: Uint8Array | string) {
  const socket = connect(serving.port, serving.host);
  let heard = '';
  socket.setEncoding('latin1').on('data', (chunk) => {
    heard += chunk;
  });
  const closed = once(socket, 'close');
  const line = async (): Promise<string> => {
    while (!heard.includes('\n') && !socket.closed) await Promise.race([once(socket, 'data'), closed]);
    const end = heard.indexOf('\n') + 1;
    const told = heard.slice(0, end);
    heard = heard.slice(end);
    return told;
  };
  socket.write(head);
  const say = (command: string): Promise<string> => {
    socket.write(`${command}\r\n`);
    return line();
  };
  return { socket, line, say, closed };
}

for (const version of [1, 2] as const) {
  test(`version ${version}: the client is who the header says, 227 names what it dialled, and its data connection says so too`, async (t) => {
    const serving = await serve(t, balancer);
    await seed(serving.memory, '/f', 'content');
    const { socket, line, say } = await session(serving, header(version));
    t.after(() => socket.destroy());
    assert.match(await line(), /^220/);
    assert.equal((await serving.event('connected')).peer.address, client);
    assert.match(await say('USER u'), /^331/);
    assert.match(await say('PASS p'), /^230/);
    const told = await say('PASV');
    const [, high, low] = /^227 .*\(203,0,113,9,(\d+),(\d+)\)/.exec(told) ?? assert.fail(told);
    const port = Number(high) * 256 + Number(low);
    // Somebody else behind the same balancer gets nothing.
    const thief = connect(port, serving.host);
    thief.write(header(version, '198.51.100.66', port));
    assert.equal(await text(thief), '');
    const data = connect(port, serving.host);
    data.write(header(version, client, port));
    assert.match(await say('RETR f'), /^150/);
    assert.equal(await text(data), 'content');
    assert.match(await line(), /^226/);
  });
}

test('attack: a PROXY header from somebody who is no load balancer is no command, and is not believed', async (t) => {
  const serving = await serve(t, { proxy: { control: ['192.0.2.1'] } });
  const { line } = await session(serving, header(1));
  assert.equal((await serving.event('connected')).peer.address, '127.0.0.1');
  const said = [await line(), await line()].join('');
  assert.doesNotMatch(said, /^(2|3)(?!20)/m);
});

test('attack: a load balancer without its header gets nothing, and holds nothing', async (t) => {
  const serving = await serve(t, balancer);
  const { socket, closed } = await session(serving, 'USER u\r\n');
  await closed;
  assert.equal(socket.bytesRead, 0);
  assert.equal(serving.server.sessions, 0);
});

test('limits count the clients, not the load balancer', async (t) => {
  const serving = await serve(t, { ...balancer, maxSessionsPerAddress: 1 });
  const greetings = [];
  for (const source of [client, '198.51.100.8', client]) {
    const { socket, line } = await session(serving, header(2, source));
    t.after(() => socket.destroy());
    greetings.push((await line()).slice(0, 3));
  }
  assert.deepEqual(greetings, ['220', '220', '421']);
});

test('whom to trust can change while the server runs', async (t) => {
  const serving = await serve(t, {});
  const peers: string[] = [];
  await serving.server.reload({
    ...balancer,
    accounts: { login: () => undefined },
    log: ({ kind, peer }) => {
      if (kind === 'connected') peers.push(peer.address);
    },
  });
  const { socket, line } = await session(serving, header(1));
  t.after(() => socket.destroy());
  assert.match(await line(), /^220/);
  assert.deepEqual(peers, [client]);
});
