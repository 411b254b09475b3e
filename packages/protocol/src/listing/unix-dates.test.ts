import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { at, now, readBytes, readEveryCut, readLine } from './every-cut.test-support.ts';

const row = '-rw-r--r--   1 ann      staff           5';

/** What stands on the line | what it means, the tests' now being 2026-11-20 07:00 UTC. */
const dates = `
Nov 20 07:30 | 2026-11-20 07:30
Nov 21 06:59 | 2026-11-21 06:59
Nov 21 07:01 | 2025-11-21 07:01
Dec 24 18:00 | 2025-12-24 18:00
Nov  3 24:00 | 2026-11-04 00:00
Nov  3 0:23 | 2026-11-03 00:23
Nov  3 09:15:42 2019 | 2019-11-03 09:15:42
Apr  8  1994 | 1994-04-08
Oct 08, 2002 09:47 | 2002-10-08 09:47
Oct 08 2002 09:47 | 2002-10-08 09:47
2002 Oct 8 09:47 | 2002-10-08 09:47
2005-06-07 21:22 | 2005-06-07 21:22
2005-06-07 | 2005-06-07
2005-06-07 21:22:33.123456789 +0200 | 2005-06-07 19:22:33.123
2005-06-07T21:22:33 | 2005-06-07 21:22:33
1999/10/12 17:12 | 1999-10-12 17:12
24-04-2003 17:12 | 2003-04-24 17:12
2004.07.15   | 2004-07-15
24.04.2003 17:12 | 2003-04-24 17:12
01-jun-99 | 1999-06-01
Feb-28-1998 05:23:30 | 1998-02-28 05:23:30
01 oct 2004 | 2004-10-01
09-26 2000 | 2000-09-26
09-26 13:45 | 2026-09-26 13:45
3 29 03:26 | 2026-03-29 03:26
26. Juli, 20:10 | 2026-07-26 20:10
2.   Okt.  2003 | 2003-10-02
30. Jan., 12:40 | 2026-01-30 12:40
Mär  4 12:40 | 2026-03-04 12:40
15 févr. 12:40 | 2026-02-15 12:40
15 août  2003 | 2003-08-15
szept 26 20:10 | 2026-09-26 20:10
янв 15 12:40 | 2026-01-15 12:40
15 мая  2003 | 2003-05-15
5 dic 12:40 | 2025-12-05 12:40
5 ARALIK 2003 | 2003-12-05
marras 5 12:40 | 2026-11-05 12:40
2005년  1월  6일 | 2005-01-06
1월  6 12:40 | 2026-01-06 12:40
8月 17日 20:10 | 2026-08-17 20:10
6月 3日 2003年 | 2003-06-03
2003年6月3日 | 2003-06-03
5月 17 08:52 | 2026-05-17 08:52
十二月 17 08:52 | 2025-12-17 08:52
`;

describe('ls -l: dates', () => {
  for (const line of dates.split('\n').filter((text) => text !== '')) {
    const [text = '', time = ''] = line.split(' | ');
    test(text, () => {
      const { modified, name } = readLine(`${row} ${text} the name`);
      assert.deepEqual([modified, name], [at(time), 'the name']);
    });
  }
  test('the clock of these tests', () => assert.equal(now, at('2026-11-20 07:00')));
});

describe('ls -l: months that are not UTF-8', () => {
  const bytes = [
    ['Shift-JIS', '4\x8c\x8e 18\x93\xfa 2003\x94\x4e', '2003-04-18'],
    ['GBK', '4\xd4\xc2 18 08:52', '2026-04-18 08:52'],
    ['an encoding nobody knows, year first', '2003   3\xed\xef 20', '2003-03-20'],
    ['an encoding nobody knows, one byte', '8\xed 17 08:52', '2026-08-17 08:52'],
    ['Latin-1', 'M\xe4r 17 08:52', '2026-03-17 08:52'],
    ['KOI8-R', '\xd1\xce\xd7 17 08:52', '2026-01-17 08:52'],
    ['Windows-1251', '\xff\xed\xe2 17 08:52', '2026-01-17 08:52'],
  ] as const;
  for (const [encoding, text, time] of bytes) {
    test(`a month in ${encoding}`, () => {
      const [entry] = readBytes(`${row} ${text} the name`).entries;
      assert.deepEqual([entry?.modified, entry?.name], [at(time), 'the name']);
    });
  }
});

describe('ls -l: what a date means', () => {
  test('a month nobody knows costs the time, not the name', () => {
    const entry = readLine(`${row} Zzz 17 08:52 the name`);
    assert.deepEqual([entry.name, entry.modified], ['the name', undefined]);
  });

  test('29 February is that of a leap year', () => {
    assert.equal(readLine(`${row} Feb 29 08:52 x`).modified, at('2024-02-29 08:52'));
  });

  test('times are those of the zone of the server', () => {
    const east = { timeZoneOffset: 120 };
    assert.equal(readLine(`${row} Nov  3 09:15 x`, east).modified, at('2026-11-03 07:15'));
    // New Year's Eve in the zone of the server is still the old year here.
    const newYear = { now: Date.UTC(2026, 11, 31, 23, 30), timeZoneOffset: 60 };
    assert.equal(readLine(`${row} Jan  1 00:29 x`, newYear).modified, at('2026-12-31 23:29'));
  });

  test('a file of a minute ago over the turn of the year is not a year old', () => {
    const newYear = { now: at('2027-01-01 00:01') };
    assert.equal(readLine(`${row} Dec 31 23:59 x`, newYear).modified, at('2026-12-31 23:59'));
    assert.equal(readLine(`${row} Jan  1 00:00 x`, newYear).modified, at('2027-01-01 00:00'));
  });

  test('day and month are told apart over the listing, not line by line', () => {
    const { entries } = readEveryCut(`${row} 04-06-2003 x\r\n${row} 24-06-2003 y\r\n`);
    assert.deepEqual(
      entries.map(({ modified }) => modified),
      [at('2003-06-04'), at('2003-06-24')],
    );
  });

  test('dates that do not exist are no dates', () => {
    for (const date of ['Aug 36  2001', 'Feb 23 30:01', 'Apr -7 18:79']) {
      assert.equal(readEveryCut(`drwxr-xr-x 2 ann staff 4096 ${date} x\n`).entries.length, 0, date);
    }
    assert.equal(readLine('drwxr-xr-x 2 ann staff 4096 Feb 30  2001 x').modified, undefined);
  });
});
