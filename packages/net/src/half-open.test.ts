import assert from 'node:assert/strict';
import { endianness } from 'node:os';
import { test } from 'node:test';
import { decodeTcpTable } from './half-open.ts';

const header =
  '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n';

test('a SYN that waits for the end of its handshake is found by its port', { skip: bigEndian() }, () => {
  const table = `${header}   0: 0200010A:9C40 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 1 1\n   1: 0200010A:9C40 097100CB:C351 03 00000000:00000000 01:00000064 00000000     0        0 0 1\n   2: 0200010A:9C41 097100CB:C352 03 00000000:00000000 01:00000064 00000000     0        0 0 1\n`;
  assert.deepEqual(decodeTcpTable(table, 0x9c40), [{ address: '203.0.113.9', port: 0xc351, family: 4 }]);
});

test('IPv6, and IPv4 on a socket of both families', { skip: bigEndian() }, () => {
  const six = 'B80D0120000000000000000001000000';
  const mapped = '0000000000000000FFFF0000097100CB';
  const table = `${header}  0: ${six}:9C40 ${six}:C351 03 0\n  1: ${mapped}:9C40 ${mapped}:C352 03 0\n`;
  assert.deepEqual(decodeTcpTable(table, 0x9c40), [
    { address: '2001:db8::1', port: 0xc351, family: 6 },
    { address: '203.0.113.9', port: 0xc352, family: 4 },
  ]);
});

test('garbage is no peer', () => {
  assert.deepEqual(decodeTcpTable('', 1), []);
  assert.deepEqual(decodeTcpTable(`${header} 0: zz:0001 qq:0001 03\n 1: :0001\n\0`, 1), []);
});

/** The kernel prints the words as the host stores them: the samples are of a little-endian one. */
function bigEndian(): string | false {
  return endianness() === 'BE' ? 'the recorded tables are of a little-endian machine' : false;
}
