import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { at, checkTable, readEveryCut, tell } from './every-cut.test-support.ts';

describe('MVS data sets', () => {
  checkTable(
    'mvs',
    `
WRKP01 3390   2012/11/14  1  200  FB      80  8053  PS  PAY.MASTER
  => file (PS) 200 blocks 2012-11-14 "PAY.MASTER"
WRKP01 3390   2012/11/14  1    3  FB      80  3125  PO  PAY.SOURCE
  => directory (PO) 3 blocks 2012-11-14 "PAY.SOURCE"
WRKP01 3390   2012/11/14  1 3 U 6447    6447  PO-E 'PAY.LOAD'
  => directory (PO-E) 3 blocks 2012-11-14 "PAY.LOAD"
WRKP01 3390   **NONE**    1   15  NONE     0     0  PO  PAY.NEVER
  => directory (PO) 15 blocks "PAY.NEVER"
WRKP01 3390   2012/11/14 213000 U 0 27998 PO PAY.GLUED
  => directory (PO) 2012-11-14 "PAY.GLUED"
WRKP01 3390   2012/11/14  1 ????  FB      80  8053  PS  PAY.UNKNOWN
  => file (PS) 2012-11-14 "PAY.UNKNOWN"
WRKP01 3390   2012/11/14  2 ++++  FB     904 18080  PS  PAY.HUGE
  => file (PS) 2012-11-14 "PAY.HUGE"
WRKP01 3390   VSAM PAY.CLUSTER
  => other (VSAM) "PAY.CLUSTER"
Migrated				PAY.OLD
  => other (Migrated) "PAY.OLD"
ARCIVE Not Direct Access Device                     PAY.OLDER
  => other (Not Direct Access Device) "PAY.OLDER"
V43525 Tape                                             PAY.OLDEST
  => other (Tape) "PAY.OLDEST"
                    Pseudo Directory   SYS1
  => directory (Pseudo Directory) "SYS1"
`,
  );

  test('the heading decides nothing and tells nothing', () => {
    const { entries, faults, format } = readEveryCut(
      'Volume Unit    Referred Ext Used Recfm Lrecl BlkSz Dsorg Dsname\r\nMigrated   A.B\r\n',
    );
    assert.deepEqual([entries.map(tell), faults, format], [['other (Migrated) "A.B"'], [], 'mvs']);
  });
});

describe('MVS members', () => {
  checkTable(
    'mvs-members',
    `
PAYROLL   01.03 2002/09/12 2002/10/11 09:37   111    11     0 ANN01
  => file ANN01 111 records 2002-10-11 09:37 created 2002-09-12 "PAYROLL"
PROGRAM 00B308 000411  00 FO                31    ANY
  => file (load module) ~45832 B "PROGRAM"
PROG#2  00B308 000411  00 FO        RU      ANY    24
  => file (load module) ~45832 B "PROG#2"
`,
  );

  test('members without statistics are believed below a heading', () => {
    const { entries, format } = readEveryCut(
      ' Name     VV.MM   Created       Changed      Size  Init   Mod   Id\r\nPAYROLL\r\n@LIST                                  \r\n',
    );
    assert.deepEqual([format, entries.map(tell)], ['mvs-members', ['file "PAYROLL"', 'file "@LIST"']]);
  });

  test('without one they could be anything', () => {
    const { entries, format, faults } = readEveryCut('PAYROLL\r\nLIST\r\n');
    assert.deepEqual([entries, format, faults.length], [[], undefined, 2]);
  });
});

