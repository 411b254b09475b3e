import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bytesOf, decodeChunks, everyCut } from '@duoport/testkit';
import fc from 'fast-check';
import { type LineEvent, LineReader } from './line-reader.ts';
import type { Quirk } from './quirks.ts';

function line(text: string, quirks: readonly Quirk[] = []): LineEvent {
  return { kind: 'line', text, urgent: false, quirks };
}

function urgent(text: string): LineEvent {
  return { kind: 'line', text, urgent: true, quirks: [] };
}

const wire: readonly (readonly [string, string, readonly LineEvent[]])[] = [
  ['one line', 'NOOP\r\n', [line('NOOP')]],
  ['no whole line', 'NOOP\r', []],
  ['nothing', '', []],
  ['two lines in one piece', 'USER a\r\nPASS b\r\n', [line('USER a'), line('PASS b')]],
  ['an empty line', '\r\n', [line('')]],
  ['a bare LF', 'NOOP\nQUIT\r\n', [line('NOOP', ['bare-lf']), line('QUIT')]],
  ['a CR inside stays for the command to refuse', 'RETR a\rb\r\n', [line('RETR a\rb')]],
  ['CR CR LF', 'NOOP\r\r\n', [line('NOOP\r')]],
  ['a NUL inside stays for the command to refuse', 'RETR a\0b\r\n', [line('RETR a\0b')]],
  ['UTF-8', 'RETR \xc3\xa9\r\n', [line('RETR é')]],
  ['Latin-1', 'RETR \xe9\r\n', [line('RETR \udce9')]],
  ['a name with a doubled 255', 'RETR a\xff\xffb\r\n', [line('RETR a\udcffb')]],
  ['a name with a single 255', 'RETR a\xffb\r\n', [line('RETR a\udcffb', ['single-iac'])]],
  [
    'a name in CP1251 that looks like IAC AO',
    'RETR \xff\xf5\xf2\xe0\r\n',
    [line('RETR \udcff\udcf5\udcf2\udce0', ['single-iac'])],
  ],
  ['a name that ends with a single 255', 'RETR a\xff\r\n', [line('RETR a\udcff', ['single-iac'])]],
  ['Telnet Synch, whole', '\xff\xf4\xff\xf2ABOR\r\n', [urgent('ABOR')]],
  ['Synch without its DM', '\xff\xf4\xffABOR\r\n', [urgent('ABOR')]],
  ['Synch without the IAC of its DM', '\xff\xf4\xf2ABOR\r\n', [urgent('ABOR')]],
  ['Synch without IP', '\xff\xff\xf2ABOR\r\n', [urgent('ABOR')]],
  ['only a DM', '\xf2ABOR\r\n', [urgent('ABOR')]],
  ['only an IAC', '\xffABOR\r\n', [urgent('ABOR')]],
  ['Synch inside the verb', 'AB\xff\xf2OR\r\n', [urgent('ABOR')]],
  ['Synch on a line of its own', '\xff\xf4\xff\xf2\r\nABOR\r\n', [urgent(''), line('ABOR')]],
  ['Telnet NOP', '\xff\xf1NOOP\r\n', [line('NOOP')]],
  ['Telnet AO', '\xff\xf5NOOP\r\n', [line('NOOP')]],
  ['Telnet WILL ECHO', '\xff\xfb\x01NOOP\r\n', [line('NOOP')]],
  ['Telnet DO with LF as its option', '\xff\xfd\nNOOP\r\n', [line('NOOP')]],
  ['Telnet options in a row', '\xff\xfb\x01\xff\xfd\x03\xff\xfe\x05\xff\xfc\x06NOOP\r\n', [line('NOOP')]],
  ['ABOR whose LF was the urgent byte', 'ABOR\rQUIT\r\n', [line('ABOR\rQUIT')]],
  ['ABOR', 'ABOR\r\nNOOP\r\n', [line('ABOR'), line('NOOP')]],
];

for (const [name, bytes, events] of wire) {
  // This one depends on the cut by its nature and has a test of its own below.
  if (name.startsWith('ABOR whose')) continue;
  test(`lines: ${name}`, () => {
    assert.deepEqual(
      everyCut(bytes, () => new LineReader()),
      events,
    );
  });
}

