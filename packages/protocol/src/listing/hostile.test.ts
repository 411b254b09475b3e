import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { decodeText, encodeText } from '../text.ts';
import { listingFormats, openFormat } from './detect.ts';
import { now } from './every-cut.test-support.ts';
import { listingLimits } from './limits.ts';
import { ListingParser, parseListing } from './parser.ts';
import { isSafeName, printableName } from './safe-name.ts';

const row = '-rw-r--r-- 1 ann staff 5 Mar 17 11:07';

describe('hostile listings', () => {
  test('a line without end is skipped and the next one read', () => {
    const parser = new ListingParser({ now });
    const chunk = new Uint8Array(65_536).fill(0x61);
    for (let count = 0; count < 1024; count += 1) parser.push(chunk);
    parser.push(encodeText(`\r\n${row} after\r\n`));
    parser.end();
    assert.deepEqual(
      parser.entries().map(({ name }) => name),
      ['after'],
    );
    assert.deepEqual(parser.faults, [{ line: 'a'.repeat(64), reason: 'a line longer than 16384 bytes' }]);
  });

  test('a line without end that never ends is a fault at the end', () => {
    const parser = new ListingParser({ now });
    for (let count = 0; count < 16; count += 1) parser.push(new Uint8Array(65_536));
    parser.end();
    assert.equal(parser.faultCount, 1);
  });

  test('the limit of a line counts bytes, however they come in', () => {
    const line = encodeText(`${row} ${'€'.repeat(20)}\n`); // 38 + 60 bytes
    for (const [lineBytes, count] of [
      [98, 1],
      [97, 0],
    ] as const) {
      const whole = new ListingParser({ now, limits: { lineBytes } });
      whole.push(line);
      whole.end();
      const bytewise = new ListingParser({ now, limits: { lineBytes } });
      for (const byte of line) bytewise.push(Uint8Array.of(byte));
      bytewise.end();
      assert.deepEqual([whole.entries().length, bytewise.entries().length], [count, count]);
      assert.deepEqual(whole.faults, bytewise.faults);
    }
  });

  test('a million entries stop at the limit', () => {
    const parser = new ListingParser({ now, limits: { entries: 1000 } });
    const chunk = encodeText(`${row} x\r\n`.repeat(1000));
    let told = 0;
    for (let count = 0; count < 1000; count += 1) {
      parser.push(chunk);
      told += parser.entries().length;
    }
    parser.end();
    assert.deepEqual(
      [told, parser.truncated, parser.faults.at(-1)?.reason],
      [1000, true, 'more than 1000 entries'],
    );
  });

  test('a million bad lines keep a hundred faults', () => {
    const parser = new ListingParser({ now });
    const chunk = encodeText(`${'nonsense '.repeat(100)}\r\n`.repeat(1000));
    for (let count = 0; count < 20; count += 1) parser.push(chunk);
    parser.end();
    assert.deepEqual([parser.faultCount, parser.faults.length], [20_000, listingLimits.faults]);
    assert.ok(parser.faults.every(({ line }) => line.length <= 200));
  });

  test('names that climb out of the folder are told, and are not safe', () => {
    const names = ['../../etc/passwd', '..\\..\\x', '/etc/passwd', 'C:\\x', 'a\0b'];
    const { entries } = parseListing(encodeText(names.map((name) => `type=file; ${name}\r\n`).join('')), {
      now,
    });
    assert.deepEqual(
      entries.map(({ name }) => [name, isSafeName(name)]),
      names.map((name) => [name, false]),
    );
  });

  test('terminal escapes in a name are told as they came, and shown harmless', () => {
    const { entries } = parseListing(encodeText(`${row} \x1b[2J\x1b]0;pwned\x07.txt\r\n`), { now });
    assert.equal(entries[0]?.name, '\x1b[2J\x1b]0;pwned\x07.txt');
    assert.equal(printableName(entries[0]?.name ?? ''), '\\x1b[2J\\x1b]0;pwned\\x07.txt');
  });

  test('lines made to make a pattern backtrack take no time', () => {
    const parts = [
      '1',
      'a',
      '1a',
      ' ',
      '1 ',
      'a ',
      ' [',
      '(R',
      ',',
      '-',
      ';',
      '1:',
      '*',
      '1-1-',
      '年1',
      '<',
      '=',
      '.',
    ];
    const begins = [
      '',
      '-rw-r--r-- 1 a b ',
      '01-01-20 10:00AM <SYMLINKD> ',
      'A;1 ',
      'A.B 1 ',
      '1 1 ',
      'Migrated ',
      '*DIR ',
    ];
    for (const begin of begins) {
      for (const part of parts) {
        const line = begin + part.repeat(Math.floor(16_000 / encodeText(part).length));
        for (const format of listingFormats)
          openFormat(format, { now, timeZoneOffset: 0 }).reader.line(`${line}!`);
      }
    }
  });
});

