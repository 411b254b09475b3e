import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import type { TLSSocket } from 'node:tls';
import { MemoryAccounts, type ServerOptions } from '@duoport/server';
import { certificate, TestAuthority, type TestCertificate } from '@duoport/testkit';
import { serve } from './serving.ts';

describe('several certificates', () => {
  let one: TestCertificate;
  let two: TestCertificate;
  let stars: TestCertificate;

  before(async () => {
    const authority = await TestAuthority.make();
    one = await authority.issue({ name: 'one.example', use: 'server', hosts: ['one.example'] });
    two = await authority.issue({
      name: 'two.example',
      use: 'server',
      hosts: ['two.example', 'zwei.example'],
    });
    stars = await authority.issue({ name: 'stars', use: 'server', hosts: ['*.stars.example'] });
  });

  const several = (more: Partial<Exclude<ServerOptions['tls'], string>> = {}): ServerOptions['tls'] => ({
    ...one,
    certificates: [two, stars, { ...certificate, names: ['given.example'] }],
    ...more,
  });
  const nameOf = (tls: TLSSocket) => tls.getPeerCertificate().subject.CN;

  test('who asks for a name gets its certificate, others the first', async (t) => {
    const { connect } = await serve(t, { tls: several() });
    const implicit = await serve(t, { tls: several(), implicitTls: true });
    const cases = [
      ['one.example', 'one.example'],
      ['two.example', 'two.example'],
      ['ZWEI.example', 'two.example'],
      ['a.stars.example', 'stars'],
      ['a.b.stars.example', 'one.example'],
      ['given.example', 'localhost'],
      ['localhost', 'one.example'],
      ['unknown.example', 'one.example'],
      [undefined, 'one.example'],
    ] as const;
    for (const [servername, shown] of cases) {
      const tls = servername === undefined ? {} : { servername };
      const client = await connect({ tls });
      await client.expect(234, 'AUTH TLS');
      assert.equal(nameOf(await client.handshake()), shown, servername);
      const { secured = assert.fail() } = await implicit.connect({ tls });
      assert.equal(nameOf(secured), shown, servername);
    }
  });

  for (const maxVersion of ['TLSv1.2', 'TLSv1.3'] as const) {
    for (const binding of ['require', 'prefer'] as const) {
      test(`data connections resume whatever name the control connection asked for: ${maxVersion}, ${binding}`, async (t) => {
        const { connect, trace } = await serve(t, { tls: several({ binding }) });
        for (const servername of ['two.example', 'a.stars.example', 'unknown.example']) {
          const client = await (await (await connect({ tls: { servername, maxVersion } })).secure()).login();
          await client.store('STOR f', servername);
          assert.equal((await client.fetch('RETR f')).toString(), servername);
          client.destroy();
        }
        const data = trace.filter((event) => event.kind === 'tls' && event.connection !== 'control');
        assert.deepEqual(
          data.map((event) => event.kind === 'tls' && event.reused),
          new Array(6).fill(true),
        );
      });
    }
  }

  test('attack: the ticket of one name does not open another session of the same name', async (t) => {
    const { connect } = await serve(t, { tls: several({ binding: 'require' }) });
    const tls = { servername: 'two.example' };
    const mine = await (await (await connect({ tls })).secure()).login();
    const thief = await (await connect({ tls })).secure();
    const { socket } = await mine.setUp('EPSV');
    await mine.expect(150, 'STOR f');
    thief.secureData(await socket).catch(() => undefined);
    assert.match((await mine.expectReply(522)).lines[0] ?? '', /did not resume the TLS session/);
  });

  test('HOST before AUTH chooses the certificate, and stays', async (t) => {
    const asked: (string | undefined)[] = [];
    const inner = new MemoryAccounts({ users: [] });
    const accounts: ServerOptions['accounts'] = {
      login: (attempt) => {
        asked.push(attempt.host);
        return inner.login(attempt);
      },
    };
    const { connect } = await serve(t, { tls: several(), accounts, hosts: ['elsewhere.example'] });
    for (const [host, shown, told] of [
      ['two.example', 'two.example', 'two.example'],
      ['x.stars.example', 'stars', 'x.stars.example'],
      // No certificate stands for it: whoever changed the command on its way would not be found out.
      ['elsewhere.example', 'one.example', undefined],
    ] as const) {
      const client = await connect();
      await client.expect(220, `HOST ${host}`);
      await client.expect(234, 'AUTH TLS');
      assert.equal(nameOf(await client.handshake()), shown);
      await client.expect(331, 'USER u');
      await client.expect(530, 'PASS p');
      assert.equal(asked.pop(), told);
    }
  });

  test('RFC 7151: a HOST that is not the name of the TLS handshake is 504, the same name is not', async (t) => {
    const { connect } = await serve(t, { tls: several(), hosts: ['elsewhere.example'] });
    const client = await (await connect({ tls: { servername: 'two.example' } })).secure();
    assert.match(await client.told('HOST one.example'), /^504 The TLS session is for two\.example/);
    await client.expect(504, 'HOST elsewhere.example');
    await client.expect(220, 'HOST TWO.example');
    const nameless = await (await connect()).secure();
    await nameless.expect(220, 'HOST one.example');
    await nameless.expect(504, 'HOST nowhere.example');
    // What the handshake asks for goes before what HOST asked for in the clear.
    const torn = await connect({ tls: { servername: 'two.example' } });
    await torn.expect(220, 'HOST one.example');
    await torn.expect(234, 'AUTH TLS');
    assert.equal(nameOf(await torn.handshake()), 'two.example');
  });

  test('a reload changes the certificates for those who come later', async (t) => {
    const { connect, server } = await serve(t, { tls: several() });
    const old = await (await (await connect({ tls: { servername: 'two.example' } })).secure()).login();
    await server.reload({ accounts: new MemoryAccounts({ users: [] }), tls: two });
    await old.store('STOR f', 'goes on');
    const young = await connect();
    await young.expect(502, 'HOST two.example');
    await young.expect(234, 'AUTH TLS');
    assert.equal(nameOf(await young.handshake()), 'two.example');
  });

  test('a certificate that is awaited: 431 until a reload brings it', async (t) => {
    const { connect, server } = await serve(t, { tls: 'awaited', requireTls: 'both' });
    const early = await connect();
    await early.expect(431, 'AUTH TLS');
    await early.expect(534, 'USER u');
    await server.reload({ accounts: new MemoryAccounts({ users: [] }), tls: one });
    await (await connect()).secure();
  });

  test('clear text on a port with implicit TLS, and versions and ciphers that do not fit, are named in the log', async (t) => {
    const plain = await serve(t, { implicitTls: true, tls: several() });
    const mistaken = await serve(t, { implicitTls: true, tls: several() });
    await assert.rejects(
      mistaken.connect({
        tls: { maxVersion: 'TLSv1.1', minVersion: 'TLSv1', ciphers: 'DEFAULT@SECLEVEL=0' },
      }),
    );
    assert.equal((await mistaken.event('tls-failed')).fault, 'version');
    const { dial } = await import('./sockets.ts');
    const socket = await dial({ host: plain.host, port: plain.port });
    t.after(() => socket.destroy());
    socket.write('USER anonymous\r\n');
    const { fault, because } = await plain.event('tls-failed');
    assert.equal(fault, 'plaintext');
    assert.match(because, /does not speak TLS here/);
    const picky = await serve(t, {
      tls: several({ ciphers: 'ECDHE-ECDSA-AES256-GCM-SHA384', maxVersion: 'TLSv1.2' }),
    });
    const client = await picky.connect({
      tls: { ciphers: 'ECDHE-ECDSA-AES128-GCM-SHA256', maxVersion: 'TLSv1.2' },
    });
    await client.expect(234, 'AUTH TLS');
    await assert.rejects(client.handshake());
    assert.equal((await picky.event('tls-failed')).fault, 'cipher');
  });

  test('TLS for the login alone: CCC is possible after it, and nobody logs in without', async (t) => {
    const tls = several({ allowClear: true });
    const { connect } = await serve(t, { tls, requireTls: ['login', 'data'] });
    const client = await (await (await connect({ clearable: true })).secure()).login();
    await client.expect(200, 'CCC');
    await client.clear();
    await client.store('STOR f', 'data stay protected');
    await client.expect(534, 'PROT C');
    const plain = await connect();
    assert.match(await plain.told('USER u'), /^534 This server wants TLS: send AUTH TLS first/);
    await plain.expect(211, 'FEAT');
  });
});
