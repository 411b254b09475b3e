import assert from 'node:assert/strict';
import { test } from 'node:test';
import { UsageError } from '../usage-error.ts';
import { importSftpgo } from './sftpgo.ts';

const text = `{
  "common": {"idle_timeout": 15, "max_total_connections": 100, "max_per_host_connections": 20, "setstat_mode": 1},
  "sftpd": {"bindings": [{"port": 2022}]},
  "ftpd": {
    "bindings": [
      {"port": 2121, "address": "192.0.2.1", "tls_mode": 1, "tls_session_reuse": 1,
       "force_passive_ip": "203.0.113.7", "passive_ip_overrides": [{"ip": "", "networks": ["10.0.0.0/8"]}],
       "passive_connections_security": 1, "active_connections_security": 0},
      {"port": 990, "tls_mode": 2},
      {"port": 0}
    ],
    "banner": "Hello",
    "active_transfers_port_non_20": false,
    "passive_port_range": {"start": 50000, "end": 50100},
    "hash_support": 1,
    "combine_support": 1,
    "certificate_file": "/c.pem",
    "certificate_key_file": "/k.pem"
  },
  "data_provider": {"password": "hunter2"}
}`;

test('its FTP server, binding by binding', () => {
  const made = importSftpgo(text, 'sftpgo.json');
  assert.deepEqual(made.tree, {
    tls: { certificate: '/c.pem', key: '/k.pem', require: 'both', binding: 'require' },
    listeners: [
      { host: '192.0.2.1', port: 2121 },
      { port: 990, tls: 'implicit' },
    ],
    passive: {
      ports: '50000-50100',
      addresses: [{ address: 'local', clients: ['10.0.0.0/8'] }, '203.0.113.7'],
    },
    protocol: { greeting: 'Hello', hash: true },
    active: { 'source-port': 20 },
    timeouts: { idle: '15m' },
    limits: { sessions: 100, 'sessions-per-address': 20 },
    users: [],
  });
  const left = made.notes
    .filter(({ outcome }) => outcome === 'left')
    .map(({ line, option }) => [line, option]);
  assert.deepEqual(left, [
    [2, 'common.setstat_mode'],
    [8, 'ftpd.bindings.*.passive_connections_security'],
    [8, 'ftpd.bindings.*.active_connections_security'],
    [16, 'ftpd.combine_support'],
    [20, 'data_provider'],
  ]);
  assert.doesNotMatch(JSON.stringify(made), /hunter2/);
});

test('no FTP, no JSON', () => {
  assert.match(
    importSftpgo('{"ftpd": {"bindings": [{"port": 0}]}}', 'x.json').notes.at(-1)?.text ?? '',
    /FTP is off/,
  );
  assert.throws(() => importSftpgo('{"a": ', 'x.json'), UsageError);
  assert.deepEqual(importSftpgo('[]', 'x.json').tree, {});
});
