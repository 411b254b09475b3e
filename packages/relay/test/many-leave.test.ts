import assert from 'node:assert/strict';
import { connect as connectTcp, type Socket } from 'node:net';
import { test } from 'node:test';
import { connect } from '@duoport/client';
import { agentStanding, relayStanding, serverStanding } from './standing.ts';

/** nghttp2 ends the session of a client that resets more than a thousand streams, 33 a second apart. */
const count = 1500;

test('attack: sessions broken off by the thousand leave the line of all others alone', async (t) => {
  const { service } = await serverStanding(t, { '/f': Buffer.from('here') });
  const relay = await relayStanding(t);
  const { port } = await agentStanding(t, relay, { services: [service] });
  await using other = await connect(`ftp://u:p@127.0.0.1:${port}/`);
  for (let left = 0; left < count; left += 100)
    await Promise.all(Array.from({ length: 100 }, () => leftMidway(port)));
  assert.deepEqual(relay.told.of('agent-lost'), []);
  assert.equal((await other.stat('/f')).size, 4);
});

/** At the server by then, which asks for the password. */
async function leftMidway(port: number): Promise<void> {
  const socket = connectTcp(port, '127.0.0.1').setEncoding('latin1');
  socket.on('error', () => undefined);
  await heard(socket, '220');
  socket.write('USER u\r\n');
  await heard(socket, '331');
  socket.destroy();
}

function heard(socket: Socket, code: string): Promise<void> {
  return new Promise((resolve, reject) => {
    let text = '';
    const onData = (chunk: string) => {
      text += chunk;
      if (!text.startsWith(code) || !text.endsWith('\r\n')) return;
      socket.off('data', onData).off('close', onClose);
      resolve();
    };
    const onClose = () => reject(new Error(`closed after "${text}", not ${code}`));
    socket.on('data', onData).once('close', onClose);
  });
}
