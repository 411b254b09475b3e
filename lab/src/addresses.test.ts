import assert from 'node:assert/strict';
import { test } from 'node:test';
import { addressAt, contains, formatNetwork, isPrivate, parseNetwork } from './addresses.ts';

test('networks of both families, their addresses and what is in them', () => {
  assert.equal(addressAt(parseNetwork('10.1.2.0/24'), 1), '10.1.2.1');
  assert.equal(addressAt(parseNetwork('192.0.2.8/29'), 2), '192.0.2.10');
  assert.equal(formatNetwork(parseNetwork('10.1.2.77/24')), '10.1.2.0/24');
  assert.equal(addressAt(parseNetwork('2001:db8:4::/64'), 1), '2001:db8:4::1');
  assert.equal(formatNetwork(parseNetwork('::/0')), '::/0');
  assert.equal(formatNetwork(parseNetwork('fd00:0:0:1::/64')), 'fd00:0:0:1::/64');
  assert.ok(contains(parseNetwork('192.0.2.8/29'), '192.0.2.15'));
  assert.ok(!contains(parseNetwork('192.0.2.8/29'), '192.0.2.16'));
  assert.ok(!contains(parseNetwork('0.0.0.0/0'), '::1'));
});

test('private networks are those of RFC 1918 and RFC 4193', () => {
  for (const text of ['10.0.0.0/24', '172.31.0.0/16', '192.168.1.0/24', 'fd12::/64']) {
    assert.ok(isPrivate(parseNetwork(text)), text);
  }
  for (const text of ['203.0.113.0/24', '172.32.0.0/16', '2001:db8::/64']) {
    assert.ok(!isPrivate(parseNetwork(text)), text);
  }
});

test('what is no network is named', () => {
  for (const text of ['10.0.0.0', '10.0.0.0/33', '10.0.0/8', 'example/8', '::/129', '']) {
    assert.throws(() => parseNetwork(text), /is no network/, text);
  }
});
