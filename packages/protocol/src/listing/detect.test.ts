import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { encodeText } from '../text.ts';
import { listingFormats } from './detect.ts';
import { now, readEveryCut } from './every-cut.test-support.ts';
import { type ListingOptions, parseListing } from './parser.ts';

function read(listing: string, options: Partial<ListingOptions> = {}) {
  return parseListing(encodeText(listing), { now, ...options });
}

const unixLine = '-rw-r--r-- 1 ann staff 5 Mar 17 11:07 a\r\n';
const dosLine = '03-17-26  11:07AM     5 a\r\n';

describe('detection', () => {
  test('one stray line does not change the format', () => {
    const { format, entries, faults } = read(`${unixLine}${dosLine}${unixLine}`);
    assert.deepEqual([format, entries.length], ['unix', 2]);
    assert.deepEqual(faults, [{ line: dosLine.trim(), reason: 'not a line of the format unix' }]);
  });

  test('the majority decides, wherever it stands', () => {
    assert.equal(read(`${dosLine}${unixLine}${unixLine}`).format, 'unix');
    assert.equal(read(`${dosLine}${dosLine}${unixLine}`).format, 'dos');
  });

  test('names that look like lines of other formats stay names', () => {
    const { entries, format } = read('type=file;size=5; -rw-r--r-- 1 ann staff 5 Mar 17 11:07 a\r\n');
    assert.deepEqual([format, entries[0]?.name], ['mlsd', '-rw-r--r-- 1 ann staff 5 Mar 17 11:07 a']);
  });

  test('an empty listing has no format, no entries and no faults', () => {
    for (const listing of ['', '\r\n', '\r\n\r\n']) {
      const { entries, faults } = read(listing);
      assert.deepEqual([entries, faults], [[], []]);
    }
  });

  test('what no format knows is told line by line', () => {
    const { format, entries, faults } = read('ls: cannot open directory: Permission denied\r\n');
    assert.deepEqual([format, entries], [undefined, []]);
    assert.equal(faults[0]?.reason, 'not a line of any known listing format');
  });

  test('a long banner before the listing costs only itself', () => {
    const { format, entries } = read(`${'Welcome, dear stranger\r\n'.repeat(200)}${unixLine}`);
    assert.deepEqual([format, entries.length], ['unix', 1]);
  });

  test('line ends may be CRLF, LF or CR CR LF, and the last may be missing', () => {
    for (const end of ['\r\n', '\n', '\r\r\n', '']) {
      const { entries } = readEveryCut(`${unixLine.trim()}\n${unixLine.trim()}${end}`);
      assert.deepEqual(
        entries.map(({ name }) => name),
        ['a', 'a'],
      );
    }
  });
});

describe('a remembered format', () => {
  test('is believed at the first entry', () => {
    const { format, entries } = read(`total 1\r\n${unixLine}${dosLine}${dosLine}`, { format: 'unix' });
    assert.deepEqual([format, entries.length], ['unix', 1]);
  });

  test('is dropped when the first line says otherwise', () => {
    for (const remembered of listingFormats) {
      if (remembered !== 'names')
        assert.equal(read(dosLine, { format: remembered }).format, 'dos', remembered);
    }
  });

  test('decides nothing for an empty listing of another format', () => {
    assert.deepEqual(read('total 0\r\n', { format: 'dos' }).faults, []);
  });
});

describe('bare names', () => {
  test('are read where asked for', () => {
    const { entries, format } = readEveryCut('a\r\n b c \r\n./d\r\ne/\r\n', { format: 'names' });
    assert.equal(format, 'names');
    assert.deepEqual(entries, [
      { name: 'a', type: 'other', kind: 'name only' },
      { name: ' b c ', type: 'other', kind: 'name only' },
      { name: 'd', type: 'other', kind: 'name only' },
      { name: 'e', type: 'directory', kind: 'name only' },
    ]);
  });

  test('are a last resort only with leave, and only single words', () => {
    assert.equal(read('a\r\nb\r\n').format, undefined);
    assert.equal(read('a\r\nb\r\n', { allowNames: true }).format, 'names');
    assert.equal(read('a\r\nPermission denied\r\n', { allowNames: true }).format, undefined);
    assert.equal(read(unixLine, { allowNames: true }).format, 'unix');
  });
});
