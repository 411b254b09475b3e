import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { encodeText } from '../text.ts';
import type { Entry } from './entry.ts';
import { at, now } from './every-cut.test-support.ts';
import { formatList, formatNames, ListFormatter } from './list-format.ts';
import { parseListing } from './parser.ts';

const file: Entry = {
  name: 'notes.txt',
  type: 'file',
  size: 4711,
  modified: now - 60_000,
  mode: 0o640,
  links: 1,
  owner: 'ann',
  group: 'staff',
};

function line(entry: Partial<Entry>, options = {}): string | undefined {
  return formatList({ ...file, ...entry }, { now, ...options });
}

describe('LIST lines', () => {
  test('stand in the columns of vsftpd', () => {
    const lines = [
      line({}),
      line({
        type: 'directory',
        name: 'old stuff',
        mode: 0o2755,
        links: 17,
        size: 4096,
        modified: at('1998-02-11'),
      }),
      line({ type: 'symlink', name: 'bin', mode: 0o777, size: 7, target: 'usr/bin' }),
      line({ owner: 'averylongowner', group: '1000', size: 12_345_678_901, mode: 0o4711 }),
      line({ owner: 'Ann Lee', group: '', mode: 0o1007 }),
    ];
    assert.deepEqual(lines, [
      '-rw-r-----    1 ann      staff        4711 Nov 20 06:59 notes.txt\r\n',
      'drwxr-sr-x   17 ann      staff        4096 Feb 11  1998 old stuff\r\n',
      'lrwxrwxrwx    1 ann      staff           7 Nov 20 06:59 bin -> usr/bin\r\n',
      '-rws--x--x    1 averylongowner 1000     12345678901 Nov 20 06:59 notes.txt\r\n',
      '-------rwt    1 Ann_Lee  -            4711 Nov 20 06:59 notes.txt\r\n',
    ]);
  });

  test('tell what is missing by plain values', () => {
    assert.equal(
      formatList({ name: 'x', type: 'directory' }, { now }),
      'drwxr-xr-x    1 ftp      ftp             0 Jan 01  1970 x\r\n',
    );
  });

  test('tell hour and minute within half a year, the year before that and for times to come', () => {
    const text = (modified: number) => line({ modified })?.slice(43, 55);
    assert.equal(text(now), 'Nov 20 07:00');
    assert.equal(text(now - 182 * 86_400_000), 'May 22 07:00');
    assert.equal(text(now - 182 * 86_400_000 - 1), 'May 22  2026');
    assert.equal(text(now + 1), 'Nov 20  2026');
    assert.equal(text(at('1969-12-31 23:59')), 'Dec 31  1969');
    assert.equal(text(at('2000-02-29 12:00')), 'Feb 29  2000');
  });

  test('tell times in a zone', () => {
    assert.equal(line({ modified: now }, { timeZoneOffset: -480 })?.slice(43, 55), 'Nov 19 23:00');
  });

  test('are refused for names that would become two lines, or none', () => {
    for (const name of ['a\r\n-rw-r--r-- 1 root root 1 Jan 1 10:00 b', 'a\nb', 'a\rb', 'a\0b', '']) {
      assert.equal(line({ name }), undefined, JSON.stringify(name));
      assert.equal(formatNames([{ ...file, name }, file]), 'notes.txt\r\n');
    }
    assert.equal(
      line({ type: 'symlink', target: 'a\r\nb' }),
      'lrw-r-----    1 ann      staff        4711 Nov 20 06:59 notes.txt\r\n',
    );
  });

  test('leave out of a batch what cannot be listed', () => {
    const text = new ListFormatter({ now }).lines([file, { ...file, name: 'a\nb' }, { ...file, name: 'c' }]);
    assert.deepEqual(
      text.split('\r\n').map((row) => row.slice(56)),
      ['notes.txt', 'c', ''],
    );
  });
});

describe('LIST lines read back', () => {
  const entry = fc.record({
    name: fc
      .string({ unit: 'grapheme', minLength: 1, maxLength: 40 })
      .filter((name) => /^[^\r\n\0]+$/.test(name) && name.trim() !== '' && name !== '.' && name !== '..'),
    type: fc.constantFrom('file' as const, 'directory' as const),
    size: fc.nat({ max: Number.MAX_SAFE_INTEGER }),
    modified: fc.integer({ min: at('1971-01-01'), max: now + 40 * 86_400_000 }),
    mode: fc.integer({ min: 0, max: 0o7777 }),
    links: fc.integer({ min: 1, max: 99_999 }),
    owner: fc.stringMatching(/^[a-z_][a-z0-9_-]{0,11}$/),
    group: fc.stringMatching(/^[a-z_][a-z0-9_-]{0,11}$/),
  });

  test('tell the same entry, the time to its precision', () => {
    fc.assert(
      fc.property(
        fc.array(entry, { minLength: 1, maxLength: 8 }),
        fc.integer({ min: -840, max: 840 }),
        (entries, timeZoneOffset) => {
          const text = new ListFormatter({ now, timeZoneOffset }).lines(entries);
          const { entries: read, faults } = parseListing(encodeText(text), { now, timeZoneOffset });
          assert.deepEqual(faults, []);
          assert.deepEqual(
            read,
            entries.map((told) => rounded(told, timeZoneOffset)),
          );
        },
      ),
      { numRuns: 500 },
    );
  });

  function rounded(told: Entry, timeZoneOffset: number): Entry {
    const modified = told.modified ?? 0;
    const recent = modified <= now && now - modified <= 182 * 86_400_000;
    const step = recent ? 60_000 : 86_400_000;
    const shift = timeZoneOffset * 60_000;
    const name = told.type === 'directory' && told.name.length > 1 ? told.name.replace(/\/$/, '') : told.name;
    const modifiedPrecision = recent ? 'minute' : 'day';
    return {
      ...told,
      name,
      modified: Math.floor((modified + shift) / step) * step - shift,
      modifiedPrecision,
    };
  }
});
