import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Imported } from './options.ts';
import { importVsftpd, parseVsftpd } from './vsftpd.ts';

const outcomes = ({ notes }: Imported) =>
  Object.fromEntries(notes.map(({ option, outcome }) => [option, outcome]));
const noteOf = ({ notes }: Imported, name: string) => notes.find(({ option }) => option === name);

test('lines: no spaces around =, comments at the start only, the last one counts', () => {
  assert.deepEqual(parseVsftpd('# a=b\n\nlisten=NO\r\nftpd_banner=Hello = you # there\n junk\n'), [
    { name: 'listen', value: 'NO', line: 3 },
    { name: 'ftpd_banner', value: 'Hello = you # there', line: 4 },
  ]);
});

test('every mode option has its equal', () => {
  const made = importVsftpd(
    [
      'listen=YES',
      'listen_address=192.0.2.1',
      'listen_port=2121',
      'pasv_min_port=40000',
      'pasv_max_port=40100',
      'pasv_address=ftp.example.org',
      'pasv_addr_resolve=YES',
      'pasv_promiscuous=YES',
      'port_promiscuous=YES',
      'connect_from_port_20=YES',
      'ftp_data_port=2020',
      'accept_timeout=15',
      'connect_timeout=45',
      'data_connection_timeout=120',
      'idle_session_timeout=600',
      'async_abor_enable=YES',
      'max_clients=100',
      'max_per_ip=5',
      'ssl_enable=YES',
      'require_ssl_reuse=NO',
      'rsa_cert_file=/etc/ssl/one.pem',
      'force_local_data_ssl=NO',
      'local_enable=YES',
      'strict_ssl_read_eof=NO',
    ].join('\n'),
  );
  assert.deepEqual(made.tree, {
    listeners: [{ host: '192.0.2.1', port: 2121 }],
    users: [],
    accounts: [{ type: 'system', rules: { permissions: 'read' } }],
    passive: { ports: '40000-40100', addresses: ['ftp.example.org'] },
    active: { 'source-port': 2020 },
    data: { peers: 'any' },
    tls: {
      certificate: '/etc/ssl/one.pem',
      key: '/etc/ssl/one.pem',
      binding: 'prefer',
      truncation: 'accept',
      require: 'control',
    },
    timeouts: { data: 45, stall: 120, idle: 600 },
    limits: { sessions: 100, 'sessions-per-address': 5 },
  });
  assert.equal(outcomes(made)['async_abor_enable'], 'same');
});

test('passive ports as vsftpd counts them: never below 1024, no maximum is the last there is', () => {
  assert.deepEqual(importVsftpd('pasv_min_port=50000').tree['passive'], { ports: '50000-65535' });
  assert.deepEqual(importVsftpd('pasv_max_port=1100').tree['passive'], { ports: '1024-1100' });
});

test('a range the wrong way round, which vsftpd ignores, is named', () => {
  const made = importVsftpd('pasv_min_port=50100\npasv_max_port=50000');
  assert.equal(made.tree['passive'], undefined);
  assert.match(
    noteOf(made, 'pasv_max_port')?.text ?? '',
    /wrong way round: set passive\.ports to 50000-50100/,
  );
  assert.deepEqual(noteOf(made, 'pasv_max_port')?.line, 2);
});

test('one promiscuous mode alone is left to its owner, and no file is served wider than before', () => {
  const made = importVsftpd('pasv_promiscuous=YES');
  assert.equal(made.tree['data'], undefined);
  assert.equal(outcomes(made)['pasv_promiscuous'], 'left');
});

test('modes that are off', () => {
  const active = importVsftpd('pasv_enable=NO\npasv_min_port=1\nconnect_from_port_20=YES');
  assert.deepEqual(
    [active.tree['passive'], active.tree['active']],
    [{ enabled: false }, { 'source-port': 20 }],
  );
  assert.equal(outcomes(active)['pasv_min_port'], 'same');
  const none = importVsftpd('pasv_enable=NO\nport_enable=NO');
  assert.deepEqual(none.tree['active'], { enabled: false });
  assert.equal(outcomes(none)['pasv_enable'], 'left');
});

test('anonymous users: only when the file says so, with their folder', () => {
  assert.deepEqual(importVsftpd('anonymous_enable=YES\nanon_root=/pub').tree['anonymous'], {
    enabled: true,
    directory: '/pub',
  });
  const silent = importVsftpd('');
  assert.equal(silent.tree['anonymous'], undefined);
  assert.match(noteOf(silent, 'anonymous_enable')?.text ?? '', /lets everybody in when it is not set/);
});

test('what is none of its options, and values that are none, are named with their line', () => {
  const made = importVsftpd('frobnicate=1\nmax_clients=many\npasv_min_port=99999\nport_enable=maybe');
  assert.deepEqual(
    made.notes
      .filter(({ line, outcome }) => line > 0 && outcome === 'left')
      .map(({ line, option }) => [line, option]),
    [
      [1, 'frobnicate'],
      [2, 'max_clients'],
      [3, 'pasv_min_port'],
      [4, 'port_enable'],
    ],
  );
});

test('hostile: __proto__ is an option that there is not', () => {
  assert.equal(outcomes(importVsftpd('constructor=1'))['constructor'], 'left');
});

test('the users of the machine: their folder, rate and rights', () => {
  const made = importVsftpd(
    'local_enable=YES\nwrite_enable=YES\ncheck_shell=NO\nuser_sub_token=$USER\nlocal_root=/srv/$USER/ftp\nlocal_max_rate=50000\n',
  );
  const rules = { directory: '/srv/{user}/ftp', 'rate-down': 50_000, 'rate-up': 50_000 };
  assert.deepEqual(made.tree['accounts'], [{ type: 'system', 'check-shell': false, rules }]);
  assert.equal(made.tree['directory'], undefined);
  assert.equal(importVsftpd('check_shell=NO\n').tree['accounts'], undefined);
});