test('lines: ABOR whose LF the kernel took as the urgent byte is given out at its CR', () => {
  const reader = new LineReader();
  const chunks = ['\xff\xf4\xffABOR\r', 'QUIT\r\n'].map(bytesOf);
  assert.deepEqual(decodeChunks(reader, chunks), [urgent('ABOR'), line('QUIT')]);
  assert.equal(reader.buffered, 0);
});

test('lines: the LF of ABOR that comes later makes no second line', () => {
  assert.deepEqual(decodeChunks(new LineReader(), ['ABOR\r', '\n', 'NOOP\r\n'].map(bytesOf)), [
    line('ABOR'),
    line('NOOP'),
  ]);
});

test('lines: without Telnet the bytes 255 stay as they are', () => {
  const open = () => new LineReader({ telnet: false });
  assert.deepEqual(everyCut('a\xff\xffb\r\n\xff\xf4x\r\n', open), [
    line('a\udcff\udcffb'),
    line('\udcff\udcf4x'),
  ]);
});

test('lines: the limit counts the line without its end', () => {
  const open = () => new LineReader({ limit: 8 });
  const tooLong: LineEvent = { kind: 'too-long', limit: 8, start: '12345678' };
  assert.deepEqual(everyCut('12345678\r\n', open), [line('12345678')]);
  assert.deepEqual(everyCut('12345678\n', open), [line('12345678', ['bare-lf'])]);
  assert.deepEqual(everyCut('123456789\r\n', open), [tooLong]);
  assert.deepEqual(everyCut('123456789\n', open), [tooLong]);
  assert.deepEqual(everyCut('123456789abc\r\nNOOP\r\n', open), [tooLong, line('NOOP')]);
  assert.deepEqual(everyCut('123456789abc', open), []);
});

test('attack: command line of 1 MiB is dropped in bounded memory and reported once', () => {
  const reader = new LineReader();
  const chunk = bytesOf('A'.repeat(65_536));
  for (let i = 0; i < 16; i++) {
    reader.push(chunk);
    assert.equal(reader.next(), undefined);
    assert.equal(reader.buffered, 0);
    assert.equal(reader.overlong, true);
  }
  reader.push(bytesOf('\r\nNOOP\r\n'));
  assert.deepEqual(reader.next(), { kind: 'too-long', limit: 8192, start: 'A'.repeat(32) });
  assert.deepEqual(reader.next(), line('NOOP'));
  assert.equal(reader.overlong, false);
});

test('attack: a line that comes byte by byte holds no more than the limit', () => {
  const reader = new LineReader({ limit: 100 });
  for (let i = 0; i < 10_000; i++) {
    reader.push(Uint8Array.of(0x41));
    assert.equal(reader.next(), undefined);
    assert.ok(reader.buffered <= 101);
  }
});

test('attack: bytes pipelined behind AUTH TLS stay visible', () => {
  const reader = new LineReader();
  reader.push(bytesOf('AUTH TLS\r\nUSER mallory\r\nPA'));
  assert.deepEqual(reader.next(), line('AUTH TLS'));
  assert.equal(reader.buffered, 16);
  assert.deepEqual(reader.takeRest(), bytesOf('USER mallory\r\nPA'));
  assert.equal(reader.buffered, 0);
  assert.equal(reader.next(), undefined);
  reader.push(bytesOf('NOOP\r\n'));
  assert.deepEqual(reader.next(), line('NOOP'));
});

test('lines: chunks pushed in a row without asking in between', () => {
  const reader = new LineReader();
  for (const piece of ['NO', 'OP\r', '\nQU', 'IT\r\n', '']) reader.push(bytesOf(piece));
  assert.deepEqual(reader.next(), line('NOOP'));
  assert.deepEqual(reader.next(), line('QUIT'));
  assert.equal(reader.next(), undefined);
});

test('attack: garbage gives lines or nothing, never a throw, however it is cut', () => {
  const bytes = fc.uint8Array({ maxLength: 40 });
  const biased = fc.array(fc.constantFrom(0, 10, 13, 32, 65, 0xc3, 0xa9, 0xf2, 0xf4, 0xfb, 0xfd, 0xff), {
    maxLength: 16,
  });
  fc.assert(
    fc.property(
      fc.oneof(
        bytes,
        biased.map((list) => Uint8Array.from(list)),
      ),
      (input) => {
        everyCut(input, () => new LineReader({ limit: 12 }));
      },
    ),
    { numRuns: 1000 },
  );
});
