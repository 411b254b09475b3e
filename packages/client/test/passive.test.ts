import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ByteSink } from '@duoport/net';
import { connect, createHostMemory, type FtpClient } from '../src/index.ts';
import { type Answer, epsv, pasv, type ScriptedServer, scripted } from './scripted-server.ts';

const bytes = Buffer.from('hello');

/** A RETR that sends five bytes over a passive data connection. */
const retr: Answer = (_, server) => server.say('150 ok (5 bytes)\r\n226 done');

async function read(ftp: FtpClient): Promise<string> {
  const collected: Buffer[] = [];
  const sink: ByteSink = {
    write: (chunks) => void collected.push(...chunks.map((chunk) => Buffer.from(chunk))),
  };
  await ftp.get('f', sink);
  return Buffer.concat(collected).toString();
}

function decisions(ftp: FtpClient, what: string): readonly string[] {
  return ftp.transcript.flatMap((event) =>
    event.kind === 'decision' && event.what === what ? [event.chosen] : [],
  );
}

const passive = { mode: 'passive', tls: 'none' } as const;

async function serving(
  t: Parameters<typeof scripted>[0],
  answers: Record<string, Answer>,
): Promise<ScriptedServer> {
  const server = await scripted(t, { RETR: retr, SIZE: '213 5', ...answers });
  return server;
}

test('EPSV is refused, PASV works, and the next connection begins with PASV', async (t) => {
  const memory = createHostMemory();
  const server = await serving(t, {
    EPSV: '500 what?',
    PASV: async (_, it) => it.say(pasv('127.0.0.1', await it.dataPort((socket) => socket.end(bytes)))),
  });
  for (let round = 0; round < 2; round++) {
    await using ftp = await connect(server.url, { ...passive, memory });
    assert.equal(await read(ftp), 'hello');
  }
  assert.deepEqual(
    server.verbs.filter((verb) => verb === 'EPSV' || verb === 'PASV'),
    ['EPSV', 'PASV', 'PASV'],
  );
});

test('EPSV names a port that nobody listens on: PASV is tried', async (t) => {
  const server = await serving(t, {
    EPSV: epsv(1025),
    PASV: async (_, it) => it.say(pasv('127.0.0.1', await it.dataPort((socket) => socket.end(bytes)))),
  });
  await using ftp = await connect(server.url, { ...passive, memory: createHostMemory() });
  assert.equal(await read(ftp), 'hello');
  assert.deepEqual(decisions(ftp, 'data connection'), ['PASV (passive)']);
});

test('a 227 that points at another host is not followed', async (t) => {
  const server = await serving(t, {
    PASV: async (_, it) => it.say(pasv('127.0.0.99', await it.dataPort((socket) => socket.end(bytes)))),
  });
  await using ftp = await connect(server.url, { tls: 'none', dataVerb: 'PASV' });
  assert.equal(await read(ftp), 'hello');
  assert.deepEqual(decisions(ftp, 'passive address'), ['127.0.0.1']);
});

test('a 227 that points at another host is followed when the policy says so', async (t) => {
  const server = await serving(t, {
    PASV: async (_, it) =>
      it.say(pasv('127.0.0.2', await it.dataPort((socket) => socket.end(bytes), '127.0.0.2'))),
  });
  await using ftp = await connect(server.url, { tls: 'none', dataVerb: 'PASV', passiveAddress: 'reply' });
  assert.equal(await read(ftp), 'hello');
  assert.deepEqual(decisions(ftp, 'passive address'), ['127.0.0.2']);
});

test('a 227 that points at port 22 dials nothing', async (t) => {
  const server = await serving(t, { PASV: pasv('127.0.0.1', 22) });
  await using ftp = await connect(server.url, { tls: 'none', dataVerb: 'PASV' });
  await assert.rejects(read(ftp), /port 22/);
  assert.ok(!ftp.transcript.some((event) => event.kind === 'dial' && event.connection !== 'control'));
  assert.ok(!server.verbs.includes('RETR'));
});

