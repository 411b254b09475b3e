import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseUpstream, upstreamText, whoText } from './upstream-url.ts';

test('the scheme says which TLS, and port 990 is TLS from the first byte', () => {
  assert.deepEqual(parseUpstream('ftp://h'), { host: 'h', port: 21, tls: 'none' });
  assert.deepEqual(parseUpstream('ftps://h:2121/'), { host: 'h', port: 2121, tls: 'explicit' });
  assert.deepEqual(parseUpstream('ftps://[::1]:990'), { host: '::1', port: 990, tls: 'implicit' });
  assert.equal(upstreamText(parseUpstream('ftps://[::1]')), 'ftps://[::1]:21');
});

test('what is no server is refused', () => {
  assert.throws(() => parseUpstream('h:21'), /does not begin with ftp:\/\//);
  for (const bad of ['ftp://u@h', 'ftp://u:p@h', 'ftp://h/path'])
    assert.throws(() => parseUpstream(bad), /for the clients to say/);
});

test('for whom it is, its weight and its priority', () => {
  const read = parseUpstream('user:web-*,user:ann,net:10.0.0.0/8=ftps://h:2121;weight=3;priority=1');
  assert.deepEqual(read, {
    host: 'h',
    port: 2121,
    tls: 'explicit',
    weight: 3,
    priority: 1,
    who: { users: ['web-*', 'ann'], clients: ['10.0.0.0/8'] },
  });
  assert.equal(whoText(read), 'for user web-*, ann and from 10.0.0.0/8');
  assert.deepEqual(parseUpstream('host:a.example,sni:b.example=ftp://h').who, {
    hosts: ['a.example'],
    serverNames: ['b.example'],
  });
  assert.throws(() => parseUpstream('ann=ftp://h'), /user:ann=ftp/);
  assert.throws(() => parseUpstream('net:10.0.0.0/99=ftp://h'), /net:10\.0\.0\.0\/8/);
});

test('servers that DNS names', () => {
  const read = parseUpstream('ftps+srv://example.org;weight=2');
  assert.deepEqual(read, {
    host: '_ftp._tcp.example.org',
    port: 21,
    tls: 'explicit',
    service: true,
    weight: 2,
  });
  assert.equal(upstreamText(read), 'ftps+srv://_ftp._tcp.example.org');
  assert.equal(parseUpstream('user:a=ftp+srv://_files._tcp.example.org').host, '_files._tcp.example.org');
  assert.throws(() => parseUpstream('ftp+srv://example.org:2121'), /without one/);
});
