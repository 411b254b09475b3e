import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseUpstream, upstreamText } from './upstream-url.ts';

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
