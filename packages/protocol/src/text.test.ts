import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bytesOf } from '@duoport/testkit';
import fc from 'fast-check';
import { decodeText, encodeText, isRawText } from './text.ts';

const wire: readonly (readonly [string, string, string])[] = [
  ['ASCII', 'file.txt', 'file.txt'],
  ['nothing', '', ''],
  ['NUL', 'a\0b', 'a\0b'],
  ['two bytes', '\xc3\xa9', 'é'],
  ['three bytes', '\xe2\x82\xac', '€'],
  ['four bytes', '\xf0\x9f\x98\x80', '😀'],
  ['Latin-1', 'caf\xe9', 'caf\udce9'],
  ['GBK', '\xc4\xe3\xba\xc3', '\udcc4\udce3\udcba\udcc3'],
  ['UTF-8 and then a stray byte', '\xc3\xa9\xff', 'é\udcff'],
  ['a sequence cut short', '\xe2\x82', '\udce2\udc82'],
  ['an overlong slash', '\xc0\xaf', '\udcc0\udcaf'],
  ['an overlong NUL in three bytes', '\xe0\x80\x80', '\udce0\udc80\udc80'],
  ['a surrogate in UTF-8', '\xed\xa0\x80', '\udced\udca0\udc80'],
  ['past U+10FFFF', '\xf4\x90\x80\x80', '\udcf4\udc90\udc80\udc80'],
  ['the last code point', '\xf4\x8f\xbf\xbf', '\u{10ffff}'],
];

for (const [name, bytes, text] of wire) {
  test(`text: ${name}`, () => {
    assert.equal(decodeText(bytesOf(bytes)), text);
    assert.deepEqual(encodeText(text), bytesOf(bytes));
  });
}

test('text: every row of bytes comes back as it was', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => {
      assert.deepEqual(encodeText(decodeText(bytes)), bytes);
    }),
    { numRuns: 2000 },
  );
});

test('text: every Unicode string comes back as it was', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      assert.equal(decodeText(encodeText(text)), text);
      assert.equal(isRawText(text), false);
    }),
  );
});

test('text: what is UTF-8 agrees with TextDecoder', () => {
  const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 8 }), (bytes) => {
      let expected: string | undefined;
      try {
        expected = strict.decode(bytes);
      } catch {
        expected = undefined;
      }
      const text = decodeText(bytes);
      assert.equal(isRawText(text), expected === undefined);
      if (expected !== undefined) assert.equal(text, expected);
    }),
    { numRuns: 5000 },
  );
});

test('text: a surrogate that is no escape becomes U+FFFD', () => {
  assert.deepEqual(encodeText('\ud800'), encodeText('\ufffd'));
  assert.deepEqual(encodeText('\udc7f'), encodeText('\ufffd'));
});

test('text: a text longer than one block of code units', () => {
  const text = 'ab€'.repeat(10_000);
  assert.equal(decodeText(encodeText(text)), text);
});

test('attack: no escape encodes to CR, LF, NUL or a slash', () => {
  for (let unit = 0xdc80; unit <= 0xdcff; unit++) {
    assert.ok(encodeText(String.fromCharCode(unit)).every((byte) => byte >= 0x80));
  }
});
