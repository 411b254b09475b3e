import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  parseDuration,
  parseFingerprint,
  parseListen,
  parseModes,
  parsePassiveAddress,
  parsePort,
  parsePortRange,
  parseRate,
  parseUser,
  repeated,
} from './values.ts';

test('a port is 1 to 65535, and 0 only where it is allowed', () => {
  assert.equal(parsePort('21'), 21);
  assert.equal(parsePort('0', 0), 0);
  assert.throws(() => parsePort('0'), /does not exist/);
  assert.throws(() => parsePort('70000'), /Port 70000 does not exist: ports go from 1 to 65535/);
  for (const bad of ['', '-1', '2.5', 'ftp', '0x15', '99999999999'])
    assert.throws(() => parsePort(bad), /number/);
});

test('a port range', () => {
  assert.deepEqual(parsePortRange('50000-50100'), { low: 50000, high: 50100 });
  assert.deepEqual(parsePortRange('50000'), { low: 50000, high: 50000 });
  assert.throws(() => parsePortRange('50100-50000'), /wrong way round: write 50000-50100/);
  assert.throws(() => parsePortRange('1-70000'), /Port 70000/);
  for (const bad of ['', 'x', '1-', '-2', '1-2-3', '1:2']) assert.throws(() => parsePortRange(bad), /LO-HI/);
});

test('where to listen', () => {
  assert.deepEqual(parseListen('2121'), { host: undefined, port: 2121 });
  assert.deepEqual(parseListen('127.0.0.1:0'), { host: '127.0.0.1', port: 0 });
  assert.deepEqual(parseListen('files.example:21'), { host: 'files.example', port: 21 });
  assert.deepEqual(parseListen('[::1]:2121'), { host: '::1', port: 2121 });
  for (const bad of ['', ':', 'host', 'host:', '::1:2121', '[::1]', 'a b:1']) {
    assert.throws(() => parseListen(bad), /\[HOST:\]PORT/, bad);
  }
  assert.throws(() => parseListen('127.0.0.1:70000'), /Port 70000/);
});

test('a user may be read-only, and a password may hold colons', () => {
  assert.deepEqual(parseUser('u:p'), { name: 'u', password: 'p', readOnly: false });
  assert.deepEqual(parseUser('u:p:ro'), { name: 'u', password: 'p', readOnly: true });
  assert.deepEqual(parseUser('u:a:b'), { name: 'u', password: 'a:b', readOnly: false });
  assert.deepEqual(parseUser('u:a:ro:rw'), { name: 'u', password: 'a:ro', readOnly: false });
  for (const bad of ['', 'u', 'u:', ':p', 'u::ro']) assert.throws(() => parseUser(bad), /NAME:PASSWORD/, bad);
  assert.throws(() => parseUser('u:a\nb'), /line break/);
});

test('modes', () => {
  assert.deepEqual(parseModes('passive'), { passive: true, active: false });
  assert.deepEqual(parseModes('active, passive'), { passive: true, active: true });
  for (const bad of ['', 'auto', 'passive,']) assert.throws(() => parseModes(bad), /Modes are/);
});

test('durations', () => {
  assert.equal(parseDuration('30'), 30_000);
  assert.equal(parseDuration('1.5s'), 1500);
  assert.equal(parseDuration('500ms'), 500);
  assert.equal(parseDuration('2m'), 120_000);
  assert.equal(parseDuration('1h'), 3_600_000);
  for (const bad of ['', '-1', 'soon', '3d']) assert.throws(() => parseDuration(bad), /A time is/);
  for (const bad of ['0', '99999m']) assert.throws(() => parseDuration(bad), /between/);
});

test('a rate in bytes a second', () => {
  assert.equal(parseRate('500k'), 500_000);
  assert.equal(parseRate('1.5M'), 1_500_000);
  assert.equal(parseRate('2GB/s'), 2e9);
  assert.equal(parseRate('4000'), 4000);
  for (const bad of ['', '0', '999', '10x', '-1k', '9999G']) assert.throws(() => parseRate(bad), /A rate is/);
});

test('a fingerprint', () => {
  const plain = 'ab'.repeat(32);
  const colons = Array.from({ length: 32 }, () => 'AB').join(':');
  assert.equal(parseFingerprint(plain), colons);
  assert.equal(parseFingerprint(colons), colons);
  assert.equal(parseFingerprint(`sha256:${plain}`), colons);
  assert.throws(() => parseFingerprint('ab'), /64 hexadecimal/);
});

test('a repeated flag gathers its values', () => {
  const ports = repeated((text) => parsePort(text));
  assert.deepEqual(ports('2', ports('1', undefined)), [1, 2]);
});

test('addresses to announce: to all, to a network, with the ports of port-mapped NAT', () => {
  assert.deepEqual(parsePassiveAddress('203.0.113.7'), { address: '203.0.113.7' });
  assert.deepEqual(parsePassiveAddress('ftp-2.example.org'), { address: 'ftp-2.example.org' });
  assert.deepEqual(parsePassiveAddress('[2001:db8::1]:-5'), { address: '2001:db8::1', portOffset: -5 });
  assert.deepEqual(parsePassiveAddress('10.0.0.0/8, 192.168.0.0/16=local:+10000'), {
    address: 'local',
    clients: ['10.0.0.0/8', '192.168.0.0/16'],
    portOffset: 10_000,
  });
  for (const bad of ['', '10.0.0.0/8=', '10.0.0.0/33=local', '=local', '10.0.0.300', 'a b', 'x:+'])
    assert.throws(() => parsePassiveAddress(bad), /is written/);
});
