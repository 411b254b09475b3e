import assert from 'node:assert/strict';
import { test } from 'node:test';
import { NetworkList } from '@duoport/net';
import { endpoint } from '@duoport/protocol';
import type { ServerEvent } from '../log.ts';
import { type Ban, banSubject, leftOf } from './ban.ts';
import { BanCopy } from './ban-copy.ts';
import { Defence, type DefenceOptions } from './defence.ts';
import { LoginGate } from './login-gate.ts';
import { MemoryDefence } from './memory-defence.ts';
import { Pace } from './pace.ts';

const hour = 3_600_000;

/** A defence with clocks of its own. */
function defended(options: DefenceOptions = {}, shared = new MemoryDefence()) {
  const clock = { now: 0, wall: Date.UTC(2026, 0, 1) };
  const events: ServerEvent[] = [];
  const defence = new Defence({
    options,
    shared,
    log: (event) => events.push(event),
    now: () => clock.now,
    wall: () => clock.wall,
  });
  const wrong = async (address: string, times = 1, user = 'ann'): Promise<number> => {
    let wait = 0;
    for (let count = 0; count < times; count += 1) {
      const who = { session: 1, peer: endpoint(address, 4000), user, offence: 'login' } as const;
      wait = await defence.offended(who);
    }
    return wait;
  };
  const pass = (time: number): void => {
    clock.now += time;
    clock.wall += time;
  };
  return { defence, clock, events, wrong, pass };
}

test('brute force: after twenty guesses the address is out, and in again when its time is over', async () => {
  const { defence, events, wrong, pass } = defended();
  await wrong('203.0.113.7', 19);
  assert.equal(defence.refuses('203.0.113.7'), undefined);
  await wrong('203.0.113.7');
  assert.equal(defence.refuses('203.0.113.7'), 'refuse');
  assert.equal(defence.refuses('::ffff:203.0.113.7'), 'refuse');
  assert.equal(defence.refuses('203.0.113.8'), undefined);
  const knock = await defence.knock({ session: 1, peer: endpoint('203.0.113.7', 1), user: 'x' });
  assert.equal(knock.kind, 'leave');
  const [ban] = events.flatMap((event) => (event.kind === 'ban' ? [event] : []));
  assert.deepEqual(
    [ban?.subject, ban?.by, ban?.session, ban?.because],
    ['203.0.113.7', 'defence', 1, '20 points'],
  );
  pass(600_001);
  assert.equal(defence.refuses('203.0.113.7'), undefined);
});

test('answers to wrong logins wait longer and longer; of an address that is allowed, always the same', async () => {
  const { wrong } = defended();
  const waits: number[] = [];
  for (let count = 0; count < 4; count += 1) waits.push(await wrong('203.0.113.7'));
  assert.deepEqual(waits, [250, 500, 1000, 2000]);
  assert.equal(await wrong('127.0.0.1', 50), 250);
});

test('an unknown name and a known one wait the same, whatever the name is', async () => {
  const [one, other] = [defended(), defended()];
  for (let count = 0; count < 30; count += 1)
    assert.equal(
      await one.wrong('203.0.113.7', 1, 'known'),
      await other.wrong('203.0.113.7', 1, `unknown${count}`),
    );
});

test('who has logged in before is not shut out for his neighbours', async () => {
  const { defence, wrong } = defended();
  await defence.passed({ session: 1, peer: endpoint('203.0.113.7', 1), user: 'ann' });
  for (let at = 100; at < 190; at += 1) await wrong(`203.0.113.${at}`);
  assert.equal(defence.refuses('203.0.113.50'), 'refuse');
  assert.equal(defence.refuses('203.0.113.7'), undefined);
});

test('what is allowed is banned by hand only', async () => {
  const list = await NetworkList.read(
    (async function* () {
      yield Buffer.from('198.51.100.0/24\n192.0.2.0/24\n');
    })(),
  );
  const { defence, wrong } = defended({ allow: ['198.51.100.7/32'], lists: [list], answer: 'drop' });
  assert.equal(defence.refuses('198.51.100.8'), 'drop');
  await wrong('198.51.100.7', 100);
  assert.equal(defence.refuses('198.51.100.7'), undefined);
  await defence.ban('198.51.100.7');
  assert.equal(defence.refuses('198.51.100.7'), 'drop');
  defence.change({ lists: [] });
  assert.equal(defence.refuses('198.51.100.8'), undefined);
  assert.throws(() => defence.change({ allow: ['x'] }), RangeError);
});

