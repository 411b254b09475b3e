import assert from 'node:assert/strict';
import { test } from 'node:test';
import { importPureFtpd, parsePureFtpdFile, parsePureFtpdFolder, parsePureFtpdWords } from './pure-ftpd.ts';

const wanted = {
  passive: { ports: '30000-30100', addresses: ['203.0.113.7'] },
  listeners: [{ host: '192.0.2.1', port: 2121 }],
  tls: { require: 'both', certificate: '/c.pem', key: '/k.pem', ciphers: 'HIGH' },
  users: [],
  data: { peers: 'any' },
  limits: { sessions: 50, 'sessions-per-address': 8 },
  timeouts: { idle: '15m' },
};

test('the one file, the folder of files and the command line say the same', () => {
  const file = parsePureFtpdFile(
    '# comment\nPassivePortRange 30000 30100\nForcePassiveIP 203.0.113.7\nBind 192.0.2.1,2121\nTLS 3\nCertFileAndKey "/c.pem" "/k.pem"\nTLSCipherSuite HIGH\nAllowUserFXP yes\nMaxClientsNumber 50\nMaxClientsPerIP 8\nMaxIdleTime 15\nNoAnonymous yes\n',
  );
  assert.deepEqual(importPureFtpd(file).tree, wanted);
  const folder = parsePureFtpdFolder({
    PassivePortRange: '\n# ports\n30000 30100\n',
    ForcePassiveIP: '203.0.113.7\n',
    Bind: '192.0.2.1,2121',
    TLS: '3\n',
    CertFileAndKey: '/c.pem,/k.pem',
    TLSCipherSuite: 'HIGH\n',
    AllowUserFXP: 'yes\n',
    MaxClientsNumber: '50',
    MaxClientsPerIP: '8',
    MaxIdleTime: '15',
    NoAnonymous: 'yes',
    Empty: '# nothing\n',
  });
  assert.deepEqual(importPureFtpd(folder).tree, wanted);
  const words =
    'pure-ftpd -p 30000:30100 --forcepassiveip=203.0.113.7 -S 192.0.2.1,2121 -Y3 -2 /c.pem,/k.pem --tlsciphersuite HIGH -wE -c 50 -C 8 -I 15';
  assert.deepEqual(importPureFtpd(parsePureFtpdWords(words.split(' '))).tree, wanted);
});

test('active mode only', () => {
  const made = importPureFtpd(parsePureFtpdWords(['-N', '-p', '1:2']));
  assert.deepEqual(made.tree['passive'], { enabled: false });
});

test('what cannot be is named: a range the wrong way round, TLS of another number, client certificates', () => {
  const made = importPureFtpd(
    parsePureFtpdWords(['-p', '9:1', '-Y', '7', '-J', '-C:HIGH', '-?', '-q', '1:2']),
  );
  const left = made.notes
    .filter(({ outcome, line }) => outcome === 'left' && line > 0)
    .map(({ option }) => option);
  assert.deepEqual(left, ['PassivePortRange', 'TLS', 'TLSCipherSuite', 'AnonymousRatio']);
});

test('anonymous users: only when they are asked for', () => {
  assert.equal(importPureFtpd([]).tree['anonymous'], undefined);
  const only = importPureFtpd(parsePureFtpdWords(['-e']));
  assert.deepEqual(only.tree['anonymous'], { enabled: true, directory: '/srv/ftp' });
});

test('the users of the machine, and those of an LDAP directory', () => {
  const system = importPureFtpd(parsePureFtpdFile('UnixAuthentication yes\nMinUID 500\n'));
  assert.deepEqual(system.tree['accounts'], [{ type: 'system', 'min-uid': 500 }]);
  const ldap = importPureFtpd(
    parsePureFtpdFile(
      [
        'LDAPServer ldap.example.org',
        'LDAPPort 3389',
        'LDAPUseTLS yes',
        'LDAPBaseDN dc=example,dc=org',
        'LDAPBindDN cn=ftp,dc=example,dc=org',
        'LDAPBindPW se cret',
        'LDAPDefaultHomeDirectory /srv/ftp',
      ].join('\n'),
    ),
  );
  assert.deepEqual(ldap.tree['accounts'], [
    {
      type: 'ldap',
      url: 'ldap://ldap.example.org:3389',
      tls: 'start',
      'bind-dn': 'cn=ftp,dc=example,dc=org',
      'bind-password': 'se cret',
      base: 'dc=example,dc=org',
      filter: '(&(objectClass=posixAccount)(uid={user}))',
      attributes: { directory: 'homeDirectory' },
      rules: { directory: '/srv/ftp' },
    },
  ]);
});
