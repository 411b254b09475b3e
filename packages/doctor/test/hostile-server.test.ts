import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type DoctorOptions, type Observations, observe } from '../src/index.ts';
import { type Answer, pasv, type Scripted, scripted } from './scripted-server.ts';

/** A short run in clear, with what has to hold whatever the server does. */
async function run(server: Scripted, options: Partial<DoctorOptions> = {}): Promise<Observations> {
  const budget = options.budget ?? 6000;
  const since = performance.now();
  const seen = await observe({ url: server.url, tls: 'none', budget, patience: 300, ...options });
  assert.ok(performance.now() - since < budget + 500, 'the budget is kept');
  assert.ok(seen.took <= budget + 500);
  assert.ok(server.lines.every((line) => !/^(STOR|STOU|APPE|DELE|RNFR|RNTO|RMD|MKD|SITE CHMOD)/i.test(line)));
  assert.ok(server.lines.every((line) => !line.startsWith('PASS') || line === 'PASS p'));
  return seen;
}

for (const [attack, address] of [
  ['the loopback address', '127.0.0.2'],
  ['the metadata service', '169.254.169.254'],
  ['an inner network', '10.11.12.13'],
  ['nobody', '0.0.0.0'],
] as const) {
  test(`227 that redirects to ${attack} is written down and not dialled`, async (t) => {
    let knocks = 0;
    const knock = () => {
      knocks += 1;
    };
    let port = 0;
    const server = await scripted(t, { PASV: (_, visitor) => visitor.say(pasv(address, port)) });
    port = await server.dataPort(knock, address === '127.0.0.2' ? address : '127.0.0.2');
    const seen = await run(server, { verbs: ['PASV'] });
    const [attempt] = seen.attempts;
    assert.deepEqual(attempt?.announced, { address, port });
    assert.match(attempt?.notDialled ?? '', /this machine|link-local|inner network|no host/);
    assert.deepEqual(
      attempt?.dials.map(({ to }) => to.address),
      ['127.0.0.1'],
    );
    assert.equal(knocks, 0);
  });
}

test('227 and 229 that redirect to a port of another service are not dialled', async (t) => {
  const server = await scripted(t, {
    PASV: pasv('127.0.0.1', 22),
    EPSV: '229 Entering Extended Passive Mode (|||25|)',
  });
  const seen = await run(server, { verbs: ['PASV', 'EPSV'] });
  for (const { dials, notDialled } of seen.attempts) {
    assert.deepEqual(dials, []);
    assert.match(notDialled ?? '', /belongs to another service/);
  }
});

const usualSteps = ['CONNECT', 'FEAT', 'USER', 'PASS', 'SYST', 'TYPE'] as const;
for (const step of usualSteps) {
  for (const [how, answer] of [
    ['hangs', ''],
    ['closed', (_: string, { socket }: { socket: { end(): void } }) => socket.end()],
    ['garbage', 'lorem ipsum\r\ndolor sit amet'],
  ] as const satisfies readonly (readonly [string, Answer])[]) {
    test(`a server that ${how} at ${step}`, async (t) => {
      const server = await scripted(t, { [step]: answer });
      const seen = await run(server);
      assert.equal(seen.control.broken?.verb, step === 'CONNECT' ? 'greeting' : step);
      if (how !== 'hangs') assert.equal(seen.control.broken?.how, how);
      assert.deepEqual(seen.attempts, []);
    });
  }
}

for (const [verb, answer] of [
  ['PASV', ''],
  ['PASV', '227 Entering Passive Mode (1,2,3)'],
  ['PASV', '227 =999,999,999,999,999,999'],
  ['PASV', '\u001b[2J\u001b]0;owned\u0007'],
  ['EPSV', '229 (|||99999|)'],
  ['EPSV', '229 nothing'],
] as const) {
  test(`a server that answers ${JSON.stringify(answer)} to ${verb}`, async (t) => {
    const server = await scripted(t, { [verb]: answer });
    const seen = await run(server, { verbs: [verb] });
    assert.equal(seen.attempts[0]?.outcome, 'fails');
    assert.deepEqual(seen.attempts[0]?.dials, []);
  });
}

