import assert from 'node:assert/strict';
import { test } from 'node:test';
import { endpoint, reply } from '@duoport/protocol';
import type { GatewayEvent } from './log.ts';
import { Metrics } from './metrics.ts';

const session = { session: 1, client: endpoint('192.0.2.1', 40_000) };
const gauges = {} as Parameters<Metrics['read']>[0];

function transfer(verb: string, code: number, bytes: number): GatewayEvent {
  return {
    ...session,
    kind: 'transfer',
    verb,
    argument: 'f',
    clientMode: 'active',
    serverMode: 'passive',
    clientSecure: false,
    serverSecure: true,
    bytes,
    duration: 1,
    reply: reply(code, 'x'),
  };
}

test('sessions, logins, links and faults are counted', () => {
  const metrics = new Metrics();
  const events: readonly GatewayEvent[] = [
    { ...session, kind: 'connected' },
    { ...session, kind: 'connected' },
    { ...session, kind: 'secured', protocol: 'TLSv1.3' },
    { ...session, kind: 'link-failed', host: 'h', error: 'x' },
    { ...session, kind: 'linked', server: endpoint('192.0.2.9', 21), secure: false },
    { ...session, kind: 'login', user: 'u', reply: reply(530, 'x') },
    { ...session, kind: 'login', user: 'u', reply: reply(230, 'x') },
    { ...session, kind: 'bug', verb: 'LIST', error: new Error('x') },
    { ...session, kind: 'closed', reason: 'x' },
  ];
  for (const event of events) metrics.count(event);
  const { sessions, logins, links, faults } = metrics.read(gauges);
  assert.deepEqual(sessions, { total: 2, open: 1, secured: 1 });
  assert.deepEqual(logins, { accepted: 1, refused: 1 });
  assert.deepEqual(links, { opened: 1, failed: 1 });
  assert.equal(faults, 1);
});

test('transfers are counted by direction, mode and TLS of both sides', () => {
  const metrics = new Metrics();
  for (const event of [
    transfer('RETR', 226, 10),
    transfer('MLSD', 226, 5),
    transfer('RETR', 426, 3),
    transfer('STOR', 226, 7),
  ])
    metrics.count(event);
  const { transfers } = metrics.read(gauges);
  const kind = { clientMode: 'active', serverMode: 'passive', clientSecure: false, serverSecure: true };
  assert.deepEqual(transfers, [
    { direction: 'to-client', ...kind, done: 2, failed: 1, bytes: 18 },
    { direction: 'to-server', ...kind, done: 1, failed: 0, bytes: 7 },
  ]);
});
