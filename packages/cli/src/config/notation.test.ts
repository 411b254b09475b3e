import assert from 'node:assert/strict';
import { test } from 'node:test';
import { settle } from './load-settings.ts';
import { notation } from './notation.ts';

test('hostile: whoever reads over the shoulder sees no password, no hash and no password of a database', () => {
  const { settings } = settle(
    `accounts: postgres://duoport:topsecret@db/x?password=secret2
users:
  - {name: a, password: secret3}
  - {name: b, password-hash: "$2b$10$abcdefghijklmnopqrstuuJ2qkQ8kJ7m4m3o9q2b6y5m1h0c7uS5K"}`,
    {},
  );
  const shown = JSON.stringify(notation(settings));
  assert.doesNotMatch(shown, /secret|\$2b/);
  assert.match(shown, /postgres:\/\/duoport@db\/x/);
});

test('what was written is written the same way again', () => {
  const text = `listeners: [21, "192.0.2.1:2121", "[::1]:2121", {port: 990, tls: implicit}]
passive: {ports: 50000-50009, addresses: [{address: local, clients: [10.0.0.0/8]}]}
timeouts: {idle: 1h, login: 90s, data: 500ms}
tls: {self-signed: true}
users: [{name: a, password: b, expires: "2027-01-31T18:00:00Z"}]`;
  const { listeners, passive, timeouts, users } = notation(settle(text, {}).settings);
  assert.deepEqual(listeners, [21, '192.0.2.1:2121', '[::1]:2121', { port: 990, tls: 'implicit' }]);
  assert.deepEqual(passive, {
    enabled: true,
    ports: '50000-50009',
    addresses: [{ address: 'local', clients: ['10.0.0.0/8'] }],
    'single-port': false,
  });
  assert.deepEqual(timeouts, { login: '90s', idle: '1h', data: '500ms', stall: '1m', shutdown: '10s' });
  const [user] = users as readonly Readonly<Record<string, unknown>>[];
  assert.equal(user?.['expires'], '2027-01-31T18:00:00Z');
});
