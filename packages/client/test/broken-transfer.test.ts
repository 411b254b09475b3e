import assert from 'node:assert/strict';
import type { Socket } from 'node:net';
import { test } from 'node:test';
import type { ByteSink } from '@duoport/net';
import { type ConnectOptions, connect, type FtpClient } from '../src/index.ts';
import { type Answer, epsv, type ScriptedServer, scripted } from './scripted-server.ts';

const options: ConnectOptions = {
  tls: 'none',
  dataVerb: 'EPSV',
  timeouts: { finalReply: 100, dataEnd: 100, abort: 100, stall: 200 },
};
const sink = { write: () => undefined };

/** A server that answers a transfer with `answer` and then does `data` with the data connection. */
function serving(
  t: Parameters<typeof scripted>[0],
  data: (socket: Socket, it: ScriptedServer) => void,
  answer: string,
) {
  let open: Socket | undefined;
  let begun = false;
  // Both must have come, in whichever order they do.
  const begin = (it: ScriptedServer) => {
    if (open === undefined || !begun) return;
    it.say(answer);
    data(open, it);
  };
  const command: Answer = (_, it) => {
    begun = true;
    begin(it);
  };
  return scripted(t, {
    EPSV: async (_, it) => {
      const port = await it.dataPort((socket) => {
        open = socket;
        begin(it);
      });
      it.say(epsv(port));
    },
    SIZE: '550 what?',
    RETR: command,
    STOR: command,
  });
}

async function usable(ftp: FtpClient): Promise<void> {
  assert.equal(await ftp.pwd(), '/');
}

test('a download that ends before the announced size is an error', async (t) => {
  const server = await serving(t, (socket) => socket.end('half'), '150 ok (8 bytes)\r\n226 done');
  await using ftp = await connect(server.url, options);
  await assert.rejects(ftp.get('f', sink), {
    code: 'FTP_TRANSFER',
    bytes: 4,
    resumable: true,
    direction: 'receive',
  });
  await usable(ftp);
});

test('a download that is shorter than SIZE said is an error', async (t) => {
  const server = await scripted(t, {
    EPSV: async (_, it) => it.say(epsv(await it.dataPort((socket) => socket.end('half')))),
    SIZE: '213 8',
    RETR: '150 ok\r\n226 done',
  });
  await using ftp = await connect(server.url, options);
  await assert.rejects(ftp.get('f', sink), { code: 'FTP_TRANSFER', bytes: 4 });
});

test('a 226 that never comes is a timeout of the final reply, and the bytes are told', async (t) => {
  const server = await serving(t, (socket) => socket.end('hello'), '150 ok (5 bytes)');
  await using ftp = await connect(server.url, options);
  await assert.rejects(ftp.get('f', sink), (error: Error) => {
    assert.ok('code' in error && 'phase' in error);
    assert.deepEqual([error.code, error.phase], ['FTP_TIMEOUT', 'final-reply']);
    assert.match(error.message, /all 5 bytes/);
    return true;
  });
  assert.equal(ftp.closed, true);
});

test('a data connection that stays open after the 226 is a timeout, and the connection stays usable', async (t) => {
  const server = await serving(t, (socket) => socket.write('hello'), '150 ok\r\n226 done');
  await using ftp = await connect(server.url, options);
  await assert.rejects(ftp.get('f', sink), { code: 'FTP_TIMEOUT', channel: 'data' });
  await usable(ftp);
});

test('a reset in the middle of a download is told with the bytes that came', async (t) => {
  const data = (socket: Socket, it: ScriptedServer) => {
    socket.write('hello', () => {
      socket.resetAndDestroy();
      it.say('426 broken');
    });
  };
  const server = await serving(t, data, '150 ok (50 bytes)');
  await using ftp = await connect(server.url, options);
  await assert.rejects(ftp.get('f', sink), { code: 'FTP_TRANSFER', direction: 'receive', resumable: true });
  await usable(ftp);
});

test('a control connection that breaks during a transfer ends it', async (t) => {
  const data = (socket: Socket, it: ScriptedServer) =>
    socket.write('hello', () => it.control.resetAndDestroy());
  const server = await serving(t, data, '150 ok (50 bytes)');
  await using ftp = await connect(server.url, options);
  await assert.rejects(ftp.get('f', sink), { code: 'FTP_TRANSFER' });
  assert.equal(ftp.closed, true);
  await assert.rejects(ftp.pwd(), { code: 'FTP_CLOSED' });
});

test('a server that says 451 in the middle of an upload', async (t) => {
  const server = await serving(
    t,
    (socket, it) => socket.once('data', () => it.say('452 disk full')),
    '150 ok',
  );
  await using ftp = await connect(server.url, options);
  await assert.rejects(ftp.put(new Uint8Array(64 * 1024 * 1024), 'f'), (error: Error) => {
    assert.match(error.message, /452 disk full/);
    return 'code' in error && error.code === 'FTP_TRANSFER';
  });
  await usable(ftp);
});

test('a server that never reads stalls the upload', async (t) => {
  const server = await serving(t, (socket) => socket.pause(), '150 ok');
  await using ftp = await connect(server.url, options);
  await assert.rejects(ftp.put(new Uint8Array(64 * 1024 * 1024), 'f'), { code: 'FTP_TIMEOUT' });
});

