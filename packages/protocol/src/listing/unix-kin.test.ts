import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { checkTable, readEveryCut, tell } from './every-cut.test-support.ts';

describe('unix without dates', () => {
  checkTable(
    'unix-dateless',
    `
drwxr-xr-x 3 ann devlab 512 no date here
  => directory 0755 x3 ann:devlab 512 B "no date here"
-rw-r--r-- 1 ann 77 no group either
  => file 0644 x1 ann 77 B "no group either"
`,
  );
});

describe('unix in numbers', () => {
  checkTable(
    'unix-numeric',
    `
0100644   500  101   12345    981173106       by numbers
  => file 0644 500:101 12345 B 2001-02-03 04:05:06 "by numbers"
040755   500  101   4096    981173106       folder
  => directory 0755 500:101 4096 B 2001-02-03 04:05:06 "folder"
`,
  );
});

describe('NetPresenz', () => {
  checkTable(
    'netpresenz',
    `
-------r--         286  1310720  1311006 Nov 22  1995 SimpleText.hqx
  => file 0004 1311006 B 1995-11-22 "SimpleText.hqx"
drwxrwxr-x               folder        4 May 10  1996 network
  => directory 0775 1996-05-10 "network"
`,
  );

  test('ordinary Unix lines are not taken for forks', () => {
    const { format } = readEveryCut(
      '-rw-r--r-- 1 500 500 12 Nov 22  1995 a\n-rw-r--r-- 1 500 501 Nov 22  1995 b\n',
    );
    assert.equal(format, 'unix');
  });
});

describe('NetWare', () => {
  checkTable(
    'netware',
    `
d [RWCEAFMS] admin                           512 Jan 16 18:53 public
  => directory admin 512 B 2026-01-16 18:53 "public"
- [R----F--] rhea             214059       Oct 20 15:27    login.exe
  => file rhea 214059 B 2026-10-20 15:27 "login.exe"
`,
  );
});

describe('VShell', () => {
  checkTable(
    'vshell',
    `
206876  Apr 04, 2000 21:06 old server.log
  => file 206876 B 2000-04-04 21:06 "old server.log"
0  Dec 12, 2002 02:13 logs/
  => directory 0 B 2002-12-12 02:13 "logs"
`,
  );
});

describe('EPLF', () => {
  checkTable(
    'eplf',
    `
+i2049.4711,m981173106,r,s280,up644,\t 007 spy.txt
  => file 0644 280 B <2049.4711> 2001-02-03 04:05:06 " 007 spy.txt"
+i2049.4712,m981173106,/,\tbin
  => directory <2049.4712> 2001-02-03 04:05:06 "bin"
+/,r,\tboth ways
  => directory "both ways"
+x,\tneither
  => other "neither"
`,
  );

  test('a size that is no number, or too large, is a fault', () => {
    const { entries, faults } = readEveryCut('+r,s12x,\ta\n+r,s99999999999999999,\tb\n+r,s1,\tc\n');
    assert.deepEqual(entries.map(tell), ['file 1 B "c"']);
    assert.equal(faults.length, 2);
  });
});

describe('MLSD', () => {
  checkTable(
    'mlsd',
    `
type=file;size=12;modify=20260203040506;UNIX.mode=0640; my notes.txt
  => file 0640 12 B 2026-02-03 04:05:06 "my notes.txt"
Type=dir;Modify=20260203040506;  begins with a blank
  => directory 2026-02-03 04:05:06 " begins with a blank"
type=OS.unix=slink:/there; here
  => symlink "here" -> "/there"
size=1365694195;type=file;modify=20090722092510;\tshow 2009-07-22 08-25-10 1 Mar 3 10:00 x
  => file 1365694195 B 2009-07-22 09:25:10 "show 2009-07-22 08-25-10 1 Mar 3 10:00 x"
type=file no semicolon before the name
  => file "no semicolon before the name"
`,
  );

  test('the folder itself and its parent are left out, a name without facts is kept', () => {
    const { entries } = readEveryCut('type=cdir; /here\r\ntype=pdir; ..\r\ntype=file; a\r\n bare\r\n');
    assert.deepEqual(entries.map(tell), ['file "a"', 'file "bare"']);
  });

  test('a size beyond 2^53 is a fault', () => {
    const { entries, faults } = readEveryCut('type=file;size=9007199254740993; a\r\ntype=file;size=1; b\r\n');
    assert.deepEqual(entries.map(tell), ['file 1 B "b"']);
    assert.match(faults[0]?.reason ?? '', /9007199254740993/);
  });
});