test('a 227 without numbers is refused and the connection stays in step', async (t) => {
  const server = await serving(t, { PASV: '227 Entering Passive Mode (later)' });
  await using ftp = await connect(server.url, { tls: 'none', dataVerb: 'PASV' });
  await assert.rejects(read(ftp), /227/);
  assert.equal(await ftp.pwd(), '/');
});

test('a 229 with another delimiter', async (t) => {
  const server = await serving(t, {
    EPSV: async (_, it) => it.say(`229 ok (!!!${await it.dataPort((socket) => socket.end(bytes))}!)`),
  });
  await using ftp = await connect(server.url, { tls: 'none', dataVerb: 'EPSV' });
  assert.equal(await read(ftp), 'hello');
});

test('auto goes over to active mode when no passive port can be reached, and says so', async (t) => {
  const { connect: dial } = await import('node:net');
  let port = 0;
  const server = await serving(t, {
    EPSV: epsv(1025),
    PASV: pasv('127.0.0.1', 1025),
    EPRT: (argument, it) => {
      port = Number(argument.split('|')[3]);
      it.say('200 ok');
    },
    RETR: (_, it) => {
      it.say('150 ok (5 bytes)');
      dial({ port, host: '127.0.0.1', localAddress: '127.0.0.1' }).end(bytes, () => it.say('226 done'));
    },
  });
  await using ftp = await connect(server.url, { tls: 'none', memory: createHostMemory() });
  assert.equal(await read(ftp), 'hello');
  assert.deepEqual(decisions(ftp, 'data connection'), ['PASV (passive)', 'EPRT (active)']);
});

test('when nothing works the error tells every attempt', async (t) => {
  const server = await serving(t, {
    EPSV: '502 no',
    PASV: pasv('127.0.0.1', 1025),
    EPRT: '500 no',
    PORT: '500 never',
  });
  await using ftp = await connect(server.url, { tls: 'none', memory: createHostMemory() });
  await assert.rejects(read(ftp), (error: Error) => {
    assert.match(error.message, /EPSV.*502.*PASV.*1025.*EPRT.*500.*PORT.*never/);
    return 'code' in error && error.code === 'FTP_CONNECTION';
  });
  assert.equal(await ftp.pwd(), '/');
});

test('425 after the command is a data connection that failed: the next verb is tried', async (t) => {
  let first = true;
  const open: Answer = async (_, it) => it.say(epsv(await it.dataPort((socket) => socket.end(bytes))));
  const server = await serving(t, {
    EPSV: open,
    PASV: async (_, it) => it.say(pasv('127.0.0.1', await it.dataPort((socket) => socket.end(bytes)))),
    RETR: (argument, it) => {
      if (!first) return (retr as (argument: string, it: ScriptedServer) => unknown)(argument, it);
      first = false;
      return it.say('425 no');
    },
  });
  await using ftp = await connect(server.url, { ...passive, memory: createHostMemory() });
  assert.equal(await read(ftp), 'hello');
});

test('a verb that worked before and fails after the command was sent: ABOR, and the next verb is tried', async (t) => {
  const memory = createHostMemory();
  const server = await serving(t, {
    EPSV: epsv(1025),
    PASV: async (_, it) => it.say(pasv('127.0.0.1', await it.dataPort((socket) => socket.end(bytes)))),
    RETR: (_, it) => it.say(it.verbs.includes('PASV') ? '150 ok (5 bytes)\r\n226 done' : '150 wait'),
    ABOR: '426 aborted\r\n226 ok',
  });
  memory.set(`127.0.0.1:${server.port}`, { broken: [], works: 'EPSV' });
  await using ftp = await connect(server.url, { ...passive, memory });
  assert.equal(await read(ftp), 'hello');
  assert.deepEqual(
    server.verbs.filter((verb) => /EPSV|PASV|RETR|ABOR/.test(verb)),
    ['EPSV', 'RETR', 'ABOR', 'PASV', 'RETR'],
  );
});
