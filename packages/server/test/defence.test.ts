import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import {
  type Accounts,
  Defence,
  type DefenceOptions,
  type Guard,
  MemoryAccounts,
  MemoryDefence,
  MemoryFiles,
} from '@duoport/server';
import { serve } from './serving.ts';
import { dial, gone, readAll } from './sockets.ts';

/** A server that defends itself, against this machine too. */
async function fortress(
  t: TestContext,
  options: DefenceOptions = {},
  more: Parameters<typeof serve>[1] = {},
) {
  const shared = new MemoryDefence();
  let tell: Parameters<typeof serve>[1] & object = {};
  const defence = new Defence({
    options: { allow: [], delay: 1, longestDelay: 1, ...options },
    shared,
    log: (event) => tell.log?.(event),
  });
  t.after(() => defence.close());
  const serving = await serve(t, { guard: defence, admit: (address) => defence.refuses(address), ...more });
  tell = { log: (event) => (serving.events as unknown[]).push(event) };
  return { ...serving, defence, shared };
}

const guess = async (
  client: { expect(code: number, line: string): Promise<unknown> },
  password = 'wrong',
) => {
  await client.expect(331, 'USER u');
  await client.expect(530, `PASS ${password}`);
};

test('attack: guessing passwords: the address is shut out, at the greeting and in its open sessions; others are not', async (t) => {
  const { connect, login, events } = await fortress(t, { threshold: 5 }, { maxLoginAttempts: 100 });
  const open = await connect();
  const idle = await connect();
  // Somebody who is in, from the address that the attack comes from: it bears five times as much now.
  const inside = await login();
  for (let count = 0; count < 25; count += 1) await guess(open, `guess${count}`);
  const banned = await connect();
  assert.equal(banned.greeting.code, 421);
  await banned.ended;
  await open.expect(331, 'USER u');
  await open.expect(421, 'PASS p');
  await idle.expect(331, 'USER u');
  await idle.expect(421, 'PASS p');
  await inside.expect(200, 'NOOP');
  const other = await connect({ from: '127.0.0.2' });
  await other.login();
  const kinds = events.map((event) => (event.kind === 'limited' ? event.limit : event.kind));
  assert.equal(kinds.filter((kind) => kind === 'ban').length, 1);
  assert.equal(kinds.filter((kind) => kind === 'banned').length, 3);
});

test('attack: guessing passwords: where bans drop, nothing is said', async (t) => {
  const { connect, defence, port } = await fortress(t, { answer: 'drop' });
  await defence.ban('127.0.0.0/8');
  assert.equal((await readAll(await dial({ host: '127.0.0.1', port }))).toString(), '');
  await defence.unban('127.0.0.0/8');
  assert.equal((await connect()).greeting.code, 220);
});

test('attack: a banned client of implicit TLS gets no handshake', async (t) => {
  const { defence, port, events } = await fortress(t, {}, { implicitTls: true });
  await defence.ban('127.0.0.1');
  await gone(await dial({ host: '127.0.0.1', port }));
  assert.ok(events.some((event) => event.kind === 'limited' && event.limit === 'banned'));
});

test('attack: telling names from unknown ones: known, unknown and banned get the same answer, and the same is done for each', async (t) => {
  const asked: string[] = [];
  const memory = new MemoryAccounts({
    files: new MemoryFiles(),
    users: ['u', 'b'].map((name) => ({ name, password: 'p' })),
  });
  const accounts: Accounts = {
    login: (attempt) => {
      asked.push('accounts');
      return memory.login(attempt);
    },
  };
  const { connect, defence } = await fortress(t, {}, { maxLoginAttempts: 100, accounts });
  await defence.ban('user:b');
  for (const method of ['knock', 'offended', 'passed'] as const) {
    const real = defence[method].bind(defence) as (who: never) => Promise<never>;
    Object.assign(defence, {
      [method]: (who: never) => {
        asked.push(method);
        return real(who);
      },
    });
  }
  const told = async (user: string, password: string) => {
    asked.length = 0;
    const client = await connect();
    const [first, second] = [await client.ask(`USER ${user}`), await client.ask(`PASS ${password}`)];
    client.raw.destroy();
    return { first, second, asked: [...asked] };
  };
  const wrong = await told('u', 'x');
  assert.deepEqual(wrong.asked, ['knock', 'accounts', 'offended']);
  assert.deepEqual(await told('nobody', 'x'), wrong);
  assert.deepEqual(await told('b', 'p'), wrong);
  assert.deepEqual((await told('u', 'p')).asked, ['knock', 'accounts', 'passed']);
});

test('attack: a client that hangs up before the answer: the wait goes with it', async (t) => {
  const { connect, event, heard, server } = await fortress(t, { delay: 3_600_000, longestDelay: 3_600_000 });
  const client = await connect();
  await client.expect(331, 'USER u');
  client.send('PASS wrong');
  await heard('PASS ****');
  client.raw.resetAndDestroy();
  await event('closed');
  assert.equal(server.sessions, 0);
});

test('attack: a web browser that is made to speak to the server, again and again', async (t) => {
  const { connect, events } = await fortress(t, { threshold: 6 });
  for (let count = 0; count < 2; count += 1) {
    const client = await connect();
    client.sendBytes('POST / HTTP/1.1\r\nHost: x\r\n\r\nDELE f\r\n');
    await client.ended;
  }
  assert.deepEqual(
    events.flatMap((event) => (event.kind === 'offence' ? [event.offence] : [])),
    ['foreign-protocol', 'foreign-protocol'],
  );
  assert.equal((await connect()).greeting.code, 421);
});

