import assert from 'node:assert/strict';
import { test } from 'node:test';
import { portOfInode } from './listening-port.ts';

test('the port of a socket, by its inode, in the table of the kernel', () => {
  const table = [
    '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode',
    '   0: 0100007F:0015 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 4711 1 0000000000000000 100 0 0 10 0',
    '   1: 00000000:03DE 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 4712 1 0000000000000000 100 0 0 10 0',
  ].join('\n');
  assert.equal(portOfInode(table, '4712'), 990);
  assert.equal(portOfInode(table, '4711'), 21);
  assert.equal(portOfInode(table, '47'), undefined);
  assert.equal(portOfInode('', '4711'), undefined);
});
