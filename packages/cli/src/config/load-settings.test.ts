import assert from 'node:assert/strict';
import { test } from 'node:test';
import { UsageError } from '../usage-error.ts';
import { type Effective, type Sources, settle } from './load-settings.ts';
import { originText } from './origins.ts';
import { allKeys, leaves, variableOf } from './schema-json.ts';

const full = `
directory: files
listeners: [21, "[::1]:2121", {port: 990, tls: implicit}]
users:
  - name: alice
    password: secret
  - {name: bob, password: other, permissions: read, directory: bobs}
passive:
  ports: 50000-50050
  addresses: [10.0.0.0/8=local, {address: 203.0.113.7, port-offset: 100}]
active: {source-port: 20}
tls: {certificate: cert.pem, key: /etc/key.pem, require: both, minimum-version: TLSv1.3}
timeouts: {idle: 1h, shutdown: 30}
data: {peers: [192.0.2.0/24]}
`;

const settings = (text: string, sources: Sources = {}) => settle(text, { file: 'x', ...sources }).settings;

test('a settings file in words, read', () => {
  const read = settings(full, { file: '/etc/duoport/duoport.yaml' });
  assert.equal(read.directory, '/etc/duoport/files');
  assert.deepEqual(read.listeners, [
    { port: 21, tls: 'explicit' },
    { host: '::1', port: 2121, tls: 'explicit' },
    { port: 990, tls: 'implicit' },
  ]);
  assert.deepEqual(read.users, [
    { name: 'alice', password: 'secret', permissions: 'all', home: '/' },
    { name: 'bob', password: 'other', permissions: 'read', directory: '/etc/duoport/bobs', home: '/' },
  ]);
  assert.deepEqual(read.passive.ports, { low: 50_000, high: 50_050 });
  assert.deepEqual(read.passive.addresses, [
    { address: 'local', clients: ['10.0.0.0/8'], 'port-offset': 0 },
    { address: '203.0.113.7', 'port-offset': 100 },
  ]);
  assert.equal(read.active['source-port'], 20);
  assert.equal(read.tls.certificate, '/etc/duoport/cert.pem');
  assert.equal(read.tls.key, '/etc/key.pem');
  assert.equal(read.timeouts.idle, 3_600_000);
  assert.equal(read.timeouts.shutdown, 30_000);
  assert.equal(read.timeouts.login, 60_000);
});

test('the same in JSON and in TOML', () => {
  const json = settings('{"listeners": [2121], "passive": {"ports": "50000-50010"}}');
  const toml = settings('listeners = [2121]\n[passive]\nports = "50000-50010"\n', { file: 'x.toml' });
  assert.deepEqual(json, toml);
  assert.deepEqual(toml.passive.ports, { low: 50_000, high: 50_010 });
});

test('an empty file, and empty sections, set nothing', () => {
  assert.deepEqual(settings('# later\n'), settle(undefined, {}).settings);
  assert.deepEqual(settings('passive:\ntls:\n'), settle(undefined, {}).settings);
});

test('the environment goes before the file, and the command line before both', () => {
  const sources: Sources = {
    file: 'd.yaml',
    env: {
      DUOPORT_PASSIVE_PORTS: '40000-40010',
      DUOPORT_USERS: '[{name: c, password: d}]',
      DUOPORT_TEST: '1',
    },
    directory: '/srv',
    flags: { passivePorts: { low: 1024, high: 1030 }, modes: { passive: true, active: false } },
  };
  const { settings: read, origins }: Effective = settle(
    'passive:\n  ports: 50000\nworkers: 2\nusers: [{name: a, password: b}]\n',
    sources,
  );
  assert.deepEqual(read.passive.ports, { low: 1024, high: 1030 });
  assert.deepEqual(read.users, [{ name: 'c', password: 'd', permissions: 'all', home: '/' }]);
  const of = (path: string) => originText(origins.of(path));
  assert.deepEqual(
    ['passive.ports', 'users', 'workers', 'directory', 'active.enabled', 'tls.require'].map(of),
    ['--passive-ports', 'DUOPORT_USERS', 'd.yaml:3', 'DIR', '--modes', 'default'],
  );
});

test('a certificate of the command line replaces one made at each start, and the other way round', () => {
  const file = 'tls: {self-signed: true}';
  const typed = settings(file, { flags: { tlsCert: '/c', tlsKey: '/k' } });
  assert.equal(typed.tls['self-signed'], false);
  const other = settings('tls: {certificate: c, key: k}', { flags: { tlsSelfSigned: true } });
  assert.equal(other.tls.certificate, undefined);
});

