import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decodeText, reply } from '@duoport/protocol';
import type { ServerEvent } from '@duoport/server';
import { w3cHeader, w3cLine } from './w3c.ts';
import { xferlogLine } from './xferlog.ts';

const peer = { address: '203.0.113.9', port: 40_000, family: 4 } as const;
const ann = { name: 'ann', anonymous: false };
const now = new Date(2026, 10, 6, 9, 5, 7);

const transfer: Extract<ServerEvent, { readonly kind: 'transfer' }> = {
  session: 7,
  peer,
  kind: 'transfer',
  verb: 'STOR',
  path: '/a.txt',
  direction: 'receive',
  type: 'image',
  mode: 'passive',
  secure: true,
  bytes: 1234,
  duration: 2600,
  reply: reply(226, 'Done'),
  data: {
    mode: 'passive',
    dialledBy: 'client',
    from: { ...peer, port: 40_001 },
    to: { address: '192.0.2.1', port: 50_000, family: 4 },
    waited: 12.5,
    resumed: true,
  },
};

const text = (line: Uint8Array | undefined) => line && Buffer.from(line).toString('latin1');

test('xferlog: an upload, a download that broke, a guest, a file that was removed', () => {
  assert.equal(
    text(xferlogLine(transfer, ann, now)),
    'Fri Nov  6 09:05:07 2026 3 203.0.113.9 1234 /a.txt b _ i r ann ftp 0 * c',
  );
  const broken = {
    ...transfer,
    verb: 'RETR',
    direction: 'send',
    type: 'ascii',
    reply: reply(426, 'No'),
  } as const;
  assert.equal(
    text(xferlogLine({ ...broken, duration: 1 }, { name: 'ftp', anonymous: true }, now)),
    'Fri Nov  6 09:05:07 2026 1 203.0.113.9 1234 /a.txt a _ o a ftp ftp 0 * i',
  );
  const deleted = { session: 7, peer, kind: 'changed', change: 'deleted', path: '/old' } as const;
  assert.match(text(xferlogLine(deleted, ann, now)) ?? '', / 0 \/old b _ d r ann ftp 0 \* c$/);
  assert.equal(xferlogLine({ ...transfer, verb: 'LIST' }, ann, now), undefined);
  assert.equal(xferlogLine({ session: 7, peer, kind: 'connected' }, ann, now), undefined);
});

test('attack: names that would begin another line or field of a log', () => {
  const path = '/a b\nFri Nov  6\r\u2028\u0085x\t-';
  const evil = { name: 'ann 0\nx', anonymous: false };
  for (const line of [
    xferlogLine({ ...transfer, path }, evil, now),
    w3cLine({ ...transfer, path }, evil, now),
  ]) {
    assert.doesNotMatch(Buffer.from(line ?? []).toString('utf8'), /[\r\n\u2028\u0085\t]/);
  }
  assert.equal(
    text(xferlogLine({ ...transfer, path }, evil, now))
      ?.split(' ')
      .filter((word) => word !== '').length,
    18,
  );
  const fields = w3cHeader('duoport', now).split('\n')[3]?.split(' ').length ?? 0;
  assert.equal(text(w3cLine({ ...transfer, path }, evil, now))?.split(' ').length, fields - 1);
});

test('the bytes of a name that is no UTF-8 stay what they are', () => {
  const path = `/${decodeText(Buffer.from([0x63, 0x61, 0x66, 0xe9]))}`;
  assert.match(text(xferlogLine({ ...transfer, path }, ann, now)) ?? '', / \/caf\u00e9 /);
});

test('W3C: every field has its place', () => {
  const at = new Date('2026-11-06T09:05:07Z');
  const read = (event: ServerEvent) => {
    const names = /#Fields: (.*)/.exec(w3cHeader('duoport 1', at))?.[1]?.split(' ') ?? [];
    const values = text(w3cLine(event, ann, at))?.split(' ') ?? [];
    return Object.fromEntries(names.map((name, index) => [name, values[index]]));
  };
  assert.deepEqual(read({ ...transfer, path: '/50 % "off"' }), {
    date: '2026-11-06',
    time: '09:05:07',
    'c-ip': '203.0.113.9',
    'c-port': '40000',
    'cs-username': 'ann',
    'x-session': '7',
    'cs-method': 'STOR',
    'cs-uri-stem': '/50+%25+%22off%22',
    'sc-status': '226',
    'sc-bytes': '0',
    'cs-bytes': '1234',
    'time-taken': '2.600',
    'x-mode': 'passive',
    'x-data-from': '203.0.113.9:40001',
    'x-data-to': '192.0.2.1:50000',
    'x-data-wait': '0.013',
    'x-tls': 'resumed',
    'x-cause': '-',
  });
  const failed = read({
    session: 7,
    peer,
    kind: 'data-failed',
    secure: false,
    cause: 'range-shut',
    explanation: 'shut',
    mode: 'passive',
    problem: 'never-came',
    local: { address: '192.0.2.1', port: 50_000, family: 4 },
    remote: peer,
    advertised: undefined,
    waited: 30_000,
  });
  assert.deepEqual(
    [failed['cs-method'], failed['x-mode'], failed['x-data-to'], failed['x-data-wait'], failed['x-cause']],
    ['DATA', 'passive', '192.0.2.1:50000', '30.000', 'range-shut'],
  );
});
