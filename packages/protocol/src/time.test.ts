import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { isFault } from './fault.ts';
import { decodeTime, encodeTime } from './time.ts';

const wire: readonly (readonly [string, string])[] = [
  ['19700101000000', '1970-01-01T00:00:00.000Z'],
  ['20261120070400', '2026-11-20T07:04:00.000Z'],
  ['20261120070400.123', '2026-11-20T07:04:00.123Z'],
  ['20261120070400.5', '2026-11-20T07:04:00.500Z'],
  ['20261120070400.1239999', '2026-11-20T07:04:00.123Z'],
  ['19541107000000', '1954-11-07T00:00:00.000Z'],
  ['20240229235959', '2024-02-29T23:59:59.000Z'],
  ['20161231235960', '2017-01-01T00:00:00.000Z'],
  ['00010101000000', '0001-01-01T00:00:00.000Z'],
];

for (const [text, iso] of wire) {
  test(`time: ${text}`, () => {
    assert.deepEqual(decodeTime(text), { time: Date.parse(iso), precision: 'second', quirks: [] });
  });
}

test('time: forms that are not the one of RFC 3659', () => {
  const time = Date.parse('2005-06-07T08:09:10.000Z');
  assert.deepEqual(decodeTime('191050607080910'), { time, precision: 'second', quirks: ['unusual-time'] });
  assert.deepEqual(decodeTime('200506070809'), {
    time: time - 10_000,
    precision: 'minute',
    quirks: ['unusual-time'],
  });
});

for (const text of [
  '',
  '2026',
  '20261301000000',
  '20260001000000',
  '20260230000000',
  '20250229000000',
  '20260100000000',
  '20260101240000',
  '20260101006000',
  '20260101000061',
  '2026010100000x',
  '20260101000000.',
  '-0260101000000',
  ' 20260101000000',
]) {
  test(`time: ${JSON.stringify(text)} is a fault`, () => assert.ok(isFault(decodeTime(text))));
}

test('time: years that do not fit are refused', () => {
  for (const time of [Date.UTC(10_000, 0), -62_167_219_200_001, Number.NaN, Number.POSITIVE_INFINITY]) {
    assert.throws(() => encodeTime(time), { code: 'FTP_LOCAL_PROTOCOL' });
  }
});

test('time: what is encoded is decoded again, and agrees with Date', () => {
  const time = fc.integer({ min: -62_167_219_200_000, max: 253_402_300_799_999 });
  fc.assert(
    fc.property(time, (input) => {
      const text = encodeTime(input);
      const iso = new Date(input)
        .toISOString()
        .replace(/[-T:Z]/g, '')
        .replace(/\.000$/, '');
      assert.equal(text, iso);
      assert.deepEqual(decodeTime(text), { time: input, precision: 'second', quirks: [] });
    }),
    { numRuns: 2000 },
  );
});
