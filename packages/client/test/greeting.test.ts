import assert from 'node:assert/strict';
import { test } from 'node:test';
import { connect } from '../src/index.ts';
import { scripted } from './scripted-server.ts';

test('a greeting of several lines, with lines that look like its end', async (t) => {
  const server = await scripted(t, {
    CONNECT: '220-Welcome\r\n 220 is not the end\r\n230 nor this\r\n220 ready',
  });
  await using ftp = await connect(server.url);
  assert.equal(ftp.greeting.lines.at(-1), 'ready');
});

test('a preliminary 120 is followed by the greeting', async (t) => {
  const server = await scripted(t, {
    CONNECT: (_, { control }) => control.write('120 wait\r\n', () => control.write('220 ready\r\n')),
  });
  await using ftp = await connect(server.url);
  assert.equal(ftp.greeting.code, 220);
});

test('a server that greets with 421 is FTP_REPLY and transient', async (t) => {
  const server = await scripted(t, { CONNECT: '421 too many users' });
  await assert.rejects(connect(server.url), (error: Error) => {
    assert.ok('code' in error && 'transient' in error);
    assert.equal(error.code, 'FTP_REPLY');
    assert.equal(error.transient, true);
    assert.match(error.message, /too many users/);
    return true;
  });
});

test('a server that never speaks runs into the time limit of the greeting', async (t) => {
  const server = await scripted(t, { CONNECT: '' });
  const timeouts = { connect: 50 };
  await assert.rejects(connect(server.url, { timeouts }), {
    code: 'FTP_TIMEOUT',
    phase: 'greeting',
    channel: 'control',
  });
});

test('a signal ends connecting', async (t) => {
  const server = await scripted(t, { CONNECT: '' });
  const controller = new AbortController();
  const connecting = connect(server.url, { signal: controller.signal });
  controller.abort(new Error('enough'));
  await assert.rejects(connecting, /enough/);
});

test('a server that speaks another protocol is FTP_REMOTE_PROTOCOL', async (t) => {
  const server = await scripted(t, { CONNECT: 'SSH-2.0-OpenSSH_9.2' });
  await assert.rejects(connect(server.url), { code: 'FTP_REMOTE_PROTOCOL' });
});

test('a reply without end is cut off', async (t) => {
  const server = await scripted(t, {
    USER: (_, { control }) => {
      const more = () => {
        while (!control.destroyed && control.write(`230-${'more '.repeat(2000)}\r\n`));
      };
      control.on('drain', more);
      more();
    },
  });
  await assert.rejects(connect(server.url), { code: 'FTP_REMOTE_PROTOCOL' });
});

test('a line of a reply without end is cut off', async (t) => {
  const server = await scripted(t, {
    USER: (_, { control }) => {
      const more = () => {
        while (!control.destroyed && control.write('x'.repeat(65_536)));
      };
      control.write('230 ');
      control.on('drain', more);
      more();
    },
  });
  await assert.rejects(connect(server.url), { code: 'FTP_REMOTE_PROTOCOL' });
});

test('a wrong password is FTP_REPLY and the message does not name it', async (t) => {
  const server = await scripted(t, { PASS: '530 no' });
  await assert.rejects(connect(server.url.replace(':p@', ':hunter2@')), (error: Error) => {
    assert.ok('code' in error && error.code === 'FTP_REPLY');
    assert.doesNotMatch(error.message, /hunter2/);
    return true;
  });
});

test('the account is sent when the server wants one', async (t) => {
  const server = await scripted(t, { PASS: '332 account?', ACCT: '230 in' });
  await using ftp = await connect(server.url, { account: 'sales' });
  assert.ok(server.lines.includes('ACCT sales'));
  assert.equal(ftp.closed, false);
});

test('a server that needs an account says so', async (t) => {
  const server = await scripted(t, { PASS: '332 account?' });
  await assert.rejects(connect(server.url), /option account/);
});

test('TLS that is required and not offered is an error, before the name is sent', async (t) => {
  const server = await scripted(t, { AUTH: '502 no' });
  await assert.rejects(connect(server.url, { tls: 'explicit' }), { code: 'FTP_REPLY', verb: 'AUTH' });
  assert.deepEqual(server.verbs, ['AUTH']);
});

test('without TLS at the server, ftp:// goes on in clear and says so in the trace', async (t) => {
  const server = await scripted(t, { AUTH: '534 no' });
  await using ftp = await connect(server.url);
  assert.equal(ftp.tls, undefined);
  assert.ok(
    ftp.transcript.some(
      (event) => event.kind === 'decision' && event.what === 'tls' && event.chosen === 'none',
    ),
  );
});

test('plaintext behind the 234 is an injection and ends the connection', async (t) => {
  const server = await scripted(t, { AUTH: '234 go\r\n230 you are in' });
  await assert.rejects(connect(server.url), { code: 'FTP_REMOTE_PROTOCOL' });
});

test('the password is in no trace', async (t) => {
  const server = await scripted(t);
  const seen: string[] = [];
  const url = server.url.replace(':p@', ':hunter2@');
  await using ftp = await connect(url, { trace: (event) => seen.push(JSON.stringify(event)) });
  assert.ok(server.lines.includes('PASS hunter2'));
  assert.ok(seen.some((event) => event.includes('PASS ****')));
  assert.doesNotMatch(JSON.stringify(ftp.transcript) + seen.join(''), /hunter2/);
});

test('the path of the URL is where the client starts', async (t) => {
  const server = await scripted(t);
  await using ftp = await connect(`${server.url}/a%20b/c`);
  assert.ok(server.lines.includes('CWD a b/c'));
  assert.equal(ftp.target.path, 'a b/c');
});

test('a TLS handshake that is never finished runs into the time limit', async (t) => {
  const server = await scripted(t, { AUTH: '234 go' });
  const options = { tls: 'explicit', timeouts: { connect: 100 } } as const;
  await assert.rejects(connect(server.url, options), {
    code: 'FTP_TIMEOUT',
    phase: 'tls',
    channel: 'control',
  });
});

test('a greeting that comes late is waited for', async (t) => {
  const server = await scripted(t, { CONNECT: (_, it) => setImmediate(() => it.say('220 at last')) });
  await using ftp = await connect(server.url);
  assert.deepEqual(ftp.greeting.lines, ['at last']);
});