describe('OS/400', () => {
  checkTable(
    'os400',
    `
QSYS            77824 02/23/00 15:09:55 *DIR home/
  => directory (*DIR) QSYS 77824 B 2000-02-23 15:09:55 "home"
ANN              4019 23/02/00 15:09:55 *STMF      a letter.txt
  => file (*STMF) ANN 4019 B 2000-02-23 15:09:55 "a letter.txt"
QPGMR           36864 18.09.06 14:21:26 *FILE      PAY.FILE
  => file (*FILE) QPGMR 36864 B 2006-09-18 14:21:26 "PAY.FILE"
QPGMR           36864 04.03.06 14:21:26 *FILE      PAY.FILE
  => file (*FILE) QPGMR 36864 B 2006-03-04 14:21:26 "PAY.FILE"
ANN                                    *MEM       PAY.MBR1
  => file (*MEM) ANN "PAY.MBR1"
ANN             5000000000 05/20/15 15:36:52 *STMF /DRV/AUDIT/A.PDF
  => file (*STMF) ANN 5000000000 B 2015-05-20 15:36:52 "A.PDF"
                77824 02/23/00 15:09:55 *PGM START
  => other (*PGM) 77824 B 2000-02-23 15:09:55 "START"
`,
  );

  test('the order of the date is that of the job, worked out over the listing', () => {
    const { entries } = readEveryCut(
      'ANN 1 04/03/18 18:58:16 *STMF a\r\nANN 1 04/03/24 18:58:16 *STMF b\r\nANN 1 98/12/31 18:58:16 *STMF c\r\n',
    );
    assert.deepEqual(
      entries.map(({ modified }) => modified),
      [at('2004-03-18 18:58:16'), at('2004-03-24 18:58:16'), at('1998-12-31 18:58:16')],
    );
  });
});

describe('z/VM', () => {
  checkTable(
    'zvm',
    `
PROFILE  EXEC     V        65      107        2 2005-10-04 15:28:42 060191
  => file 060191 ~6955 B 107 records 2005-10-04 15:28:42 "PROFILE.EXEC"
CARDS    DATA     F        80       10        1 10/04/05 15:28:42 ANN191
  => file ANN191 800 B 10 records 2005-10-04 15:28:42 "CARDS.DATA"
WORK     DIR      -        -        - 2005-10-04 15:28:42 -
  => directory 2005-10-04 15:28:42 "WORK"
`,
  );
});

describe('HP NonStop', () => {
  checkTable(
    'nonstop',
    `
PAYFILE 101 528 6-Apr-07 14:21:18 255, 0 "oooo"
  => file (oooo) 255,0 528 B 2007-04-06 14:21:18 "PAYFILE"
PAYLOG O 101 528 06Apr2007 14:21:18 255,255 "nunu"
  => file (nunu) 255,255 528 B 2007-04-06 14:21:18 "PAYLOG"
`,
  );

  test('the heading tells nothing', () => {
    const { entries, faults } = readEveryCut(
      '$DATA.PAY\r\n\r\nFile         Code             EOF  Last Modification    Owner  RWEP\r\nPAYFILE 101 528 6-Apr-07 14:21:18 255, 0 "oooo"\r\n',
    );
    assert.deepEqual([entries.length, faults], [1, []]);
  });
});

describe('OS/2', () => {
  checkTable(
    'os2',
    `
36611      A    04-23-103  10:57  pay master.dat
  => file 36611 B 2003-04-23 10:57 "pay master.dat"
 1123      A    07-14-99   12:37  pay.dat
  => file 1123 B 1999-07-14 12:37 "pay.dat"
    0 DIR       02-11-103  16:15  pay
  => directory 0 B 2003-02-11 16:15 "pay"
 1123 DIR  A    10-05-100  23:38  both
  => directory 1123 B 2000-10-05 23:38 "both"
`,
  );
});

describe('Nortel', () => {
  checkTable(
    'nortel-wfftp',
    `
config       1014196  06/03/04  Thur.   10:20:03
  => file 1014196 B 2004-06-03 10:20:03 "config"
`,
  );
  checkTable(
    'vxworks',
    `
2048    Feb-28-1998  05:23:30   log files <DIR>
  => directory 2048 B 1998-02-28 05:23:30 "log files"
512     Feb-28-1998  05:23:30   boot.cfg
  => file 512 B 1998-02-28 05:23:30 "boot.cfg"
`,
  );
});
