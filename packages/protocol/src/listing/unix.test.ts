import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { checkTable, readBytes, readEveryCut } from './every-cut.test-support.ts';

describe('ls -l: owners, sizes, links', () => {
  checkTable(
    'unix',
    `
-rw-r--r--   1 ann      staff        4711 Nov  3 09:15 notes.txt
  => file 0644 x1 ann:staff 4711 B 2026-11-03 09:15 "notes.txt"
dr-xr-xr-x   7 ann      staff        4096 Feb 11  1998 old stuff
  => directory 0555 x7 ann:staff 4096 B 1998-02-11 "old stuff"
-rw-r--r--   1 ann                   4711 Feb 11  1998 no group
  => file 0644 x1 ann 4711 B 1998-02-11 "no group"
-rw-r--r-- 0731204 88 Oct 30 2011 no owner
  => file 0644 x731204 88 B 2011-10-30 "no owner"
-rw-r--r-- 88 Oct 30 2011 neither links nor owner
  => file 0644 88 B 2011-10-30 "neither links nor owner"
-rw-r--r--   1 CORP domain ann 4711 Jan 29 03:26 with domain
  => file 0644 x1 CORP:domain ann 4711 B 2026-01-29 03:26 "with domain"
drwx------ 4 ann Domain Users 512 Oct 2 10:59 .cache
  => directory 0700 x4 ann:Domain Users 512 B 2026-10-02 10:59 ".cache"
drwxr-xr-x   2 ann lee     big team         512 Mar  2 15:13 both with blanks
  => directory 0755 x2 ann lee:big team 512 B 2026-03-02 15:13 "both with blanks"
-rw-r--r--   1 ann      a group of many words as Cygwin allows   123 Jan 22  2001 x
  => file 0644 x1 ann:a group of many words as Cygwin allows 123 B 2001-01-22 "x"
-r-xr-xr-x annthelongone agroupaswide987654 Feb 12 17:20 ran together
  => file 0555 annthelongone:agroupaswide 987654 B 2026-02-12 17:20 "ran together"
-rw-r--r--   0 ann      staff        4711 Nov  3 09:15 no links
  => file 0644 x0 ann:staff 4711 B 2026-11-03 09:15 "no links"
-rw-r--r--   1 99999999 4294967294     9 Nov  3 09:15 ids
  => file 0644 x1 99999999:4294967294 9 B 2026-11-03 09:15 "ids"
-rw-r--r--   1 3 2001 2002 Nov  3 09:15 ids like dates
  => file 0644 x1 3:2001 2002 B 2026-11-03 09:15 "ids like dates"
-rw-r--r--   1 ann      staff       33.5k Oct  5 21:22 rounded
  => file 0644 x1 ann:staff ~34304 B 2026-10-05 21:22 "rounded"
-rw-r--r--   1 ann      staff  9007199254740991 Oct  5 21:22 huge
  => file 0644 x1 ann:staff 9007199254740991 B 2026-10-05 21:22 "huge"
drwxr-x---+1464 ann     staff       512 Feb 25 13:17 acl
  => directory 0750 x1464 ann:staff 512 B 2026-02-25 13:17 "acl"
-rw-r--r--. 1 ann staff 5 Feb 25 13:17 selinux
  => file 0644 x1 ann:staff 5 B 2026-02-25 13:17 "selinux"
-rw-r--r--@ 1 ann staff 5 Feb 25 13:17 macos
  => file 0644 x1 ann:staff 5 B 2026-02-25 13:17 "macos"
-rwsr-Sr-T   1 ann      staff           0 Mar 25 08:22 bits
  => file 7744 x1 ann:staff 0 B 2026-03-25 08:22 "bits"
-C--E-----FTP B BOX41       7670  1294495 Jan 13 07:42 mailbox
  => file 1294495 B 2026-01-13 07:42 "mailbox"
?rw-r--r--   1 ann      staff           1 Mar 25 08:22 odd letter
  => file 0644 x1 ann:staff 1 B 2026-03-25 08:22 "odd letter"
-????????? ? ? ? ? ? unreadable
  => file "unreadable"
`,
  );
});

