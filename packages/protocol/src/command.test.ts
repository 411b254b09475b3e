import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bytesOf } from '@duoport/testkit';
import fc from 'fast-check';
import { type Command, decodeCommand, encodeCommand } from './command.ts';
import { isFault } from './fault.ts';
import { LineReader } from './line-reader.ts';
import type { Quirk } from './quirks.ts';

function command(verb: string, argument?: string, quirks: readonly Quirk[] = []): Command {
  return { verb, argument, quirks };
}

const good: readonly (readonly [string, Command])[] = [
  ['NOOP', command('NOOP')],
  ['noop', command('NOOP')],
  ['RETR file', command('RETR', 'file')],
  ['RETR  two spaces, one is the name', command('RETR', ' two spaces, one is the name')],
  ['RETR trailing ', command('RETR', 'trailing ')],
  ['RETR a\tb', command('RETR', 'a\tb')],
  ['CWD ', command('CWD', undefined, ['trailing-space'])],
  ['  PWD', command('PWD', undefined, ['leading-space'])],
  ['XSHA256 f', command('XSHA256', 'f')],
  ['MD5 f', command('MD5', 'f')],
  ['RETR \udce9', command('RETR', '\udce9')],
];

for (const [text, expected] of good) {
  test(`command: ${JSON.stringify(text)}`, () => assert.deepEqual(decodeCommand(text), expected));
}

const bad = [
  '',
  ' ',
  'RETR a\rb',
  'NOOP\r',
  '123',
  'RETR\tfile',
  'Host: example',
  '\udcff\udcfe',
  'é',
  'ABCDEFGHIJKLM x',
  '5RETR x',
];
for (const text of bad) {
  test(`command: ${JSON.stringify(text)} is none`, () => assert.ok(isFault(decodeCommand(text))));
}

test('attack: NUL in an argument', () => {
  assert.deepEqual(decodeCommand('RETR a\0b'), { fault: 'NUL in the command line' });
  assert.throws(() => encodeCommand('RETR', 'a\0b'), { code: 'FTP_LOCAL_PROTOCOL', message: /NUL/ });
});

test('attack: CR or LF in an argument would be a second command', () => {
  assert.throws(() => encodeCommand('RETR', 'a\r\nDELE b'), { code: 'FTP_LOCAL_PROTOCOL', message: /CR/ });
  assert.throws(() => encodeCommand('RETR', 'a\nDELE b'), { code: 'FTP_LOCAL_PROTOCOL', message: /LF/ });
});

test('attack: a verb that is a whole line', () => {
  for (const verb of ['', 'NOOP\r\nDELE', 'RETR file', 'RÉTR', '1']) {
    assert.throws(() => encodeCommand(verb), { code: 'FTP_LOCAL_PROTOCOL' });
  }
});

test('command: bytes 255 are doubled on the wire', () => {
  assert.deepEqual(encodeCommand('RETR', 'a\udcff'), bytesOf('RETR a\xff\xff\r\n'));
});

test('command: what is encoded is decoded again', () => {
  const name = fc
    .uint8Array({ minLength: 1, maxLength: 40 })
    .filter((bytes) => bytes.every((b) => b !== 0 && b !== 10 && b !== 13));
  fc.assert(
    fc.property(name, (bytes) => {
      const reader = new LineReader();
      const argument = [...bytes]
        .map((b) => (b < 0x80 ? String.fromCharCode(b) : String.fromCharCode(0xdc00 | b)))
        .join('');
      reader.push(encodeCommand('RETR', argument));
      const event = reader.next();
      assert.ok(event?.kind === 'line');
      const decoded = decodeCommand(event.text);
      assert.ok(!isFault(decoded));
      assert.deepEqual(encodeCommand(decoded.verb, decoded.argument), encodeCommand('RETR', argument));
    }),
  );
});

test('attack: garbage gives a command or a fault, never a throw', () => {
  fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => void decodeCommand(text)));
});
