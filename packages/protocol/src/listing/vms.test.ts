import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { checkTable, readEveryCut, tell } from './every-cut.test-support.ts';

describe('VMS', () => {
  checkTable(
    'vms',
    `
LOGIN.COM;12              9/15          2-JUN-1998 07:32:04  [STAFF,ANN]    (RWED,RWED,RE,)
  => file 0750 ANN:STAFF 9 blocks 1998-06-02 07:32:04 "LOGIN.COM";12
TOOLS.DIR;1  1 19-NOV-2001 21:41 [STAFF,ANN] (RWE,RWE,RE,RE)
  => directory 0755 ANN:STAFF 1 blocks 2001-11-19 21:41 "TOOLS";1
NOTES.TXT;3       155   2-JUL-2003 10:30:13.64
  => file 155 blocks 2003-07-02 10:30:13.640 "NOTES.TXT";3
NOTIME.TXT;1    2/8    7-JAN-2000    [IV2_XXX]   (RWED,RWED,RE,)
  => file 0750 IV2_XXX 2 blocks 2000-01-07 "NOTIME.TXT";1
FRENCH.TXT;1    6/8    15-JUI-2002    PRONAS   (RWED,RWED,RE,)
  => file 0750 6 blocks 2002-07-15 "FRENCH.TXT";1
ORDER.TXT;1   [SUMMARY]    1/3     2-AUG-2006 13:05  (RWE,RWE,RE,)
  => file 0750 SUMMARY 1 blocks 2006-08-02 13:05 "ORDER.TXT";1
ORDER.LOG;1       17-JUN-1994 17:25:37     6308/13     (RWED,RWED,R,)
  => file 0740 6308 blocks 1994-06-17 17:25:37 "ORDER.LOG";1
SMALL.TXT;1 2KB 23-SEP-2005 14:57:07.27
  => file ~2048 B 2005-09-23 14:57:07.270 "SMALL.TXT";1
CUT.DIR;1        27/36         16-FEB-1999 10:01:46  [AP_HTTPD,APACHE$WWW                               (RWE,RWE,RE,RE)
  => directory 0755 APACHE$WWW:AP_HTTPD 27 blocks 1999-02-16 10:01:46 "CUT";1
.WELCOME;1                 2  13-FEB-2002 23:32:40.47
  => file 2 blocks 2002-02-13 23:32:40.470 ".WELCOME";1
`,
  );

  test('long names wrap, headings and totals tell nothing', () => {
    const listing = [
      '',
      'Directory ANON_ROOT:[000000]',
      '',
      'A_NAME_TOO_LONG_FOR_ITS_COLUMN.TXT;1098',
      '                         4/15         24-FEB-2003 13:17:24  [STAFF,ANN]    (RWED,RWED,RE,)',
      'SECRET.TXT;2',
      '          <%SYSTEM-F-NOPRIV, insufficient privilege or object protection violation>',
      'THREE_LINES.TXT;1',
      '   10   2-JUL-2003 10:30:08.59',
      'LAST.DIR;1  1 19-NOV-2001 21:41',
      '',
      'Total of 4 files, 17 blocks.',
      '',
    ].join('\r\n');
    const { entries, faults, format } = readEveryCut(listing);
    assert.equal(format, 'vms');
    assert.deepEqual(entries.map(tell), [
      'file 0750 ANN:STAFF 4 blocks 2003-02-24 13:17:24 "A_NAME_TOO_LONG_FOR_ITS_COLUMN.TXT";1098',
      'file "SECRET.TXT";2',
      'file 10 blocks 2003-07-02 10:30:08.590 "THREE_LINES.TXT";1',
      'directory 1 blocks 2001-11-19 21:41 "LAST";1',
    ]);
    assert.deepEqual(faults, []);
  });

  test('an entry cut off by the end of the listing is a fault', () => {
    const { entries, faults } = readEveryCut('A.TXT;1   1  19-NOV-2001 21:41\r\nB.TXT;1\r\n');
    assert.equal(entries.length, 1);
    assert.equal(faults[0]?.reason, 'the entry B.TXT;1 was not finished');
  });

  test('an unfinished entry does not swallow the next one', () => {
    const { entries, faults } = readEveryCut(
      'A.TXT;1\r\nB.TXT;1   1  19-NOV-2001 21:41\r\nC.TXT;1   1  19-NOV-2001 21:41\r\n',
    );
    assert.deepEqual([entries.map(({ name }) => name), faults.length], [['B.TXT', 'C.TXT'], 1]);
  });
});