test('a server that takes PORT and never comes costs one wait for each try', async (t) => {
  const server = await scripted(t, { PORT: '200 ok', EPRT: '200 ok', LIST: '' });
  const seen = await run(server, { verbs: ['PORT', 'EPRT'] });
  const open = seen.attempts.filter(({ hidden }) => hidden !== true);
  assert.equal(open.length, 2);
  for (const { outcome, accepted, final, lost, took } of seen.attempts) {
    assert.deepEqual([outcome, accepted, final, lost], ['fails', undefined, undefined, undefined]);
    assert.ok(took < 1500);
  }
});

test('everything silent: every way is tried or said not to have been, in time', async (t) => {
  const server = await scripted(t, { PASV: '', EPSV: '', PORT: '', EPRT: '' });
  const seen = await run(server, { budget: 3000 });
  const ways = new Set(seen.attempts.filter(({ hidden }) => !hidden).map(({ verb }) => verb));
  assert.deepEqual([...ways].sort(), ['EPRT', 'EPSV', 'PASV', 'PORT']);
});

test('an endless listing is cut off', async (t) => {
  const chunk = Buffer.from('-rw-r--r-- 1 0 0 5 Jan 01 00:00 a\r\n'.repeat(1000));
  let port = 0;
  const server = await scripted(t, {
    PASV: (_, visitor) => visitor.say(pasv('127.0.0.1', port)),
    LIST: '150 here it comes',
  });
  port = await server.dataPort((socket) => {
    const more = () => {
      while (socket.writable && socket.write(chunk));
    };
    socket.on('drain', more);
    more();
  });
  const seen = await run(server, { verbs: ['PASV'] });
  const [attempt] = seen.attempts;
  assert.equal(attempt?.outcome, 'works');
  assert.ok((attempt?.bytes ?? 0) >= 64 * 1024 && (attempt?.bytes ?? 0) < 16 * 1024 * 1024);
});

test('an endless reply with many lines is garbage', async (t) => {
  const server = await scripted(t, {
    FEAT: (_, { socket }) => {
      socket.write('211-Features:\r\n');
      const more = () => {
        while (socket.writable && socket.write(' X\r\n'.repeat(5000)));
      };
      socket.on('drain', more);
      more();
    },
  });
  const seen = await run(server);
  assert.deepEqual(seen.control.broken, { verb: 'FEAT', how: 'garbage' });
});

test('a data connection that opens and says nothing ends in time', async (t) => {
  let port = 0;
  const server = await scripted(t, {
    PASV: (_, visitor) => visitor.say(pasv('127.0.0.1', port)),
    LIST: '150 here it comes',
  });
  port = await server.dataPort(() => undefined);
  const [attempt] = (await run(server, { verbs: ['PASV'] })).attempts;
  assert.equal(attempt?.outcome, 'fails');
  assert.equal(attempt?.preliminary?.code, 150);
  assert.equal(attempt?.final, undefined);
});

test('a lost 226 is no success', async (t) => {
  let port = 0;
  const server = await scripted(t, {
    PASV: (_, visitor) => visitor.say(pasv('127.0.0.1', port)),
    LIST: '150 here it comes',
  });
  port = await server.dataPort((socket) => socket.end('-rw-r--r-- 1 0 0 5 Jan 01 00:00 a\r\n'));
  const [attempt] = (await run(server, { verbs: ['PASV'] })).attempts;
  assert.equal(attempt?.outcome, 'fails');
  assert.ok((attempt?.bytes ?? 0) > 0);
});

