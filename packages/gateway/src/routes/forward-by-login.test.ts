import assert from 'node:assert/strict';
import { test } from 'node:test';
import { endpoint } from '@duoport/protocol';
import type { RouteFacts } from '../upstream.ts';
import { forwardByLogin } from './forward-by-login.ts';
import { loginTarget } from './login-target.ts';

const logins: readonly (readonly [string, ReturnType<typeof loginTarget>])[] = [
  ['u@ftp.example.org', { user: 'u', host: 'ftp.example.org', port: undefined }],
  ['u@FTP.Example.org.:2121', { user: 'u', host: 'ftp.example.org', port: 2121 }],
  ['me@mail.example@ftp.example.org', { user: 'me@mail.example', host: 'ftp.example.org', port: undefined }],
  ['u@192.0.2.1:21', { user: 'u', host: '192.0.2.1', port: 21 }],
  ['u@[2001:DB8::1]:2121', { user: 'u', host: '2001:db8::1', port: 2121 }],
  ['u@localhost', { user: 'u', host: 'localhost', port: undefined }],
  ['u', undefined],
  ['@host', undefined],
  ['u@', undefined],
  ['u@host:', undefined],
  ['u@host:0', undefined],
  ['u@host:65536', undefined],
  ['u@host:21:22', undefined],
  ['u@2001:db8::1', undefined],
  ['u@[192.0.2.1]', undefined],
  ['u@[::1%lo]', undefined],
  ['u@127.1', undefined],
  ['u@2130706433', undefined],
  ['u@0x7f.0.0.1', undefined],
  ['u@a..b', undefined],
  ['u@host/path', undefined],
  ['u@ho st', undefined],
  [`u@${'a'.repeat(64)}.org`, undefined],
];
for (const [said, expected] of logins) {
  test(`login: ${said}`, () => assert.deepEqual(loginTarget(said), expected));
}

const facts: RouteFacts = {
  user: undefined,
  host: undefined,
  peer: endpoint('192.168.1.10', 50_000),
  local: endpoint('192.168.1.1', 21),
  destination: endpoint('192.168.1.1', 21),
  secure: false,
  serverName: undefined,
  target: undefined,
};

const names: Readonly<Record<string, readonly string[]>> = {
  'public.example.org': ['8.8.4.4', '2001:4860:4860::8844'],
  'inner.example.org': ['10.0.0.9'],
  'rebound.example.org': ['127.0.0.1'],
  'mapped.example.org': ['::ffff:127.0.0.1'],
  'metadata.example.org': ['169.254.169.254'],
  'mixed.example.org': ['10.0.0.9', '8.8.4.4'],
};
const lookup = async (host: string) => names[host] ?? (/^[\d.]+$|:/.test(host) ? [host] : []);

async function where(allow: readonly string[], user: string) {
  const routed = await forwardByLogin({ allow, lookup })({ ...facts, user });
  assert.ok(routed);
  const dialled = routed.upstreams.map(({ host, port }) => `${host} ${port}`);
  assert.equal(dialled.length === 0, routed.refusal !== undefined);
  return dialled.length === 0 ? 'refused' : dialled.join(', ');
}

const judged: readonly (readonly [string, readonly string[], string, string])[] = [
  ['a name', ['public.example.org'], 'u@public.example.org', '8.8.4.4 21, 2001:4860:4860::8844 21'],
  ['a name below', ['*.example.org'], 'u@public.example.org:2121', '8.8.4.4 2121, 2001:4860:4860::8844 2121'],
  ['another name', ['*.example.com', 'example.org'], 'u@public.example.org', 'refused'],
  ['a name that only ends like it', ['*.ample.org'], 'u@public.example.org', 'refused'],
  ['nothing allowed', [], 'u@public.example.org', 'refused'],
  ['anything', ['*'], 'u@8.8.4.4', '8.8.4.4 21'],
  ['an address by its network', ['8.8.4.0/24'], 'u@8.8.4.4', '8.8.4.4 21'],
  ['a name by the network of its address', ['8.8.4.0/24'], 'u@public.example.org', '8.8.4.4 21'],
  ['a private one written out', ['inner.example.org'], 'u@inner.example.org', '10.0.0.9 21'],
  ['a private one by its network', ['10.0.0.0/8'], 'u@inner.example.org', '10.0.0.9 21'],
  ['rebinding to a private address', ['*.example.org'], 'u@inner.example.org', 'refused'],
  ['rebinding, one address of two', ['*'], 'u@mixed.example.org', '8.8.4.4 21'],
  ['rebinding to the gateway itself', ['*', 'rebound.example.org'], 'u@rebound.example.org', 'refused'],
  ['rebinding to it as a mapped address', ['*', 'mapped.example.org'], 'u@mapped.example.org', 'refused'],
  ['the metadata of a cloud', ['*', 'metadata.example.org'], 'u@metadata.example.org', 'refused'],
  ['the gateway itself where a network allows it', ['127.0.0.0/8'], 'u@127.0.0.1:2121', '127.0.0.1 2121'],
  ['a port of mail', ['*'], 'u@8.8.4.4:25', 'refused'],
  ['a name without an address', ['*'], 'u@none.example.org', 'refused'],
  ['a login without a server', ['*'], 'u', 'refused'],
];
for (const [name, allow, user, expected] of judged) {
  test(`forward by login: ${name}`, async () => assert.equal(await where(allow, user), expected));
}

test('the server is told the user alone; its certificate must be that of the name', async () => {
  const route = forwardByLogin({ allow: ['*'], lookup, server: { tls: 'as-client', mode: 'passive' } });
  const routed = await route({ ...facts, user: 'me@home@public.example.org', secure: true });
  assert.equal(routed?.user, 'me@home');
  assert.deepEqual(routed?.upstreams[0], {
    host: '8.8.4.4',
    port: 21,
    tls: 'explicit',
    mode: 'passive',
    tlsSettings: { servername: 'public.example.org' },
  });
  const [clear] = (await route({ ...facts, user: 'u@public.example.org' }))?.upstreams ?? [];
  assert.equal(clear?.tls, 'none');
  const [implicit] = (await route({ ...facts, user: 'u@public.example.org:990' }))?.upstreams ?? [];
  assert.equal(implicit?.tls, 'implicit');
  assert.equal(await route(facts), undefined);
});

test('an entry that is no network is refused at once', () => {
  assert.throws(() => forwardByLogin({ allow: ['10.0.0.0/40'] }), /no network/);
});
