import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Imported } from './options.ts';
import { importProftpd, parseProftpd } from './proftpd.ts';

const outcomes = ({ notes }: Imported) =>
  Object.fromEntries(notes.map(({ option, outcome }) => [option, outcome]));

test('sections, quotes, joined lines, comments', () => {
  const found = parseProftpd(
    '# x\nServerIdent on "Hello you"\n<Limit PASV \\\n EPSV>\n  DenyAll\n</Limit>\n<IfModule mod_tls.c>\nTLSEngine on\n</IfModule>\n',
  );
  assert.deepEqual(
    found.map(({ name, value, line, inside }) => [name, value, line, inside]),
    [
      ['ServerIdent', 'on "Hello you"', 2, []],
      ['<Limit>', 'PASV   EPSV', 3, []],
      ['DenyAll', '', 5, ['Limit PASV   EPSV']],
      ['TLSEngine', 'on', 8, []],
    ],
  );
});

test('modes, TLS, times and limits', () => {
  const made = importProftpd(`
ServerIdent on "Hello you"
UseIPv6 off
Port 2121
PassivePorts 49152 65534
MasqueradeAddress ftp.example.org
AllowForeignAddress on
TimeoutIdle 1200
TimeoutLogin 300
TimeoutStalled 600
TimeoutNoTransfer 600
MaxInstances 30
MaxClients 20 "Too many"
MaxClientsPerHost 3
<IfModule mod_tls.c>
  TLSEngine on
  TLSProtocol TLSv1.3
  TLSRSACertificateFile /etc/ssl/ftp.crt
  TLSRSACertificateKeyFile /etc/ssl/ftp.key
  TLSOptions NoCertRequest NoSessionReuseRequired
  TLSRequired ctrl
</IfModule>`);
  assert.deepEqual(made.tree, {
    passive: { ports: '49152-65534', addresses: ['ftp.example.org'] },
    data: { peers: 'any' },
    listeners: [{ host: '0.0.0.0', port: 2121 }],
    timeouts: { idle: 1200, login: 300, stall: 600 },
    limits: { sessions: 20, 'sessions-per-address': 3 },
    tls: {
      certificate: '/etc/ssl/ftp.crt',
      key: '/etc/ssl/ftp.key',
      'minimum-version': 'TLSv1.3',
      binding: 'prefer',
      require: 'control',
    },
    protocol: { greeting: 'Hello you' },
    users: [],
  });
  assert.equal(outcomes(made)['TimeoutNoTransfer'], 'left');
});

test('a mode that is taken away by Limit is off', () => {
  const made = importProftpd('<Limit PORT EPRT>\n DenyAll\n</Limit>\n');
  assert.deepEqual(made.tree['active'], { enabled: false });
  assert.equal(outcomes(made)['<Limit EPRT>'], 'translated');
  const half = importProftpd('<Limit PASV>\nDenyAll\n</Limit>\n');
  assert.equal(half.tree['passive'], undefined);
  assert.equal(outcomes(half)['<Limit PASV>'], 'left');
});

test('Limit elsewhere, VirtualHost and Directory are named, and nothing inside them is taken for the server', () => {
  const made = importProftpd(
    '<VirtualHost ftp.example.org>\nPort 2121\nPassivePorts 1 2\n</VirtualHost>\n<Directory /x>\n<Limit ALL>\nDenyAll\n</Limit>\n</Directory>\n<Limit LOGIN>\nDenyAll\n</Limit>\n',
  );
  assert.deepEqual(made.tree['listeners'], [{ port: 21 }]);
  assert.equal(made.tree['passive'], undefined);
  const left = made.notes
    .filter(({ outcome }) => outcome === 'left')
    .map(({ line, option }) => [line, option]);
  assert.deepEqual(left, [
    [1, '<VirtualHost>'],
    [5, '<Directory>'],
    [10, '<Limit>'],
    [0, 'PassivePorts'],
    [0, 'AuthOrder'],
  ]);
});

test('an anonymous section and its folder', () => {
  const made = importProftpd(
    '<Anonymous /srv/pub>\nUser ftp\n<Limit STOR>\nAllowAll\n</Limit>\n</Anonymous>\n',
  );
  assert.deepEqual(made.tree['anonymous'], { enabled: true, directory: '/srv/pub' });
  assert.equal(outcomes(made)['<Limit STOR>'], 'left');
});

test('a class of foreign addresses, and a requirement that has no equal, are left', () => {
  const made = importProftpd(
    'AllowForeignAddress partners\nTLSEngine on\nTLSRSACertificateFile /c\nTLSRequired !data\nPassivePorts 9 1\n',
  );
  assert.equal(made.tree['data'], undefined);
  const { AllowForeignAddress, TLSRequired, PassivePorts } = outcomes(made);
  assert.deepEqual([AllowForeignAddress, TLSRequired, PassivePorts], ['left', 'left', 'left']);
});

test('hostile: ends without beginnings, and a section that never ends', () => {
  assert.deepEqual(importProftpd('</Limit>\n</Limit>\n<Limit PASV>\nPort 9').tree['listeners'], [
    { port: 21 },
  ]);
});

test('LDAP and the users of the machine, in the order of AuthOrder', () => {
  const made = importProftpd(
    [
      'AuthOrder mod_ldap.c mod_auth_pam.c* mod_auth_unix.c',
      'RequireValidShell off',
      'LDAPServer ldap.example.org',
      'LDAPUsers "ou=people,dc=example" "(&(uid=%u)(objectClass=person))"',
      'LDAPBindDN "cn=ftp,dc=example" "se cret"',
      'LDAPUseTLS on',
      'LDAPSearchScope onelevel',
    ].join('\n'),
  );
  assert.deepEqual(made.tree['accounts'], [
    {
      type: 'ldap',
      url: 'ldap://ldap.example.org',
      tls: 'start',
      'bind-dn': 'cn=ftp,dc=example',
      'bind-password': 'se cret',
      base: 'ou=people,dc=example',
      scope: 'one',
      filter: '(&(uid={user})(objectClass=person))',
      attributes: { directory: 'homeDirectory' },
    },
    { type: 'system', 'check-shell': false },
  ]);
  assert.equal(outcomes(made)['LDAPServer'], 'translated');
});
