import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bytesOf } from '@duoport/testkit';
import { encodeReply, isCompletion, isIntermediate, isNegative, isPreliminary, reply } from './reply.ts';

test('reply: one line', () => {
  assert.deepEqual(encodeReply(reply(220, 'ready')), bytesOf('220 ready\r\n'));
  assert.deepEqual(encodeReply(reply(200)), bytesOf('200 \r\n'));
});

test('reply: several lines, as RFC 959 §4.2 has them', () => {
  const wire = '211-Features:\r\n MDTM\r\n 211 is a number\r\nplain\r\n211 End\r\n';
  assert.deepEqual(
    encodeReply(reply(211, 'Features:', ' MDTM', '211 is a number', 'plain', 'End')),
    bytesOf(wire),
  );
});

test('reply: bytes 255 are doubled, as on every Telnet connection', () => {
  assert.deepEqual(encodeReply(reply(257, '"\udcff"')), bytesOf('257 "\xff\xff"\r\n'));
});

test('attack: a reply line with CR, LF or NUL would be a second reply', () => {
  for (const line of ['a\r\n230 in', 'a\n', 'a\0']) {
    assert.throws(() => encodeReply(reply(550, line)), { code: 'FTP_LOCAL_PROTOCOL' });
    assert.throws(() => encodeReply(reply(550, 'x', line, 'y')), { code: 'FTP_LOCAL_PROTOCOL' });
  }
});

test('reply: a code that is none is refused', () => {
  for (const code of [0, 99, 1000, 2.5, Number.NaN]) {
    assert.throws(() => encodeReply(reply(code, 'x')), { code: 'FTP_LOCAL_PROTOCOL' });
  }
});

test('reply: the first digit says what it is', () => {
  const kinds = [150, 226, 331, 425, 550].map((code) => {
    const of = reply(code);
    return [isPreliminary(of), isCompletion(of), isIntermediate(of), isNegative(of)].map(Number).join('');
  });
  assert.deepEqual(kinds, ['1000', '0100', '0010', '0001', '0001']);
});