test('switched off, nobody is banned and nothing waits; what was banned by hand is', async () => {
  const { defence, wrong } = defended({ enabled: false });
  assert.equal(await wrong('203.0.113.7', 100), 0);
  assert.equal(defence.refuses('203.0.113.7'), undefined);
  await defence.ban('203.0.113.0/24', { length: hour });
  assert.equal(defence.refuses('203.0.113.7'), 'refuse');
});

test('bans by hand: one spelling, a list, and taken back', async () => {
  const { defence, clock, events, pass } = defended();
  await defence.ban('203.0.113.9/24', { length: hour, because: 'noise' });
  await defence.ban('user:bob');
  assert.equal(
    (await defence.knock({ session: 1, peer: endpoint('192.0.2.1', 1), user: 'bob' })).kind,
    'enter',
  );
  const barred = await defence.knock({ session: 1, peer: endpoint('192.0.2.1', 1), user: 'bob' });
  assert.ok(barred.kind === 'enter' && barred.barred);
  const { total, bans } = await defence.bans();
  assert.equal(total, 2);
  assert.deepEqual(bans[1], {
    subject: '203.0.113.0/24',
    since: clock.wall,
    until: clock.wall + hour,
    because: 'noise',
    by: 'operator',
  });
  await defence.unban('203.0.113.77/24');
  assert.equal(defence.refuses('203.0.113.9'), undefined);
  await assert.rejects(defence.unban('203.0.113.0/24'), {
    name: 'BanFault',
    message: '203.0.113.0/24 is not banned.',
  });
  await assert.rejects(defence.ban('nonsense'), { name: 'BanFault' });
  assert.deepEqual(
    events.map(({ kind }) => kind),
    ['ban', 'ban', 'unban'],
  );
  pass(365 * 24 * hour);
  assert.equal((await defence.bans()).total, 1);
});

test('clock jumps: a ban that runs lasts as long as it was meant, whatever the wall clock does', async () => {
  for (const jump of [-100 * hour, 100 * hour]) {
    const { defence, clock, pass } = defended();
    await defence.ban('203.0.113.7', { length: hour });
    clock.wall += jump;
    pass(hour - 1);
    assert.equal(defence.refuses('203.0.113.7'), 'refuse');
    pass(2);
    assert.equal(defence.refuses('203.0.113.7'), undefined);
  }
});

test('clock jumps: a ban that was stored lasts no longer than it was meant, whatever the clock shows at the start', async () => {
  const ban = (since: number): Ban => ({
    subject: '203.0.113.7',
    since,
    until: since + hour,
    because: '',
    by: 'defence',
  });
  const noon = Date.UTC(2026, 5, 1, 12);
  assert.equal(leftOf(ban(noon), noon + 600_000), 3_000_000);
  // Set back by a year, and forward.
  assert.equal(leftOf(ban(noon), noon - 365 * 24 * hour), hour);
  assert.equal(leftOf(ban(noon), noon + 365 * 24 * hour), 0);
  const shared = new MemoryDefence();
  await shared.addBan(ban(noon));
  const { defence, clock, pass } = defended({}, shared);
  clock.wall = noon - 365 * 24 * hour;
  await defence.start();
  assert.equal(defence.refuses('203.0.113.7'), 'refuse');
  pass(hour + 1);
  assert.equal(defence.refuses('203.0.113.7'), undefined);
  await defence.close();
});

test('another node’s ban is known after one look, for its whole length though the clocks of the two differ', async () => {
  const shared = new MemoryDefence();
  const [one, other] = [defended({}, shared), defended({}, shared)];
  await one.defence.refresh();
  await other.defence.refresh();
  other.clock.wall += 100 * hour;
  await one.wrong('203.0.113.7', 20);
  assert.equal(other.defence.refuses('203.0.113.7'), undefined);
  await one.defence.refresh();
  await other.defence.refresh();
  assert.equal(other.defence.refuses('203.0.113.7'), 'refuse');
  assert.deepEqual(
    [one, other].map(({ events }) => events.map(({ kind }) => kind)),
    [['ban'], ['ban']],
  );
  await other.defence.unban('203.0.113.7');
  await one.defence.refresh();
  assert.equal(one.defence.refuses('203.0.113.7'), undefined);
});