describe('garbage', () => {
  const word = fc.oneof(
    fc.constantFrom(
      ...'-rw-r--r-- drwxr-xr-x lrwxrwxrwx 1 12 2003 Jan 31 10:00 24:00 *DIR <DIR> A.TXT;1 -> [A,B] (R,,,) 01-01-20 2/8'.split(
        ' ',
      ),
    ),
    fc.constantFrom(
      '1月',
      'PS',
      'VSAM',
      '**NONE**',
      'type=file;',
      '+s1,\t',
      'folder',
      '[RWCE]',
      '9007199254740993',
      '.',
      '..',
      ':',
      'Migrated',
    ),
    fc.string({ maxLength: 12 }),
    fc.integer().map(String),
  );
  const line = fc
    .array(word, { maxLength: 12 })
    .chain((words) => fc.constantFrom(' ', '  ', '\t').map((gap) => words.join(gap)));
  const listing = fc.array(line, { maxLength: 12 }).map((lines) => encodeText(lines.join('\r\n')));
  const bytes = fc.oneof(fc.uint8Array({ maxLength: 400 }), listing);

  test('never throws, and never tells an entry without a name or with a wrong number', () => {
    fc.assert(
      fc.property(bytes, fc.constantFrom(undefined, ...listingFormats), (input, format) => {
        const { entries, faults } = parseListing(input, { now, format, allowNames: true, places: true });
        for (const entry of entries) {
          assert.notEqual(entry.name, '');
          for (const number of [
            entry.size,
            entry.roughSize,
            entry.blocks,
            entry.records,
            entry.links,
            entry.modified,
          ]) {
            assert.ok(number === undefined || Number.isSafeInteger(number), JSON.stringify(entry));
          }
          assert.equal(entry.modified === undefined, entry.modifiedPrecision === undefined);
        }
        assert.ok(faults.every(({ reason }) => reason !== ''));
      }),
      { numRuns: 2000 },
    );
  });

  test('tells the same however it is cut', () => {
    fc.assert(
      fc.property(bytes, fc.array(fc.nat({ max: 400 }), { maxLength: 6 }), (input, cuts) => {
        const whole = parseListing(input, { now });
        const parser = new ListingParser({ now });
        const places = [0, ...cuts.filter((cut) => cut < input.length).sort((a, b) => a - b), input.length];
        places.forEach((place, index) => {
          parser.push(input.slice(place, places[index + 1]));
        });
        parser.end();
        assert.deepEqual(
          [parser.entries(), parser.faults, parser.format],
          [whole.entries, whole.faults, whole.format],
        );
      }),
      { numRuns: 500 },
    );
  });

  test('keeps every byte of a name', () => {
    const name = fc
      .uint8Array({ minLength: 1, maxLength: 60 })
      .filter((value) => !value.some((byte) => byte === 0x0a || byte === 0x0d));
    fc.assert(
      fc.property(name, (value) => {
        const input = new Uint8Array([...encodeText(`${row} `), ...value, 0x0d, 0x0a]);
        const [entry] = parseListing(input, { now, format: 'unix', places: true }).entries;
        if (/^\s*$/.test(decodeText(value))) return; // blanks alone are no name
        assert.deepEqual(encodeText(entry?.name ?? ''), value);
      }),
    );
  });
});