test('a disk that is full at our end tells the server and keeps the connection', async (t) => {
  const server = await scripted(t, {
    EPSV: async (_, it) =>
      it.say(epsv(await it.dataPort((socket) => socket.write(new Uint8Array(1024 * 1024))))),
    RETR: '150 ok',
    ABOR: '426 aborted\r\n226 ok',
  });
  await using ftp = await connect(server.url, options);
  const full = { write: () => Promise.reject(new Error('ENOSPC')) };
  await assert.rejects(ftp.get('f', full), (error: Error) => {
    assert.match(error.message, /ENOSPC/);
    return 'code' in error && error.code === 'FTP_TRANSFER';
  });
  assert.ok(server.verbs.includes('ABOR'));
  await usable(ftp);
});

test('an aborted transfer says ABOR and leaves the connection in step', async (t) => {
  const server = await scripted(t, {
    EPSV: async (_, it) => it.say(epsv(await it.dataPort((socket) => socket.write('hello')))),
    RETR: '150 ok',
    ABOR: '426 aborted\r\n226 ok',
  });
  await using ftp = await connect(server.url, options);
  const controller = new AbortController();
  const abort = { write: () => controller.abort(new Error('enough')) };
  await assert.rejects(ftp.get('f', abort, { signal: controller.signal }), /enough/);
  assert.ok(server.verbs.includes('ABOR'));
  await usable(ftp);
});

test('a server that answers a transfer and its ABOR with one reply stays in step', async (t) => {
  const server = await scripted(t, {
    EPSV: async (_, it) => it.say(epsv(await it.dataPort((socket) => socket.write('hello')))),
    RETR: '150 ok',
    ABOR: '226 both are over',
  });
  await using ftp = await connect(server.url, options);
  const controller = new AbortController();
  const abort = { write: () => controller.abort(new Error('enough')) };
  await assert.rejects(ftp.get('f', abort, { signal: controller.signal }), /enough/);
  assert.deepEqual(server.verbs.slice(-2), ['ABOR', 'NOOP']);
  await usable(ftp);
});

test('a server that is silent about the transfer is sent ABOR and nothing behind it', async (t) => {
  const server = await scripted(t, {
    EPSV: async (_, it) => it.say(epsv(await it.dataPort((socket) => socket.write('hello')))),
    RETR: '150 ok',
    ABOR: '',
  });
  // Longer than the pause before a NOOP, which Pure-FTPd would throw away with the ABOR.
  await using ftp = await connect(server.url, { ...options, timeouts: { abort: 400 } });
  const controller = new AbortController();
  const abort = { write: () => controller.abort(new Error('enough')) };
  await assert.rejects(ftp.get('f', abort, { signal: controller.signal }), /enough/);
  assert.equal(server.verbs.at(-1), 'ABOR');
  assert.equal(ftp.closed, true);
});

for (const said of ['226 done', '350 go on']) {
  test(`attack: a server that answers twice: ${said} before any 1yz ends the dialogue`, async (t) => {
    const server = await scripted(t, {
      EPSV: async (_, it) => it.say(epsv(await it.dataPort((socket) => socket.end('hello')))),
      RETR: said,
      STOR: said,
    });
    for (const call of [
      (ftp: FtpClient) => ftp.get('f', sink),
      (ftp: FtpClient) => ftp.put(new Uint8Array(5), 'f'),
    ]) {
      await using ftp = await connect(server.url, options);
      await assert.rejects(call(ftp), { code: 'FTP_REMOTE_PROTOCOL', message: /before anything/ });
      assert.equal(ftp.closed, true);
    }
  });
}

test('a server that does not answer ABOR loses its connection: nobody could tell what its next reply is for', async (t) => {
  const server = await scripted(t, {
    EPSV: async (_, it) => it.say(epsv(await it.dataPort((socket) => socket.write('hello')))),
    RETR: '150 ok',
    ABOR: '',
    NOOP: '',
  });
  await using ftp = await connect(server.url, options);
  const arrived = new Promise<void>((resolve) => {
    const getting = ftp.get('f', { write: () => resolve() });
    getting.catch(() => undefined);
  });
  await arrived;
  await ftp.abort();
  assert.equal(ftp.closed, true);
});

test('a reply to the command that refuses it is FTP_REPLY and nothing is written', async (t) => {
  const server = await serving(t, () => undefined, '550 no such file');
  await using ftp = await connect(server.url, options);
  const written: unknown[] = [];
  const destination: ByteSink = { write: (chunks) => void written.push(...chunks) };
  await assert.rejects(ftp.get('f', destination), { code: 'FTP_REPLY', verb: 'RETR', transient: false });
  assert.deepEqual(written, []);
  await usable(ftp);
});

test('a server that half-closes the data connection of an upload still gets all of it', async (t) => {
  let received = 0;
  const data = (socket: Socket, it: ScriptedServer) => {
    socket.end(); // our socket reads on: the scripted server allows half-open connections
    socket.on('data', (chunk) => {
      received += chunk.length;
    });
    socket.on('end', () => it.say('226 done'));
  };
  const server = await serving(t, data, '150 ok');
  await using ftp = await connect(server.url, options);
  const result = await ftp.put(new Uint8Array(3_000_000), 'f');
  assert.equal(result.bytes, 3_000_000);
  assert.equal(received, 3_000_000);
});

test('a server that half-closes the control connection in the middle of a download', async (t) => {
  const data = (socket: Socket, it: ScriptedServer) => socket.write('hello', () => it.control.end());
  const server = await serving(t, data, '150 ok (50 bytes)');
  await using ftp = await connect(server.url, options);
  await assert.rejects(ftp.get('f', sink), { code: 'FTP_TRANSFER', direction: 'receive' });
  assert.equal(ftp.closed, true);
});