test('a database that is gone: bans that are known hold, new ones too, and the others learn of them when it is back', async () => {
  const shared = new MemoryDefence();
  const gone = new MemoryDefence();
  gone.addBan =
    gone.changes =
    gone.exchange =
      async () => {
        throw new Error('it is gone');
      };
  const { defence, events, wrong } = defended({}, gone);
  await defence.refresh();
  await wrong('203.0.113.7', 20);
  await defence.refresh();
  assert.equal(defence.refuses('203.0.113.7'), 'refuse');
  Object.assign(gone, {
    addBan: (ban: Ban) => shared.addBan(ban),
    changes: (after: number) => shared.changes(after),
    exchange: async () => [],
  });
  await defence.refresh();
  assert.equal((await shared.bans(10, Date.UTC(2026, 0, 1))).total, 1);
  assert.deepEqual(
    events.map(({ kind }) => kind),
    ['defence-alone', 'ban', 'defence-shared'],
  );
});

test('attack: more addresses than there is room for bans drop the oldest of those that nobody asked for', () => {
  const copy = new BanCopy();
  const ban = (subject: string, by: Ban['by']): Ban => ({ subject, since: 0, because: '', by });
  copy.hold(ban('192.0.2.1', 'operator'), Number.POSITIVE_INFINITY, 0);
  for (let at = 0; at < 100_010; at += 1)
    copy.hold(ban(`11.${at >> 16}.${(at >> 8) & 255}.${at & 255}`, 'defence'), hour, 0);
  assert.equal(copy.size, 100_001);
  assert.equal([...copy.of('192.0.2.1', 1)].length, 1);
  assert.equal([...copy.of('11.0.0.9', 1)].length, 0);
  assert.equal([...copy.of('11.0.0.10', 1)].length, 1);
  while (copy.sweep(hour).length > 0);
  assert.equal(copy.size, 1);
});

test('a subject has one spelling, and nonsense has none', () => {
  assert.equal(banSubject('2001:DB8::0/48'), '2001:db8::/48');
  assert.equal(banSubject('user:José'), 'user:José');
  for (const wrong of ['', 'user:', 'user:a\nb', `user:${'x'.repeat(256)}`, '1.2.3', '1.2.3.4/64', 'ann'])
    assert.throws(() => banSubject(wrong), { name: 'BanFault' }, wrong);
});

test('logins a minute: what comes too fast waits for its turn, and then is refused; others go on', () => {
  const gate = new LoginGate({ perAddress: 60, inAll: 120 }, 0);
  const waits = Array.from({ length: 75 }, () => gate.wait('203.0.113.7', 0));
  assert.deepEqual(waits.slice(0, 60), new Array(60).fill(0));
  assert.deepEqual(waits.slice(60, 70), [1000, 2000, 3000, 4000, 5000, 6000, 7000, 8000, 9000, 10_000]);
  assert.deepEqual(waits.slice(70), new Array(5).fill(undefined));
  assert.equal(gate.wait('203.0.113.8', 0), 0);
  assert.equal(gate.wait('203.0.113.7', 60_000), 0);
  // One host has a whole /64.
  const six = new LoginGate({ perAddress: 1 }, 0);
  assert.equal(six.wait('2001:db8::1', 0), 0);
  assert.equal(six.wait('2001:db8::2', 0), undefined);
});

test('commands a second: a burst passes, a flood is slowed down, and one that does not end is ended', () => {
  const pace = new Pace(100, 30_000, 0);
  for (let count = 0; count < 100; count += 1) assert.equal(pace.next(0), 0);
  let now = 0;
  let passed = 0;
  for (;;) {
    const wait = pace.next(now);
    if (wait === undefined) break;
    now += wait;
    passed += 1;
  }
  assert.ok(now >= 30_000 && now < 31_000, String(now));
  assert.ok(passed > 2900 && passed < 3100, String(passed));
  const patient = new Pace(100, 30_000, 0);
  for (let at = 0; at < 100_000; at += 10) assert.equal(patient.next(at), 0);
});
