import assert from 'node:assert/strict';
import { test } from 'node:test';
import { UsageError } from '../usage-error.ts';
import { parseConfig } from './read-config.ts';

const full = `
dir: files
listen: ["21", "[::1]:2121"]
listen-tls: 990
user:
  - alice:secret
  - bob:other:ro
passive-ports: 50000-50100
passive-address: [10.0.0.0/8=local, 203.0.113.7]
active-source-port: 20
modes: passive,active
require-tls: true
anonymous: true
tls-cert: cert.pem
tls-key: /etc/key.pem
grace: 30s
`;

test('a settings file says what flags say', () => {
  const { directory, flags } = parseConfig(full, '/etc/duoport/server.yaml');
  assert.equal(directory, '/etc/duoport/files');
  assert.deepEqual(flags.listen, [
    { host: undefined, port: 21 },
    { host: '::1', port: 2121 },
  ]);
  assert.deepEqual(flags.listenTls, [{ host: undefined, port: 990 }]);
  assert.deepEqual(
    flags.user?.map(({ name, readOnly }) => [name, readOnly]),
    [
      ['alice', false],
      ['bob', true],
    ],
  );
  assert.deepEqual(flags.passivePorts, { low: 50_000, high: 50_100 });
  assert.equal(flags.passiveAddress?.length, 2);
  assert.equal(flags.activeSourcePort, 20);
  assert.deepEqual(flags.modes, { passive: true, active: true });
  assert.equal(flags.requireTls, 'both');
  assert.equal(flags.anonymous, true);
  assert.equal(flags.tlsCert, '/etc/duoport/cert.pem');
  assert.equal(flags.tlsKey, '/etc/key.pem');
  assert.equal(flags.grace, 30_000);
});

test('JSON is YAML too', () => {
  const { flags } = parseConfig('{"listen": 2121, "passive-ports": "50000-50010"}', 'x.json');
  assert.deepEqual(flags, {
    listen: [{ host: undefined, port: 2121 }],
    passivePorts: { low: 50_000, high: 50_010 },
  });
});

test('an empty file sets nothing', () => {
  assert.deepEqual(parseConfig('# later\n', 'x').flags, {});
});

const wrong: readonly (readonly [string, RegExp])[] = [
  [
    'listen: 21\npasive-ports: 1-2\n',
    /^x, line 2: pasive-ports is no setting\. The settings are dir, listen,/,
  ],
  ['passivePorts: 1-2\n', /line 1: passivePorts is no setting\. Did you mean passive-ports\?/],
  ['config: other.yaml\n', /config is no setting/],
  ['listen: 21\nlisten: 22\n', /line 2: Map keys must be unique\./],
  ['passive-ports: 50100-50000\n', /line 1: passive-ports: .*write 50000-50100/],
  ['passive-ports: [1-2]\n', /only one value, no list/],
  ['anonymous: yes\n', /line 1: anonymous: write true or false\./],
  ['require-tls: sometimes\n', /require-tls: .*control, data, both/],
  ['listen: {port: 21}\n', /listen: write a value/],
  ['- listen\n', /line 1: a settings file is a list/],
  ['listen: &a 21\nlisten-tls: *a\n', /listen-tls: write a value/],
  ['tls-self-signed: true\ntls-cert: a\n', /tls-self-signed and tls-cert cannot both/],
  ['user: "al\n', /^x, line \d+: Missing closing "quote\./],
  ['dir:\n', /line 1: dir: write a value/],
];

for (const [text, message] of wrong) {
  test(`what is wrong with ${JSON.stringify(text)} is said with its line`, () => {
    assert.throws(
      () => parseConfig(text, 'x'),
      (error: unknown) => error instanceof UsageError && message.test(error.message),
    );
  });
}

test('hostile: a password in a broken line is not shown', () => {
  assert.throws(
    () => parseConfig('user: [alice:hunter2\nlisten: 21\n', 'x'),
    (error: unknown) => error instanceof UsageError && !error.message.includes('hunter2'),
  );
});

test('hostile: escape codes in a key reach no terminal', () => {
  assert.throws(
    () => parseConfig('"\\e[2J": 1\n', 'x'),
    (error: unknown) => error instanceof UsageError && !error.message.includes('\u001b'),
  );
});
