import assert from 'node:assert/strict';
import { test } from 'node:test';
import { importProftpd } from './proftpd.ts';
import { importPureFtpd, parsePureFtpdFile, parsePureFtpdWords } from './pure-ftpd.ts';
import { importSftpgo } from './sftpgo.ts';
import { importVsftpd } from './vsftpd.ts';

test('vsftpd: failed uploads', () => {
  assert.deepEqual(importVsftpd('delete_failed_uploads=YES\n').tree['uploads'], { partial: 'remove' });
  assert.equal(importVsftpd('delete_failed_uploads=NO\n').tree['uploads'], undefined);
});

test('ProFTPD: hidden stores, aborted ones, overwriting', () => {
  const uploads = (text: string) => importProftpd(text).tree['uploads'];
  assert.deepEqual(uploads('HiddenStores on\nAllowOverwrite off\n'), {
    overwrite: 'refuse',
    mode: 'atomic',
    partial: 'remove',
  });
  assert.deepEqual(uploads('HiddenStores .in.\nDeleteAbortedStores off\n'), { mode: 'atomic' });
  assert.deepEqual(uploads('HiddenStores off\nDeleteAbortedStores on\n'), { partial: 'remove' });
  assert.equal(uploads('AllowOverwrite on\n'), undefined);
});

test('Pure-FTPd: new names, no truncation, a disk that is full enough', () => {
  const file = parsePureFtpdFile('AutoRename yes\nNoTruncate yes\nMaxDiskUsage 90\n');
  const wanted = { overwrite: 'rename-new', mode: 'atomic', 'disk-floor': '10%' };
  assert.deepEqual(importPureFtpd(file).tree['uploads'], wanted);
  assert.deepEqual(importPureFtpd(parsePureFtpdWords(['-r', '-0', '-k', '90'])).tree['uploads'], wanted);
  const { notes } = importPureFtpd(parsePureFtpdFile('MaxDiskUsage 5\n'));
  assert.ok(notes.some(({ outcome, text }) => outcome === 'left' && text.includes('uploads.disk-floor')));
});

test('SFTPGo: upload_mode is bits', () => {
  const uploads = (mode: number) =>
    importSftpgo(JSON.stringify({ common: { upload_mode: mode } }), 'sftpgo.json').tree['uploads'];
  assert.equal(uploads(0), undefined);
  assert.deepEqual(uploads(1), { mode: 'atomic', partial: 'remove' });
  assert.deepEqual(uploads(2), { mode: 'atomic' });
  assert.equal(uploads(4), undefined);
});
