import assert from 'node:assert/strict';
import { test } from 'node:test';
import { importProftpd } from './proftpd.ts';
import { importPureFtpd, parsePureFtpdFile } from './pure-ftpd.ts';
import { importVsftpd } from './vsftpd.ts';

test('where vsftpd logs to, by its four options', () => {
  const logs = (text: string) => importVsftpd(text).tree['logs'];
  assert.equal(logs('xferlog_std_format=YES\n'), undefined);
  assert.deepEqual(logs('xferlog_enable=YES\n'), { file: '/var/log/vsftpd.log', format: 'text' });
  assert.deepEqual(logs('xferlog_enable=YES\nxferlog_std_format=YES\nxferlog_file=/x\n'), { xferlog: '/x' });
  assert.deepEqual(logs('xferlog_enable=YES\ndual_log_enable=YES\nvsftpd_log_file=/v\n'), {
    xferlog: '/var/log/xferlog',
    file: '/v',
    format: 'text',
  });
});

test('ProFTPD and Pure-FTPd', () => {
  const { tree } = importProftpd('TransferLog /var/log/proftpd/xferlog\nSystemLog none\n');
  assert.deepEqual(tree['logs'], { xferlog: '/var/log/proftpd/xferlog' });
  const pure = (text: string) => importPureFtpd(parsePureFtpdFile(text));
  assert.deepEqual(pure('AltLog w3c:/var/log/w3c.log\n').tree['logs'], { w3c: '/var/log/w3c.log' });
  const { tree: none, notes } = pure('AltLog clf:/var/log/clf.log\n');
  assert.deepEqual([none['logs'], notes[0]?.outcome], [undefined, 'left']);
});
