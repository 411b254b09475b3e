import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type ConnectOptions, connect, type FtpClient } from '../src/index.ts';
import { type Answer, epsv, scripted } from './scripted-server.ts';

const options: ConnectOptions = { tls: 'none', dataVerb: 'EPSV' };

function listing(text: string): Record<string, Answer> {
  return {
    EPSV: async (_, it) => it.say(epsv(await it.dataPort((socket) => socket.end(text)))),
    MLSD: '150 ok\r\n226 done',
    LIST: '150 ok\r\n226 done',
  };
}

async function names(ftp: FtpClient, path?: string): Promise<readonly string[]> {
  const found: string[] = [];
  for await (const entry of ftp.list(path)) found.push(entry.name);
  return found;
}

const three = ['a', 'b', 'c'].map((name) => `type=file;size=1; ${name}\r\n`).join('');

test('entries without the directory itself and its parent', async (t) => {
  const server = await scripted(t, listing(`type=cdir; /\r\ntype=pdir; ..\r\n${three}`));
  await using ftp = await connect(server.url, options);
  assert.deepEqual(await names(ftp), ['a', 'b', 'c']);
});

test('the loop over a listing may use the same connection', async (t) => {
  const server = await scripted(t, { ...listing(three), DELE: '250 gone' });
  await using ftp = await connect(server.url, options);
  for await (const entry of ftp.list()) await ftp.remove(entry.name);
  assert.deepEqual(
    server.lines.filter((line) => line.startsWith('DELE')),
    ['DELE a', 'DELE b', 'DELE c'],
  );
});

test('a loop may be left early', async (t) => {
  const server = await scripted(t, listing(three));
  await using ftp = await connect(server.url, options);
  for await (const entry of ftp.list()) {
    assert.equal(entry.name, 'a');
    break;
  }
  assert.equal(await ftp.pwd(), '/');
});

test('MLSD that FEAT promises and the server refuses: LIST, and MLSD is not tried again', async (t) => {
  const server = await scripted(t, {
    ...listing('-rw-r--r-- 1 u g 5 Jan 1 2020 one file\r\n'),
    MLSD: '500 what?',
  });
  await using ftp = await connect(server.url, options);
  assert.deepEqual(await names(ftp), ['one file']);
  assert.deepEqual(await names(ftp), ['one file']);
  assert.equal(server.verbs.filter((verb) => verb === 'MLSD').length, 1);
});

test('a directory whose name LIST would take for an option or a pattern is listed from inside', async (t) => {
  const server = await scripted(t, { ...listing('-rw-r--r-- 1 u g 5 Jan 1 2020 f\r\n'), FEAT: '502 no' });
  await using ftp = await connect(server.url, options);
  assert.deepEqual(await names(ftp, '-la *'), ['f']);
  assert.deepEqual(
    server.lines.filter((line) => /^(CWD|LIST)/.test(line)),
    ['CWD -la *', 'LIST', 'CWD /'],
  );
});

test('a listing without end is cut off', async (t) => {
  const server = await scripted(t, {
    ...listing(''),
    EPSV: async (_, it) => {
      const port = await it.dataPort((socket) => {
        const more = () => {
          while (!socket.destroyed && socket.write('type=file;size=1; again\r\n'.repeat(500)));
        };
        socket.on('drain', more);
        more();
      });
      it.say(epsv(port));
    },
    MLSD: '150 ok',
    ABOR: '426 aborted\r\n226 ok',
  });
  await using ftp = await connect(server.url, options);
  const all = async () => {
    for await (const entry of ftp.list('.', { maxEntries: 5000 })) assert.equal(entry.name, 'again');
  };
  await assert.rejects(all(), { code: 'FTP_LIMIT', limit: 'listingEntries', value: 5000 });
  assert.equal(await ftp.pwd(), '/');
});

test('a listing of one line without end is cut off', async (t) => {
  const server = await scripted(t, {
    ...listing(''),
    EPSV: async (_, it) => {
      const port = await it.dataPort((socket) => {
        const more = () => {
          while (!socket.destroyed && socket.write('x'.repeat(100_000)));
        };
        socket.on('drain', more);
        more();
      });
      it.say(epsv(port));
    },
    MLSD: '150 ok',
    ABOR: '426 aborted\r\n226 ok',
  });
  await using ftp = await connect(server.url, options);
  const all = async () => {
    for await (const entry of ftp.list('.', { maxEntries: 1000 })) assert.fail(entry.name);
  };
  await assert.rejects(all(), { code: 'FTP_LIMIT' });
});

test('a listing that nobody can read is no empty directory', async (t) => {
  const server = await scripted(t, {
    ...listing('ls: cannot open directory: Permission denied\r\n'),
    FEAT: '502 no',
  });
  await using ftp = await connect(server.url, options);
  await assert.rejects(names(ftp), { code: 'FTP_TRANSFER' });
});
