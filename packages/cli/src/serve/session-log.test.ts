import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ServerEvent } from '@duoport/server';
import { SessionLog } from './session-log.ts';

const at = { session: 7, peer: { address: '127.0.0.1', port: 40000, family: 4 } } as const;
const transfer: ServerEvent = {
  ...at,
  kind: 'transfer',
  verb: 'RETR',
  direction: 'send',
  type: 'image',
  path: '/a\x1b.txt',
  mode: 'active',
  secure: true,
  bytes: 1_048_576,
  duration: 500,
  reply: { code: 226, lines: ['Done.'] },
  data: {
    mode: 'active',
    dialledBy: 'server',
    from: { address: '127.0.0.1', port: 20, family: 4 },
    to: { address: '127.0.0.1', port: 40001, family: 4 },
    waited: 3,
    resumed: true,
  },
};
const now = new Date(2030, 0, 1, 9, 5, 7);

test('who, which mode, how many bytes, how long', () => {
  const log = new SessionLog({ verbose: false });
  assert.equal(log.line({ ...at, kind: 'connected' }, now), undefined);
  assert.equal(
    log.line({ ...at, kind: 'login', user: 'ann', secure: true, anonymous: false }, now),
    '09:05:07 #7 127.0.0.1:40000 logged in as ann over TLS',
  );
  assert.equal(
    log.line(transfer, now),
    '09:05:07 #7 ann RETR /a\\x1b.txt: active, TLS, 1,048,576 bytes, 0.50 s, 2.0 MiB/s',
  );
  assert.match(
    log.line({ ...transfer, bytes: 0, reply: { code: 425, lines: ['No way.'] } }, now) ?? '',
    /0 bytes, 0.50 s, 425 No way.$/,
  );
});

test('verbose tells of connections too', () => {
  const log = new SessionLog({ verbose: true });
  assert.equal(log.line({ ...at, kind: 'connected' }, now), '09:05:07 #7 127.0.0.1:40000 connected');
  assert.equal(
    log.line({ ...at, kind: 'closed', reason: 'QUIT' }, now),
    '09:05:07 #7 127.0.0.1:40000 closed: QUIT',
  );
  assert.match(log.line(transfer, now) ?? '', /: active, 127\.0\.0\.1:20 → 127\.0\.0\.1:40001, TLS, /);
});

test('a transfer that ends after its session still has its user', () => {
  const log = new SessionLog({ verbose: false });
  log.line({ ...at, kind: 'login', user: 'ann', secure: false, anonymous: false }, now);
  log.line({ ...at, kind: 'closed', reason: 'reset' }, now);
  assert.match(log.line(transfer, now) ?? '', / ann RETR /);
});

test('as plain data', () => {
  const log = new SessionLog({ verbose: false });
  log.object({ ...at, kind: 'login', user: 'ann', secure: false, anonymous: false }, now);
  assert.deepEqual(log.object(transfer, now), {
    event: 'transfer',
    time: now.toISOString(),
    session: 7,
    peer: '127.0.0.1:40000',
    user: 'ann',
    verb: 'RETR',
    direction: 'send',
    type: 'image',
    path: '/a\x1b.txt',
    mode: 'active',
    secure: true,
    bytes: 1_048_576,
    duration: 500,
    reply: 226,
    data: {
      from: '127.0.0.1:20',
      to: '127.0.0.1:40001',
      dialledBy: 'server',
      waited: 3,
      resumed: true,
    },
  });
});
