import assert from 'node:assert/strict';
import { test } from 'node:test';
import { networkSet } from '@duoport/net';
import { type GatewayAnnouncement, gatewayLines } from './announcement.ts';

const what: GatewayAnnouncement = {
  doors: [{ port: 2121, implicitTls: false, addresses: ['192.0.2.1'] }],
  servers: [{ host: '10.0.0.5', port: 21, tls: 'none' }],
  choice: undefined,
  balance: 'in-order',
  serverMode: 'same',
  serverPorts: undefined,
  modes: { passive: true, active: true },
  passivePorts: { low: 50_000, high: 50_100 },
  passiveAddress: undefined,
  singlePort: false,
  activeSourcePort: undefined,
  certificate: undefined,
  requireTls: 'none',
  peers: { kind: 'exact' },
  readOnly: false,
  metrics: undefined,
  portRemark: undefined,
};

test('both sides are told, and what each needs open', () => {
  assert.deepEqual(gatewayLines(what).slice(0, 10), [
    'duoport stands between clients and ftp://10.0.0.5:21',
    '',
    '  address   ftp://192.0.2.1:2121/',
    '  server    ftp://10.0.0.5:21   without TLS',
    '            data connections as the client asks for them',
    '  passive   the client opens the data connection, to port 50000-50100 here',
    '  active    the gateway opens the data connection, from any port here',
    '  TLS       none: passwords and files can be read on the way. --tls-self-signed turns it on.',
    '  firewall  let in TCP 2121 and 50000-50100',
    '',
  ]);
});

test('an active server needs ports of its own, and read-only is said', () => {
  const lines = gatewayLines({
    ...what,
    servers: [...what.servers, { host: 'b', port: 990, tls: 'implicit', who: { users: ['web-*'] } }],
    serverMode: 'PORT',
    serverPorts: { low: 51_000, high: 51_010 },
    peers: { kind: 'networks', networks: networkSet(['203.0.113.0/24']) },
    readOnly: true,
    metrics: { address: '::1', port: 9100, family: 6 },
  }).join('\n');
  assert.match(lines, /^duoport stands between clients and ftp:\/\/10\.0\.0\.5:21, ftps:\/\/b:990$/m);
  assert.match(lines, /ftps:\/\/b:990 {3}TLS from the first byte {3}for user web-\*$/m);
  assert.match(lines, /the first of them that can be used/);
  assert.match(lines, /it opens all data connections to the gateway \(PORT\)/);
  assert.match(lines, /FXP {7}with 203\.0\.113\.0\/24/);
  assert.match(lines, /commands {2}nothing passes that changes files/);
  assert.match(lines, /metrics {3}http:\/\/\[::1\]:9100\/metrics/);
  assert.match(lines, /for active mode, from the server: TCP 51000-51010/);
});

test('servers that clients choose', () => {
  const none = { ...what, servers: [] };
  const login = gatewayLines({ ...none, choice: { kind: 'login', allow: ['*.example.org', '10.0.0.0/8'] } });
  assert.equal(login[0], 'duoport stands between clients and the servers that logins name');
  assert.equal(login[3], '  server    USER name@host: *.example.org, 10.0.0.0/8');
  const sni = gatewayLines({ ...none, choice: { kind: 'sni', allow: ['*'] } });
  assert.equal(sni[3], '  server    the name in the TLS handshake (SNI): *');
  const steered = gatewayLines({ ...none, choice: { kind: 'transparent', allow: undefined } });
  assert.equal(steered[0], 'duoport stands between clients and the servers that they dial');
  assert.equal(steered[3], '  server    where the client meant to go when the firewall steered it here: any');
});
