import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bytesOf, everyCut } from '@duoport/testkit';
import fc from 'fast-check';
import { isFault } from './fault.ts';
import type { Quirk } from './quirks.ts';
import { encodeReply, reply } from './reply.ts';
import { type DecodedReply, ReplyReader } from './reply-reader.ts';

function answer(code: number, lines: readonly string[], quirks: readonly Quirk[] = []): DecodedReply {
  return { code, lines, quirks };
}

const wire: readonly (readonly [string, string, readonly DecodedReply[]])[] = [
  ['one line', '220 ready\r\n', [answer(220, ['ready'])]],
  ['two replies in one piece', '150 go\r\n226 done\r\n', [answer(150, ['go']), answer(226, ['done'])]],
  ['an empty text', '200 \r\n', [answer(200, [''])]],
  ['bare LF', '200 ok\n', [answer(200, ['ok'], ['bare-lf'])]],
  ['the code alone', '200\r\n', [answer(200, [''], ['bare-code'])]],
  ['a tab behind the code', '200\tok\r\n', [answer(200, ['ok'], ['tab-after-code'])]],
  ['several lines', '211-Features:\r\n MDTM\r\n211 End\r\n', [answer(211, ['Features:', ' MDTM', 'End'])]],
  ['the code before each line', '220-a\r\n220-b\r\n220 c\r\n', [answer(220, ['a', 'b', 'c'])]],
  [
    'another code inside',
    '220-a\r\n230 b\r\n226-c\r\n220 d\r\n',
    [answer(220, ['a', '230 b', '226-c', 'd'])],
  ],
  [
    'the same digits inside a longer number',
    '220-a\r\n2200 b\r\n220 d\r\n',
    [answer(220, ['a', '2200 b', 'd'])],
  ],
  ['the end without space and text', '220-a\r\nb\r\n220\r\n', [answer(220, ['a', 'b', ''], ['bare-code'])]],
  ['the code with leading space inside', '220-a\r\n 220 b\r\n220 c\r\n', [answer(220, ['a', ' 220 b', 'c'])]],
  ['empty lines inside', '220-a\r\n\r\n220 c\r\n', [answer(220, ['a', '', 'c'])]],
  ['a stray empty line before', '\r\n220 a\r\n', [answer(220, ['a'], ['empty-line'])]],
  ['a protected reply of RFC 2228', '632 abc\r\n', [answer(632, ['abc'])]],
  ['a doubled 255', '257 "\xff\xff"\r\n', [answer(257, ['"\udcff"'])]],
  ['a single 255', '257 "\xff"\r\n', [answer(257, ['"\udcff"'])]],
];

for (const [name, bytes, expected] of wire) {
  test(`replies: ${name}`, () =>
    assert.deepEqual(
      everyCut(bytes, () => new ReplyReader()),
      expected,
    ));
}

for (const garbage of [
  'HTTP/1.1 400 Bad\r\n',
  'SSH-2.0-x\r\n',
  '99 no\r\n',
  '700 no\r\n',
  '290 no\r\n',
  '200ok\r\n',
  '\0\0\0\n',
  '+OK\r\n',
]) {
  test(`replies: ${JSON.stringify(garbage)} is a fault, once, and final`, () => {
    const events = everyCut(`${garbage}220 ready\r\n`, () => new ReplyReader());
    assert.equal(events.length, 1);
    assert.ok(events[0] !== undefined && isFault(events[0]));
  });
}

test('replies: midway tells a reply that has begun', () => {
  const reader = new ReplyReader();
  assert.equal(reader.midway, false);
  reader.push(bytesOf('211-a\r\n'));
  assert.equal(reader.next(), undefined);
  assert.equal(reader.midway, true);
  reader.push(bytesOf('211 b\r\n2'));
  assert.deepEqual(reader.next(), answer(211, ['a', 'b']));
  assert.equal(reader.midway, true);
  assert.deepEqual(reader.takeRest(), bytesOf('2'));
  assert.equal(reader.midway, false);
});

test('attack: plaintext behind the reply to AUTH TLS stays visible', () => {
  const reader = new ReplyReader();
  reader.push(bytesOf('234 go\r\n230 logged in\r\n'));
  assert.deepEqual(reader.next(), answer(234, ['go']));
  assert.equal(reader.buffered, 15);
  assert.deepEqual(reader.takeRest(), bytesOf('230 logged in\r\n'));
  assert.equal(reader.next(), undefined);
});

test('attack: a reply without end is cut off at its lines and at its bytes', () => {
  const lines = new ReplyReader({ lines: 10 });
  lines.push(bytesOf(`211-a\r\n${'x\r\n'.repeat(20)}`));
  assert.deepEqual(lines.next(), { fault: 'a reply has more lines than the limit' });
  assert.equal(lines.next(), undefined);
  const bytes = new ReplyReader({ bytes: 100 });
  bytes.push(bytesOf(`211-a\r\n${'0123456789\r\n'.repeat(20)}`));
  assert.deepEqual(bytes.next(), { fault: 'a reply is longer than the limit' });
});

test('attack: a reply line without end is a fault before its end comes', () => {
  const reader = new ReplyReader({ lineBytes: 1000 });
  reader.push(bytesOf(`220 ${'x'.repeat(2000)}`));
  assert.deepEqual(reader.next(), { fault: 'a reply line is longer than the limit' });
});

test('attack: empty lines without end are no server', () => {
  const reader = new ReplyReader();
  reader.push(bytesOf('\r\n'.repeat(100)));
  assert.deepEqual(reader.next(), { fault: 'empty lines where a reply was due' });
});

test('replies: what is encoded is decoded again', () => {
  // Inner lines that begin with a digit get a space (RFC 959 §4.2); those with `code-` in front are taken as ours.
  const line = fc.string({ unit: 'binary', maxLength: 20 }).filter((text) => !/[\r\n\0]|^\d/.test(text));
  const code = fc.constantFrom(150, 200, 211, 220, 257, 331, 425, 550);
  fc.assert(
    fc.property(code, fc.array(line, { minLength: 1, maxLength: 5 }), (number, lines) => {
      const reader = new ReplyReader();
      reader.push(encodeReply(reply(number, ...lines)));
      assert.deepEqual(reader.next(), answer(number, lines));
      assert.equal(reader.midway, false);
    }),
  );
});

test('attack: garbage gives replies or a fault, never a throw, however it is cut', () => {
  const piece = fc.constantFrom('220', '220-', '220 ', 'x', '\r', '\n', '\r\n', ' ', '\xff', '\0', '-', '99');
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
      everyCut(pieces.join(''), () => new ReplyReader({ lines: 4, bytes: 30, lineBytes: 12 }));
    }),
    { numRuns: 1000 },
  );
});
