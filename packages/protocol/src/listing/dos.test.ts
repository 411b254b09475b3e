import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { at, checkTable, readBytes, readEveryCut, tell } from './every-cut.test-support.ts';

describe('DOS', () => {
  checkTable(
    'dos',
    `
04-27-00  12:09PM       <DIR>          Program Files
  => directory 2000-04-27 12:09 "Program Files"
04-06-00  03:47PM                  589 readme.1st
  => file 589 B 2000-04-06 15:47 "readme.1st"
04-06-00  12:00AM                  589 midnight
  => file 589 B 2000-04-06 00:00 "midnight"
04-06-1996  03:47PM                  589 long year
  => file 589 B 1996-04-06 15:47 "long year"
12-05-96  17:03         <DIR>          24 hours
  => directory 1996-12-05 17:03 "24 hours"
2002-09-02  18:48       <DIR>          year first
  => directory 2002-09-02 18:48 "year first"
2002-09-02  19:06                9,730 thousands
  => file 9730 B 2002-09-02 19:06 "thousands"
02.09.2002  19:06            1.234.567 dotted thousands
  => file 1234567 B 2002-02-09 19:06 "dotted thousands"
02/11/2010  03:15 PM               589 AM and PM apart
  => file 589 B 2010-02-11 15:15 "AM and PM apart"
12-03-96  06:38AM       <DIR>          123 456
  => directory 1996-12-03 06:38 "123 456"
12-03-96  06:38AM       <DIR>             three blanks before
  => directory 1996-12-03 06:38 "   three blanks before"
12-03-96  06:38AM                    7   two blanks before
  => file 7 B 1996-12-03 06:38 "  two blanks before"
12-03-96  06:38AM       <JUNCTION>     Data [\\??\\D:\\Data]
  => symlink (JUNCTION) 1996-12-03 06:38 "Data" -> "D:\\\\Data"
12-03-96  06:38AM       <SYMLINKD>     Data [..\\Other [x]]
  => symlink (SYMLINKD) 1996-12-03 06:38 "Data" -> "..\\\\Other [x]"
12-03-96  06:38AM       <SYMLINK>      untold
  => symlink (SYMLINK) 1996-12-03 06:38 "untold"
`,
  );

  test('day and month are told apart over the listing', () => {
    const { entries } = readEveryCut('04-06-00  15:47   1 a\r\n27-04-00  15:47   1 b\r\n');
    assert.deepEqual(
      entries.map(({ modified }) => modified),
      [at('2000-06-04 15:47'), at('2000-04-27 15:47')],
    );
  });

  test('headings and totals of dir tell nothing', () => {
    const { entries, faults } = readEveryCut(
      ' Volume in drive C is SYS\r\n Directory of C:\\\r\n\r\n04-06-00  15:47   1 a\r\n      1 File(s)     1 bytes\r\n',
    );
    assert.deepEqual([entries.map(tell), faults], [['file 1 B 2000-04-06 15:47 "a"'], []]);
  });

  test('names in Shift-JIS keep their bytes, 0x85 among them', () => {
    const [entry] = readBytes('07-17-13  01:49PM     4 x\x81\x85y.txt').entries;
    assert.equal(entry?.name, 'x\udc81\udc85y.txt');
  });

  test('a date that does not exist is a fault', () => {
    const { faults } = readEveryCut('02-30-13  01:49PM     4 x\r\n02-28-13  01:49PM     4 y\r\n');
    assert.equal(faults[0]?.reason, 'a date that does not exist: 02-30-13');
  });
});