test('attack: PORT to a third machine is held against the client; the inner address of one behind NAT is not', async (t) => {
  const { login, connect, events } = await fortress(t, { threshold: 6 });
  const client = await login({ from: '127.0.0.2' });
  await client.expect(500, 'PORT 10,1,2,3,200,10').catch(() => undefined);
  assert.deepEqual(
    events.filter(({ kind }) => kind === 'offence'),
    [],
  );
  for (const line of ['PORT 192,0,43,8,200,10', 'PORT 127,0,0,2,0,25', 'EPRT |1|192.0.43.8|25|'])
    assert.ok((await client.ask(line)).code >= 500, line);
  assert.deepEqual(
    events.flatMap((event) => (event.kind === 'offence' ? [[event.offence, event.peer.address]] : [])),
    new Array(3).fill(['bounce', '127.0.0.2']),
  );
  // Who has logged in bears more.
  assert.equal((await connect({ from: '127.0.0.2' })).greeting.code, 220);
});

test('attack: stealing a data connection: who came to the port of another is held to account, not its victim', async (t) => {
  const { login, event } = await fortress(t);
  const client = await login();
  const { port } = await client.passive();
  await gone(await dial({ host: '127.0.0.1', port, from: '127.0.0.9' }));
  const { offence, peer } = await event('offence');
  assert.deepEqual([offence, peer.address], ['wrong-peer', '127.0.0.9']);
});

test('attack: a flood of commands is slowed down, answered in full, and ended when it does not end', async (t) => {
  const { login } = await fortress(t, {}, { commandsPerSecond: 400 });
  const client = await login();
  client.sendBytes('NOOP\r\n'.repeat(600));
  const began = performance.now();
  for (let count = 0; count < 600; count += 1) await client.expectReply(200);
  // A second's worth comes at once, the rest takes its half a second.
  assert.ok(performance.now() - began > 300);
  const short = await fortress(t, {}, { commandsPerSecond: 50, timeouts: { flood: 100 } });
  const flood = await short.login();
  flood.sendBytes('NOOP\r\n'.repeat(1000));
  for (;;) {
    const reply = await flood.replyOrEnd();
    if (reply?.code === 200) continue;
    assert.equal(reply?.code, 421);
    break;
  }
  await flood.ended;
  assert.equal((await short.event('limited')).limit, 'commands-per-second');
  assert.equal((await short.event('offence')).offence, 'flood');
});

test('attack: handshakes that are begun and never ended leave room for others when they are over', async (t) => {
  const { connect, event } = await fortress(t, {}, { maxHandshakes: 1 });
  const stuck = await connect();
  await stuck.expect(234, 'AUTH TLS');
  const other = await connect();
  await other.expect(431, 'AUTH TLS');
  assert.equal((await event('limited')).limit, 'tls-handshakes');
  // It may go on in the clear, and try again.
  await other.expect(331, 'USER u');
  stuck.raw.destroy();
  await event('closed');
  await other.secure();
  await other.login();
});

test('attack: handshakes of implicit TLS that are begun and never ended', async (t) => {
  const { port, event } = await fortress(t, {}, { implicitTls: true, maxHandshakes: 0 });
  await gone(await dial({ host: '127.0.0.1', port }));
  assert.equal((await event('limited')).limit, 'tls-handshakes');
});

test('too many logins of one address in a minute get 421', async (t) => {
  const { connect, login, event } = await fortress(t, { logins: { perAddress: 2 } });
  await login();
  await login();
  const third = await connect();
  await third.expect(331, 'USER u');
  await third.expect(421, 'PASS p');
  await third.ended;
  assert.equal((await event('limited')).limit, 'logins-per-minute');
  await login({ from: '127.0.0.2' });
});

test('more sessions of an address than it may have: told, and not held against an office', async (t) => {
  const { connect, defence, events } = await fortress(t, { threshold: 1 }, { maxSessionsPerAddress: 1 });
  await connect();
  for (let count = 0; count < 5; count += 1) assert.equal((await connect()).greeting.code, 421);
  assert.equal(defence.refuses('127.0.0.1'), undefined);
  assert.equal(events.filter((event) => event.kind === 'limited').length, 5);
});

test('sessions of a user: exact over two servers that share them, however many come at once', async (t) => {
  const files = new MemoryFiles();
  const accounts = new MemoryAccounts({
    files,
    users: [{ name: 'u', password: 'p', rules: { sessions: 3 } }],
  });
  const defence = new Defence();
  t.after(() => defence.close());
  // Each has numbers of its own for its sessions.
  const numbered = (from: number): Guard => ({
    knock: (who) => defence.knock(who),
    passed: (who) => defence.passed(who),
    offended: (who) => defence.offended(who),
    takeSeat: (seat) => defence.takeSeat({ ...seat, session: from + seat.session }),
    leaveSeat: (session) => defence.leaveSeat(from + session),
    leaveSeats: (session) => defence.leaveSeats(from + session),
  });
  const servers = [
    await serve(t, { accounts, guard: numbered(0) }),
    await serve(t, { accounts, guard: numbered(1000) }),
  ];
  const clients = await Promise.all(Array.from({ length: 12 }, (_, at) => servers[at % 2]?.connect()));
  const codes = await Promise.all(
    clients.map(async (client) => {
      await client?.expect(331, 'USER u');
      return (await client?.ask('PASS p'))?.code;
    }),
  );
  assert.equal(codes.filter((code) => code === 230).length, 3);
  const [first] = clients.filter((_, at) => codes[at] === 230);
  await first?.expect(331, 'USER u');
  await first?.expect(230, 'PASS p');
  await first?.expect(220, 'REIN');
  await clients[codes.indexOf(530)]?.login();
});
