import assert from 'node:assert/strict';
import { test } from 'node:test';
import { UsageError } from '../usage-error.ts';
import { importFilezilla } from './filezilla.ts';

const left = (text: string) =>
  importFilezilla(text, 'x.xml')
    .notes.filter(({ outcome }) => outcome === 'left')
    .map(({ line, option }) => [line, option]);

test('settings.xml of FileZilla Server 1: listeners, passive ports and address', () => {
  const text = `<?xml version="1.0" encoding="UTF-8"?>
<filezilla xmlns:fz="https://filezilla-project.org" xmlns="https://filezilla-project.org" fz:product_version="1.8.0">
  <logger><name></name></logger>
  <ftp_server>
    <listener><address>0.0.0.0</address><port>21</port><tls_mode>0</tls_mode></listener>
    <listener><address>::</address><port>2121</port><tls_mode>2</tls_mode></listener>
    <session>
      <pasv>
        <host_override>203.0.113.7</host_override>
        <do_not_override_host_if_peer_is_local>true</do_not_override_host_if_peer_is_local>
        <port_range><min>40000</min><max>40100</max></port_range>
      </pasv>
      <tls><cert>sha256</cert></tls>
    </session>
  </ftp_server>
</filezilla>`;
  assert.deepEqual(importFilezilla(text, 'settings.xml').tree, {
    listeners: [
      { host: '0.0.0.0', port: 21 },
      { host: '::', port: 2121 },
    ],
    passive: {
      ports: '40000-40100',
      addresses: [
        { address: 'local', clients: ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16'] },
        '203.0.113.7',
      ],
    },
    users: [],
  });
  assert.deepEqual(left(text), [
    [3, 'logger.name'],
    [5, 'ftp_server.listener.tls_mode'],
    [6, 'ftp_server.listener.tls_mode'],
    [13, 'ftp_server.session.tls.cert'],
  ]);
});

const classic = (items: Readonly<Record<string, string>>, users = '') =>
  `<FileZillaServer>\n<Users>${users}</Users>\n<Settings>\n${Object.entries(items)
    .map(([name, value]) => `<Item name="${name}" type="string">${value}</Item>`)
    .join('\n')}\n</Settings>\n</FileZillaServer>`;

test('FileZilla Server.xml of before: ports, passive mode, TLS, limits', () => {
  const text = classic(
    {
      Serverports: '21 2121',
      'IP Bindings': '*',
      'Enable SSL': '1',
      'Implicit SSL ports': '990',
      'SSL Certificate file': '/c.crt',
      'SSL Key file': '/k.key',
      'Force explicit SSL': '1',
      'Force PROT P': '1',
      'Force TLS session resumption': '1',
      'Use custom PASV ports': '1',
      'Custom PASV min port': '50000',
      'Custom PASV max port': '51000',
      'Custom PASV IP type': '1',
      'Custom PASV IP': '203.0.113.7',
      'No External IP On Local': '0',
      'Check data connection IP': '2',
      'Maximum user count': '20',
      Timeout: '120',
      'Login Timeout': '60',
      'Mode Z Use': '0',
      'Enable HASH': '1',
      'Initial Welcome Message': 'Hello',
      'Minimum TLS version': '0',
    },
    '<User Name="java"><Option Name="Pass">2D0AFC8B</Option></User>',
  );
  assert.deepEqual(importFilezilla(text, 'x.xml').tree, {
    listeners: [{ port: 21 }, { port: 2121 }, { port: 990, tls: 'implicit' }],
    passive: { ports: '50000-51000', addresses: ['203.0.113.7'] },
    tls: { certificate: '/c.crt', key: '/k.key', require: 'both', binding: 'require' },
    limits: { sessions: 20 },
    timeouts: { idle: 120, login: 60 },
    protocol: { deflate: false, hash: true, greeting: 'Hello' },
    users: [],
  });
  assert.deepEqual(left(text), [[2, 'User']]);
  assert.doesNotMatch(JSON.stringify(importFilezilla(text, 'x.xml')), /2D0AFC8B/);
});

test('what is not used there is not used here, and a range the wrong way round is named', () => {
  const made = importFilezilla(
    classic({ Serverports: '21', 'Custom PASV min port': '1', 'SSL Key file': 'x' }),
    'x.xml',
  );
  assert.deepEqual(made.tree, { listeners: [{ port: 21 }], users: [] });
  const swapped = { 'Use custom PASV ports': '1', 'Custom PASV min port': '9', 'Custom PASV max port': '1' };
  assert.deepEqual(left(classic(swapped)), [[6, 'Custom PASV max port']]);
});

test('hostile: no XML, entities of its own, a file outside', () => {
  assert.throws(() => importFilezilla('<a><b></a>', 'x.xml'), UsageError);
  assert.throws(
    () => importFilezilla('<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a><b>&x;</b></a>', 'x.xml'),
    UsageError,
  );
});
