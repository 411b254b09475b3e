import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { GatewayEvent } from '@duoport/gateway';
import { endpoint, reply } from '@duoport/protocol';
import { GatewayLines } from './gateway-lines.ts';

const now = new Date(2026, 0, 2, 3, 4, 5);
const session = { session: 7, client: endpoint('192.0.2.9', 40_000) };
const server = endpoint('10.0.0.5', 21);

const events: readonly GatewayEvent[] = [
  { ...session, kind: 'connected' },
  { ...session, kind: 'link-failed', host: '10.0.0.4', error: 'refused\x1b[2J' },
  { ...session, kind: 'linked', server, secure: true },
  { ...session, kind: 'login', user: 'ann', reply: reply(230, 'in') },
  {
    ...session,
    kind: 'transfer',
    verb: 'RETR',
    argument: 'a\x1b[2J',
    clientMode: 'active',
    serverMode: 'passive',
    clientSecure: false,
    serverSecure: true,
    bytes: 2048,
    duration: 1000,
    reply: reply(226, 'done'),
  },
  { ...session, kind: 'closed', reason: 'QUIT' },
];

test('lines for people, without a terminal escape of the other side', () => {
  const lines = new GatewayLines({ verbose: false });
  assert.deepEqual(
    events.flatMap((event) => lines.line(event, now) ?? []),
    [
      '03:04:05 #7 192.0.2.9:40000 could not go to 10.0.0.4: refused\\x1b[2J',
      '03:04:05 #7 192.0.2.9:40000 logged in as ann at 10.0.0.5:21',
      '03:04:05 #7 ann RETR a\\x1b[2J: client active, server passive TLS, 2,048 bytes, 1.00 s, 2.0 KiB/s',
    ],
  );
});

test('objects name the session, the user and the server until the session is over', () => {
  const lines = new GatewayLines({ verbose: true });
  const objects = events.map((event) => lines.object(event, now) as Record<string, unknown>);
  const moved = objects.find((object) => object['event'] === 'transfer');
  assert.equal(moved?.['user'], 'ann');
  assert.equal(moved?.['server'], '10.0.0.5:21');
  assert.equal(moved?.['reply'], 226);
  assert.equal(objects.at(-1)?.['user'], 'ann');
  const [first] = events;
  assert.ok(first !== undefined);
  assert.equal((lines.object(first, now) as Record<string, unknown>)['user'], undefined);
});
