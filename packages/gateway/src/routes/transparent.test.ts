import assert from 'node:assert/strict';
import { test } from 'node:test';
import { endpoint } from '@duoport/protocol';
import { transparent } from './transparent.ts';

async function where(address: string, allow?: readonly string[], port = 21) {
  const routed = await transparent({ allow, server: { tls: 'as-client', mode: 'active' } })({
    user: undefined,
    host: undefined,
    peer: endpoint('192.168.1.10', 50_000),
    local: endpoint('192.168.1.1', 2100),
    destination: endpoint(address, port),
    secure: true,
    serverName: undefined,
    target: undefined,
  });
  const [upstream] = routed?.upstreams ?? [];
  assert.equal(upstream === undefined, routed?.refusal !== undefined);
  return upstream && `${upstream.host} ${upstream.port} ${upstream.tls} ${upstream.mode}`;
}

test('the server is where the client meant to go', async () => {
  assert.equal(await where('203.0.113.10'), '203.0.113.10 21 explicit active');
  assert.equal(await where('203.0.113.10', undefined, 2121), '203.0.113.10 2121 explicit active');
  assert.equal(await where('203.0.113.10', undefined, 990), '203.0.113.10 990 implicit active');
  assert.equal(await where('10.1.2.3'), '10.1.2.3 21 explicit active');
  assert.equal(await where('2001:db8::1', ['2001:db8::/32']), '2001:db8::1 21 explicit active');
});

test('a loop: whoever dials the gateway itself is not taken to it again', async () => {
  for (const own of ['127.0.0.1', '::1', '::ffff:127.0.0.1'])
    assert.equal(await where(own, [own]), undefined);
});

test('never to where no server is, and to allowed networks only', async () => {
  for (const address of ['127.9.9.9', '169.254.169.254', 'fe80::9', '224.0.0.1', '0.0.0.0'])
    assert.equal(await where(address), undefined);
  assert.equal(await where('198.51.100.1', ['203.0.113.0/24']), undefined);
});
