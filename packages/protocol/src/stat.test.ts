import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bytesOf } from '@duoport/testkit';
import { isFault } from './fault.ts';
import { encodeReply, reply } from './reply.ts';
import { ReplyReader } from './reply-reader.ts';
import { decodeStat, encodeStatListing } from './stat.ts';

test('STAT: how things stand', () => {
  assert.deepEqual(decodeStat(reply(211, 'Status:', ' TYPE I', 'End'), undefined), {
    kind: 'status',
    lines: ['Status:', ' TYPE I', 'End'],
  });
});

test('STAT: a listing, under any of the three codes', () => {
  const lines = ['-rw-r--r-- 1 a b 3 Jan 1 00:00 x', '04-27-00  12:09PM       <DIR>          y'];
  for (const code of [211, 212, 213]) {
    assert.deepEqual(decodeStat(reply(code, 'Status of /:', ...lines, 'End'), '/'), {
      kind: 'listing',
      lines,
    });
  }
});

test('STAT: another code is a fault', () => assert.ok(isFault(decodeStat(reply(250, 'x'), '/'))));

test('STAT: what is encoded is decoded again, lines that begin with a code included', () => {
  const lines = ['213 looks like the end', '04-27-00 name', 'd--------- x'];
  const reader = new ReplyReader();
  reader.push(encodeReply(encodeStatListing('/pub', lines)));
  const decoded = reader.next();
  assert.ok(decoded !== undefined && !isFault(decoded));
  assert.deepEqual(decodeStat(decoded, '/pub'), { kind: 'listing', lines });
  assert.equal(reader.midway, false);
});

test('attack: a name with a newline would forge the end of the listing', () => {
  assert.throws(() => encodeStatListing('/', ['x\r\n213 End']), { code: 'FTP_LOCAL_PROTOCOL' });
  const reader = new ReplyReader();
  reader.push(bytesOf('213-a\r\n213 End\r\n'));
  assert.deepEqual(reader.next(), { code: 213, lines: ['a', 'End'], quirks: [] });
});