describe('ls -l: links, devices and other things', () => {
  checkTable(
    'unix',
    `
lrwxrwxrwx   1 ann      staff           7 Jan 25 00:17 bin -> usr/bin
  => symlink 0777 x1 ann:staff 7 B 2026-01-25 00:17 "bin" -> "usr/bin"
lrwxrwxrwx   1 ann      staff           3 Jan 25 00:17 a -> b -> c/d
  => symlink 0777 x1 ann:staff 3 B 2026-01-25 00:17 "a -> b" -> "c/d"
lrwxrwxrwx   1 ann      staff           8 Jan 25 00:17 a -> b -> c/d
  => symlink 0777 x1 ann:staff 8 B 2026-01-25 00:17 "a" -> "b -> c/d"
lrwxrwxrwx   1 ann      staff           8 Jan 25 00:17 untold
  => symlink 0777 x1 ann:staff 8 B 2026-01-25 00:17 "untold"
crw-r----- 1 root kmem 0, 27 Jan 30 11:42 mem
  => other (character device) 0640 x1 root:kmem 2026-01-30 11:42 "mem"
brw-------   1 root     sys      109,767 Jul  2  2004 disk@1c,600000:a
  => other (block device) 0600 x1 root:sys 2004-07-02 "disk@1c,600000:a"
prw-r--r--   1 ann      staff           0 Jul  2  2004 fifo
  => other (pipe) 0644 x1 ann:staff 0 B 2004-07-02 "fifo"
srwxr-xr-x   1 ann      staff           0 Jul  2  2004 run.sock
  => other (socket) 0755 x1 ann:staff 0 B 2004-07-02 "run.sock"
drwxr-xr-x   2 ann      staff          64 Jul  2  2004 marked/
  => directory 0755 x2 ann:staff 64 B 2004-07-02 "marked"
`,
  );
});

describe('ls -l: names', () => {
  checkTable(
    'unix',
    `
-rw-r--r-- 1 ann staff 5 Mar 17 11:07   two blanks before
  => file 0644 x1 ann:staff 5 B 2026-03-17 11:07 "  two blanks before"
-rw-r--r-- 1 ann staff 5 Mar 17 11:07 2014 Invoices
  => file 0644 x1 ann:staff 5 B 2026-03-17 11:07 "2014 Invoices"
-rw-r--r-- 1 ann staff 5 Mar 17  2009 2014 Invoices
  => file 0644 x1 ann:staff 5 B 2009-03-17 "2014 Invoices"
-rw-r--r-- 1 ann staff 5 Mar 17  2009 12:30 lunch
  => file 0644 x1 ann:staff 5 B 2009-03-17 "12:30 lunch"
-rw-r--r-- 1 ann staff 5 Mar 17 11:07 123 456 Mar 3 2001.csv
  => file 0644 x1 ann:staff 5 B 2026-03-17 11:07 "123 456 Mar 3 2001.csv"
-rw-r--r-- 1 ann staff 5 Mar 17 11:07 'quoted' -rf *
  => file 0644 x1 ann:staff 5 B 2026-03-17 11:07 "'quoted' -rf *"
-rw-r--r-- 1 ann staff 5 Mar 17 11:07 日本語.txt
  => file 0644 x1 ann:staff 5 B 2026-03-17 11:07 "日本語.txt"
-rw-r--r-- 1 ann staff 5 Mar 17 11:07 not a link -> at all
  => file 0644 x1 ann:staff 5 B 2026-03-17 11:07 "not a link -> at all"
`,
  );

  test('names in Latin-1 and GBK keep their bytes, blanks at the end stay', () => {
    const { entries } = readBytes('-rw-r--r-- 1 ann staff 5 Mar 17 11:07 M\xfcller \xd6\xd0.txt  ');
    assert.equal(entries[0]?.name, 'M\udcfcller \udcd6\udcd0.txt  ');
  });
});

describe('ls -l: whole listings', () => {
  test('totals, in any language, and empty lines tell nothing', () => {
    for (const total of ['total 12', 'total 4.0K', 'insgesamt 12', 'итого 12', '总用量 12']) {
      const reading = readEveryCut(`${total}\r\n\r\n`);
      assert.deepEqual([reading.entries, reading.faults], [[], []], total);
    }
  });

  test('a recursive listing does not mix its folders', () => {
    const row = '-rw-r--r-- 1 ann staff 5 Mar 17 11:07';
    const { entries, faults } = readEveryCut(`.:\ntotal 1\n${row} a\n\n./sub:\ntotal 1\n${row} b\n`);
    assert.deepEqual(
      entries.map(({ name }) => name),
      ['a'],
    );
    assert.equal(faults[0]?.reason, 'a recursive listing: only the first folder is read');
  });

  test('. and .. are told only when asked for, and marked', () => {
    const listing = 'drwxr-xr-x 2 ann staff 5 Mar 17 11:07 .\ndrwxr-xr-x 2 ann staff 5 Mar 17 11:07 ..\n';
    assert.deepEqual(readEveryCut(listing).entries, []);
    const { entries } = readEveryCut(listing, { places: true });
    assert.deepEqual(
      entries.map(({ place }) => place),
      ['current', 'parent'],
    );
  });

  test('a size beyond 2^53 is a fault, not a wrong number', () => {
    const { entries, faults } = readEveryCut('-rw-r--r-- 1 ann staff 9007199254740992 Mar 17 11:07 x\n');
    assert.deepEqual(entries, []);
    assert.match(faults[0]?.reason ?? '', /9007199254740992 is beyond 2\^53/);
  });
});