const wrong: readonly (readonly [string, RegExp])[] = [
  [
    'directory: x\npasive:\n  ports: 1-2\n',
    /^x, line 2: pasive: There is no such key\. Did you mean passive\?$/,
  ],
  ['passive:\n  prots: 1-2\n', /^x, line 2: passive\.prots: .*Did you mean passive\.ports\?$/],
  ['passive: {singlePort: true}\n', /Did you mean passive\.single-port\?/],
  ['single-port: true\n', /line 1: single-port: .*Did you mean passive\.single-port\?/],
  ['passive-ports: 1-2\n', /Did you mean passive\.ports\?/],
  ['users: [{name: a, password: b, permissions: [write, fly]}]\n', /permissions 2: Write one of list, read/],
  ['home: x\n', /Did you mean directory\?/],
  ['listen: 21\n', /Did you mean listeners\?/],
  [
    'users: [{name: a, pasword: b}]\n',
    /users 1\.pasword: There is no such key\. Did you mean users\.password\?/,
  ],
  ['users: [{name: a, password: b, paths: {in: read}}]\n', /Write a path like \/in/],
  ['users: [{name: a, password: b, paths: {/in: fly}}]\n', /users 1\.paths/],
  ['anonymous: {drop-folder: /in}\n', /Nobody sees it/],
  ['users: [{name: a}]\n', /users 1: a needs either password or password-hash\./],
  ['users: [{name: a, password: b, password-hash: c}]\n', /needs either password or password-hash\./],
  [
    'users: [{name: a, password: b, expires: 2027-02-31}]\n',
    /users 1\.expires: A time is written 2027-01-31/,
  ],
  ['users: [{name: a, password: b, networks: [10.0.0.0/99]}]\n', /users 1\.networks.*A network is written/],
  ['workers: 1\nworkers: 2\n', /line 2: Map keys must be unique\./],
  ['passive: {ports: 50100-50000}\n', /passive\.ports: .*write 50000-50100/],
  ['passive: {ports: 50000-99999}\n', /Port 99999 does not exist/],
  ['passive: {ports: [1-2]}\n', /passive\.ports: Write a value/],
  ['listeners: [99999]\n', /listeners 1: Port 99999 does not exist/],
  ['listeners: 21\n', /listeners: Write a list/],
  ['timeouts: {idle: -5}\n', /timeouts\.idle: A time is written/],
  ['anonymous: {enabled: yes}\n', /Write true or false\./],
  ['users: [{name: a, password: 1234}]\n', /users 1\.password: Write text; in quotes/],
  ['tls: {require: sometimes}\n', /tls\.require: Write one of none, login, control, data, both\./],
  ['data: {peers: nobody}\n', /data\.peers: Write one of same, tls, any\./],
  ['limits: {sessions: 0}\n', /limits\.sessions: Write a number from 1 up\./],
  ['passive: {addresses: ["203.0.113"]}\n', /An address is written/],
  ['passive: {addresses: [{address: local, clients: [nowhere]}]}\n', /A network is written/],
  ['- listeners\n', /^x, line 1: Settings are "key: value"/],
  ['directory:\n', /line 1: directory: Write text/],
  ['directory: &a x\nprotocol: {greeting: *b}\n', /line \d: Unresolved alias/],
  ['users: "al\n', /^x, line \d+: Missing closing "quote\./],
  ['users:\n  - {name: a, password: b}\n  - {name: a, password: c}\n', /line 3: users 2: a is there twice/],
  [
    'users:\n  - {name: a, password: b, quota: lots}\n',
    /line 2: users 1\.quota: A size is written 500M, 10G or 10GiB/,
  ],
  ['users:\n  - {name: a, password: b, times: [noon]}\n', /times are written mon-fri 08:00-18:00/],
  [
    'users:\n  - {name: a, password: b, quota: 1G, quota-folders: [/x]}\n',
    /\/x is none of this user’s folders/,
  ],
  ['users:\n  - {name: a, password: b, quota-pool: x}\n', /There is nothing to share/],
  ['users:\n  - {name: a, password: b, allowance-period: day}\n', /There is no allowance/],
  ['users:\n  - {name: a, password: b, time-zone: UTC}\n', /for times and allowances/],
  ['listeners: [50050]\n', /listeners: The passive range 50000-50100 holds port 50050/],
  ['listeners: [2121]\npassive: {ports: 2000-2200}\n', /line 2: passive\.ports: .*holds port 2121/],
  ['listeners: [21, 21]\n', /Port 21 is there twice/],
  ['passive: {enabled: false}\nactive: {enabled: false}\n', /both off/],
  [
    'passive: {enabled: false, ports: 1-2}\n',
    /passive\.ports: It is for passive mode, which passive\.enabled leaves out/,
  ],
  ['active: {enabled: false, source-port: 20}\n', /It is for active mode/],
  ['passive: {single-port: true, ports: 1-2}\n', /leave out passive\.ports/],
  ['passive: {single-port: true}\ndata: {peers: any}\n', /must not be any/],
  ['passive: {single-port: true}\ntls: {self-signed: true, binding: off}\n', /must not be off/],
  [
    'workers: 3\npassive: {ports: 50000-50001}\n',
    /3 workers need a passive port each, and passive\.ports has 2/,
  ],
  ['tls: {key: a}\n', /tls\.certificate and tls\.key go together/],
  ['tls: {key: a, certificate: b, self-signed: true}\n', /cannot both be there/],
  ['tls: {require: both}\n', /tls\.require: It needs a certificate: add tls\.self-signed/],
  ['data: {peers: tls}\n', /data\.peers: tls needs a certificate/],
  ['tls: {binding: require}\n', /tls\.binding: It needs a certificate/],
  ['listeners: [{port: 990, tls: implicit}]\n', /listeners 1: TLS needs a certificate/],
  ['tls: {self-signed: true, require: both, clear-again: true}\n', /tls\.clear-again/],
  ['anonymous: {directory: x}\n', /anonymous\.directory: Nobody sees it/],
  ['uploads: {stale-after: 1h}\n', /uploads\.stale-after: It is for uploads\.mode atomic/],
  ['uploads: {mode: atomic, stale-after: 30s}\n', /longer than timeouts\.stall/],
  ['uploads: {checksum: MD5}\nprotocol: {hash: false}\n', /protocol\.hash is off/],
  ['uploads: {disk-floor: 95%}\n', /At most 90% can stay free/],
  ['uploads: {disk-floor: much}\n', /What stays free is written 5%, 500M/],
  ['limits: {sessions: 5, sessions-per-address: 9}\n', /more than the 5 sessions/],
];

for (const [text, message] of wrong) {
  test(`what is wrong with ${JSON.stringify(text)} is said with its line`, () => {
    assert.throws(
      () => settings(text),
      (error: unknown) => error instanceof UsageError && message.test(error.message),
    );
  });
}

test('everything that is wrong is told at once, in the order of the file', () => {
  assert.throws(
    () => settings('workers: 0\ndirectory: 1\nfoo: 1\n'),
    (error: unknown) =>
      error instanceof UsageError &&
      /line 1: workers.*\n.*line 2: directory.*\n.*line 3: foo/.test(error.message),
  );
});

test('a TOML file too is told its lines', () => {
  const text =
    '[[users]]\nname = "a"\npassword = "b"\n[[users]]\nname = "a"\npassword = "c"\n[passive]\n ports = "2-1"\n';
  assert.throws(() => settings(text, { file: 'x.toml' }), /^UsageError: x\.toml, line 8: passive\.ports/);
  assert.throws(() => settings('a = \n', { file: 'x.toml' }), /^UsageError: x\.toml, line 1: /);
});

test('a variable that is nearly one is refused, and what is wrong in one is named by it', () => {
  const env = (name: string, value: string) => () => settle(undefined, { env: { [name]: value } });
  assert.throws(
    env('DUOPORT_PASSIVE_PORT', '1-2'),
    /DUOPORT_PASSIVE_PORT: .*Did you mean DUOPORT_PASSIVE_PORTS\?/,
  );
  assert.throws(env('DUOPORT_PASSIVE_PORTS', '2-1'), /^UsageError: DUOPORT_PASSIVE_PORTS: The range/);
  assert.throws(env('DUOPORT_USERS', '[{name: a'), /DUOPORT_USERS: cannot be read/);
});

test('no two keys have one variable', () => {
  const names = leaves().map(({ path }) => variableOf(path));
  assert.equal(new Set(names).size, names.length);
});

test('every key is described', () => {
  const undescribed = leaves().filter(({ schema }) => (schema.description ?? '') === '');
  assert.deepEqual(undescribed, []);
  assert.ok(allKeys().includes('users.password'));
});

test('hostile: a password in a broken line is not shown', () => {
  for (const text of [
    'users: [{name: alice, password: hunter2\nhome: 21\n',
    'users: [{name: 1, password: hunter2}]',
  ]) {
    assert.throws(
      () => settings(text),
      (error: unknown) => error instanceof UsageError && !error.message.includes('hunter2'),
    );
  }
});

test('hostile: escape codes in a key reach no terminal', () => {
  assert.throws(
    () => settings('"\\e[2J": 1\n'),
    (error: unknown) => error instanceof UsageError && !error.message.includes('\u001b'),
  );
});

test('hostile: a bomb of aliases is refused', () => {
  const bomb = `a: &a [1,1,1,1,1,1,1,1,1]\n${[...'bcdefg'].map((name, at) => `${name}: &${name} [${Array(9).fill(`*${'abcdef'[at]}`).join(',')}]`).join('\n')}\n`;
  assert.throws(() => settings(bomb), UsageError);
});

test('hostile: __proto__ is a key like any other, and none of ours', () => {
  assert.throws(() => settings('{"__proto__": {"directory": "x"}}'), /There is no such key/);
});