test('names of a listing that are no plain names are not fetched', async (t) => {
  let port = 0;
  const server = await scripted(t, {
    PASV: (_, visitor) => visitor.say(pasv('127.0.0.1', port)),
    LIST: (_, visitor) => {
      visitor.say('150 here it comes');
      visitor.say('226 done');
    },
  });
  const names = ['../../etc/passwd', '/etc/passwd', '-rf', '\u001b[31mred', 'a\u0000b', '.'];
  port = await server.dataPort((socket) =>
    socket.end(names.map((name) => `-rw-r--r-- 1 0 0 5 Jan 01 00:00 ${name}\r\n`).join('')),
  );
  await run(server, { verbs: ['PASV'] });
  assert.ok(server.lines.every((line) => !line.startsWith('RETR')));
});

test('a server that lets in one connection at a time is asked one thing after the other', async (t) => {
  let inside = 0;
  const server = await scripted(t, {
    CONNECT: (_, visitor) => {
      inside += 1;
      visitor.socket.on('close', () => {
        inside -= 1;
      });
      if (inside === 1) return visitor.say('220 ready');
      visitor.say('421 too many connections');
      return visitor.socket.end();
    },
    PASV: '500 no',
    EPSV: '500 no',
    PORT: '500 no',
    EPRT: '500 no',
  });
  const seen = await run(server);
  const open = seen.attempts.filter(({ hidden }) => hidden !== true);
  assert.deepEqual(
    open.map(({ outcome, agreed }) => [outcome, agreed?.code]),
    Array.from({ length: 4 }, () => ['fails', 500]),
  );
});

for (const [who, banner, expected] of [
  ['an SSH server', 'SSH-2.0-OpenSSH_9.2', /^SSH-2\.0/],
  ['a mail server that talks HTTP', 'HTTP/1.1 400 Bad Request', /^HTTP/],
] as const) {
  test(`${who} on the control port is known by what it says`, async (t) => {
    const server = await scripted(t, { CONNECT: (_, { socket }) => socket.end(`${banner}\r\n`) });
    const seen = await run(server);
    assert.match(seen.control.foreign ?? '', expected);
    assert.deepEqual(seen.attempts, []);
    assert.deepEqual(server.lines, []);
  });
}

test('a web server that waits for the first word is found out', async (t) => {
  const server = await scripted(t, {
    CONNECT: '',
    HEAD: (_, { socket }) => socket.end('HTTP/1.0 200 OK\r\n\r\n'),
  });
  const seen = await run(server);
  assert.match(seen.control.foreign ?? '', /^HTTP\/1\.0/);
});

test('AUTH TLS that hangs in the handshake: TLS failed, and the clear ways are tried', async (t) => {
  const server = await scripted(t, { AUTH: '234 go on', PASV: '500 no' });
  const seen = await run(server, { tls: undefined, verbs: ['PASV'] });
  assert.equal(seen.control.tls?.how, 'failed');
  assert.deepEqual(
    seen.attempts.map(({ verb, secure, agreed }) => [verb, secure, agreed?.code]),
    [['PASV', false, 500]],
  );
});

test('a server that answers before it is asked is no way to inject replies behind AUTH TLS', async (t) => {
  const server = await scripted(t, { AUTH: '234 go on\r\n230 you are in' });
  const seen = await run(server, { tls: undefined, verbs: ['PASV'] });
  assert.equal(seen.control.tls?.how, 'failed');
});

test('every control connection is closed at the end, also of a server that hangs', async (t) => {
  const server = await scripted(t, { PASV: '', PORT: '200 ok', LIST: '', QUIT: '' });
  await run(server, { budget: 3000 });
  for (let turn = 0; turn < 20 && server.open > 0; turn++)
    await new Promise((resolve) => setImmediate(resolve));
  assert.equal(server.open, 0);
});

test('nothing keeps the process alive afterwards', async (t) => {
  const held = () =>
    process
      .getActiveResourcesInfo()
      .filter((name) => /^(TCPSocketWrap|TCPServerWrap|TLSWrap|Timeout)$/.test(name));
  const server = await scripted(t, { PASV: '', PORT: '200 ok', LIST: '' });
  const before = held().length;
  await run(server, { budget: 3000 });
  for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
  assert.ok(held().length <= before, held().join(' '));
});
