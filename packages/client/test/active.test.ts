import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect as dial } from 'node:net';
import { test } from 'node:test';
import type { ByteSink } from '@duoport/net';
import { connect, createHostMemory, type FtpClient } from '../src/index.ts';
import { type Answer, type ScriptedServer, scripted } from './scripted-server.ts';

/** What the last PORT or EPRT said. */
interface Announced {
  address: string;
  port: number;
}

const active = { mode: 'active', tls: 'none' } as const;

/** Understands EPRT and PORT, and sends five bytes from `source` for a RETR. */
function announcing(sources: readonly string[], more: Readonly<Record<string, Answer>> = {}) {
  const announced: Announced = { address: '', port: 0 };
  const answers: Record<string, Answer> = {
    EPRT: (argument, it) => {
      const [, , address = '', port] = argument.split('|');
      Object.assign(announced, { address, port: Number(port) });
      it.say('200 ok');
    },
    PORT: (argument, it) => {
      const numbers = argument.split(',').map(Number);
      const [high = 0, low = 0] = numbers.slice(4);
      Object.assign(announced, { address: numbers.slice(0, 4).join('.'), port: high * 256 + low });
      it.say('200 ok');
    },
    SIZE: '213 5',
    RETR: async (_, it) => {
      it.say('150 ok (5 bytes)');
      for (const source of sources) await send(it, source, announced.port);
      it.say('226 done');
    },
    ...more,
  };
  return { announced, answers };
}

/** Dials the client from this address and says hello; resolves when the connection is over. */
async function send(it: ScriptedServer, localAddress: string, port: number): Promise<void> {
  const socket = dial({ host: '127.0.0.1', port, localAddress });
  it.keep(socket);
  socket.end(localAddress === '127.0.0.1' ? 'hello' : 'evil!');
  socket.resume();
  await once(socket, 'close');
}

async function read(ftp: FtpClient): Promise<string> {
  const chunks: Buffer[] = [];
  const sink: ByteSink = { write: (next) => void chunks.push(...next.map((chunk) => Buffer.from(chunk))) };
  await ftp.get('f', sink);
  return Buffer.concat(chunks).toString();
}

test('the announced port is in the range, and the address is the local one', async (t) => {
  const { announced, answers } = announcing(['127.0.0.1']);
  const server = await scripted(t, answers);
  await using ftp = await connect(server.url, { ...active, portRange: { low: 41_000, high: 41_999 } });
  assert.equal(await read(ftp), 'hello');
  assert.ok(announced.port >= 41_000 && announced.port <= 41_999);
  assert.equal(announced.address, '127.0.0.1');
});

test('behind NAT the external address is announced, in EPRT and in PORT', async (t) => {
  for (const dataVerb of ['EPRT', 'PORT'] as const) {
    const { announced, answers } = announcing(['127.0.0.1']);
    const server = await scripted(t, answers);
    await using ftp = await connect(server.url, { tls: 'none', dataVerb, externalAddress: '192.0.2.7' });
    assert.equal(await read(ftp), 'hello');
    assert.equal(announced.address, '192.0.2.7');
  }
});

test('a server that does not know EPRT gets PORT, also the next time', async (t) => {
  const { answers } = announcing(['127.0.0.1'], { EPRT: '500 what?' });
  const server = await scripted(t, answers);
  const memory = createHostMemory();
  for (let round = 0; round < 2; round++) {
    await using ftp = await connect(server.url, { ...active, memory });
    assert.equal(await read(ftp), 'hello');
  }
  assert.deepEqual(
    server.verbs.filter((verb) => verb === 'EPRT' || verb === 'PORT'),
    ['EPRT', 'PORT', 'PORT'],
  );
});

test('a stranger who dials our data port gets nothing and stops nothing', async (t) => {
  const { answers } = announcing(['127.0.0.2', '127.0.0.1']);
  const server = await scripted(t, answers);
  await using ftp = await connect(server.url, active);
  assert.equal(await read(ftp), 'hello');
  assert.ok(ftp.transcript.some((event) => event.kind === 'stray' && event.peer.address === '127.0.0.2'));
});

test('a server that never dials in: ABOR, and the error says what to look at', async (t) => {
  const { answers } = announcing([], { RETR: '150 ok', ABOR: '426 aborted\r\n226 ok' });
  const server = await scripted(t, answers);
  await using ftp = await connect(server.url, { tls: 'none', dataVerb: 'EPRT', timeouts: { dataOpen: 50 } });
  await assert.rejects(read(ftp), { code: 'FTP_CONNECTION', channel: 'data', phase: 'accept' });
  assert.equal(await ftp.pwd(), '/');
});

test('a full port range is told, and nothing is sent', async (t) => {
  const server = await scripted(t, announcing([]).answers);
  await using ftp = await connect(server.url, {
    tls: 'none',
    dataVerb: 'EPRT',
    portRange: { low: server.port, high: server.port },
  });
  await assert.rejects(read(ftp), { code: 'FTP_CONNECTION' });
  assert.ok(!server.verbs.includes('EPRT'));
  assert.equal(await ftp.pwd(), '/');
});
