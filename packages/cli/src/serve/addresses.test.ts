import assert from 'node:assert/strict';
import type { networkInterfaces } from 'node:os';
import { test } from 'node:test';
import { reachableAddresses } from './addresses.ts';

const v4 = (address: string, internal = false) => ({
  address,
  internal,
  family: 'IPv4' as const,
  netmask: '',
  mac: '',
  cidr: null,
});
const v6 = (address: string, internal = false) => ({
  address,
  internal,
  family: 'IPv6' as const,
  netmask: '',
  mac: '',
  cidr: null,
  scopeid: 0,
});
const interfaces: ReturnType<typeof networkInterfaces> = {
  lo: [v4('127.0.0.1', true), v6('::1', true)],
  eth0: [v6('fe80::1'), v6('2001:db8::5'), v4('192.0.2.5'), v4('169.254.3.4')],
};

test('the address of the network first, loopback last, link-local not at all', () => {
  assert.deepEqual(reachableAddresses('::', interfaces), ['192.0.2.5', '2001:db8::5', '127.0.0.1', '::1']);
  assert.deepEqual(reachableAddresses('0.0.0.0', interfaces), ['192.0.2.5', '127.0.0.1']);
});

test('what was asked for is what is shown', () => {
  assert.deepEqual(reachableAddresses('127.0.0.1', interfaces), ['127.0.0.1']);
  assert.deepEqual(reachableAddresses('::', {}), ['127.0.0.1']);
});
