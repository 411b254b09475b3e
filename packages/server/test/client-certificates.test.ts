import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { type Accounts, type LoginAttempt, MemoryAccounts, type ServerOptions } from '@duoport/server';
import { certificate, TestAuthority } from '@duoport/testkit';
import { serve } from './serving.ts';

const day = 86_400_000;

describe('client certificates', () => {
  let authority: TestAuthority;
  let alice: Awaited<ReturnType<TestAuthority['issue']>>;
  let mallory: Awaited<ReturnType<TestAuthority['issue']>>;

  before(async () => {
    authority = await TestAuthority.make();
    alice = await authority.issue({ name: 'alice', emails: ['alice@example.org'] });
    mallory = await (await TestAuthority.make('Another Authority')).issue({ name: 'alice' });
  });

  const asking = (wanted: 'ask' | 'require', crl?: string): ServerOptions['tls'] => ({
    ...certificate,
    clientCertificates: { wanted, ca: authority.cert, crl },
  });

  /** Accounts that keep what they were asked. */
  const curious = (attempts: LoginAttempt[]): Accounts => {
    const inner = new MemoryAccounts({ users: [{ name: 'u', password: 'p', directory: '/' }] });
    return {
      login: (attempt) => {
        attempts.push(attempt);
        return inner.login(attempt);
      },
    };
  };

  for (const implicitTls of [false, true]) {
    const how = implicitTls ? 'implicit' : 'explicit';
    for (const maxVersion of ['TLSv1.2', 'TLSv1.3'] as const) {
      test(`the account source is told who has shown a certificate: ${how} TLS, ${maxVersion}`, async (t) => {
        const attempts: LoginAttempt[] = [];
        const { connect, event } = await serve(t, {
          implicitTls,
          tls: asking('require'),
          accounts: curious(attempts),
        });
        const client = await connect({ tls: { ...alice, maxVersion } });
        if (!implicitTls) await client.secure();
        await client.login();
        const [{ certificate: shown } = assert.fail()] = attempts;
        assert.equal(shown?.commonName, 'alice');
        assert.deepEqual(shown?.names, [{ kind: 'email', value: 'alice@example.org' }]);
        assert.equal(shown?.serial, alice.serial.toUpperCase());
        assert.equal(shown?.issuer, 'CN=Test Authority');
        assert.match(shown?.fingerprint ?? '', /^([0-9A-F]{2}:){31}[0-9A-F]{2}$/);
        assert.deepEqual(structuredClone(shown), shown);
        if (!implicitTls) assert.equal((await event('secured')).certificate, 'CN=alice');
      });

      test(`nobody goes on without one where it is required, and hears why: ${how} TLS, ${maxVersion}`, async (t) => {
        const { connect, event } = await serve(t, { implicitTls, tls: asking('require') });
        const tls = { maxVersion };
        const client = await connect({ tls, silent: true });
        if (!implicitTls) {
          await client.reply();
          await client.expect(234, 'AUTH TLS');
          await client.handshake();
        }
        const last = await client.expectReply(421);
        assert.match(last.lines[0] ?? '', /wants a client certificate and got none/);
        await client.ended;
        assert.equal((await event('tls-failed')).fault, 'certificate');
      });
    }
  }

  test('where it is only asked for, a client without one logs in with a password', async (t) => {
    const attempts: LoginAttempt[] = [];
    const { connect } = await serve(t, { tls: asking('ask'), accounts: curious(attempts) });
    await (await (await connect()).secure()).login();
    assert.equal(attempts[0]?.certificate, undefined);
  });

  test('attack: certificates that are not good are refused, with the reason', async (t) => {
    const expired = await authority.issue({ name: 'old', from: Date.now() - 9 * day, to: Date.now() - day });
    const future = await authority.issue({ name: 'young', from: Date.now() + day });
    const server = await authority.issue({ name: 'server', use: 'server' });
    const cases = [
      [mallory, /not signed by an authority that this server trusts/],
      [expired, /has expired/],
      [future, /is not valid yet/],
      [server, /not made for clients/],
    ] as const;
    for (const wanted of ['ask', 'require'] as const) {
      const { connect } = await serve(t, { tls: asking(wanted) });
      for (const [{ cert, key }, because] of cases) {
        const client = await connect({ tls: { cert, key } });
        await client.expect(234, 'AUTH TLS');
        await client.handshake();
        assert.match((await client.expectReply(421)).lines[0] ?? '', because);
        await client.ended;
      }
    }
  });

  test('revoked certificates are refused, and all are where the list has run out', async (t) => {
    const bob = await authority.issue({ name: 'bob' });
    const { connect, server } = await serve(t, {
      tls: asking('require', await authority.revoked([bob.serial])),
    });
    const refusal = async (tls: { readonly cert: string; readonly key: string }) => {
      const client = await connect({ tls });
      await client.expect(234, 'AUTH TLS');
      await client.handshake();
      return (await client.expectReply(421)).lines[0] ?? '';
    };
    const known = await (await (await connect({ tls: alice })).secure()).login();
    assert.match(await refusal(bob), /was revoked/);
    const accounts = new MemoryAccounts({ users: [] });
    await server.reload({ accounts, tls: asking('require', await authority.revoked([], Date.now() - day)) });
    assert.match(await refusal(alice), /list of what its authority revoked has run out/);
    await known.expect(200, 'NOOP');
    const other = await (await TestAuthority.make('Another Authority')).revoked([]);
    await server.reload({ accounts, tls: asking('require', other) });
    assert.match(await refusal(alice), /has no list/);
  });

  for (const maxVersion of ['TLSv1.2', 'TLSv1.3'] as const) {
    test(`data connections resume, or show the same certificate again: ${maxVersion}`, async (t) => {
      const { connect } = await serve(t, { tls: asking('require') });
      const client = await (await (await connect({ tls: { ...alice, maxVersion } })).secure()).login();
      await client.store('STOR f', 'resumed');
      const { socket } = await client.setUp('EPSV');
      await client.expect(150, 'STOR g');
      const tls = await client.secureData(await socket, false);
      tls.end('shown again');
      await client.expectReply(226);
    });
  }

  test('attack: a data connection with another certificate, or with none, is refused', async (t) => {
    const bob = await authority.issue({ name: 'bob' });
    for (const wanted of ['ask', 'require'] as const) {
      const { connect, memory } = await serve(t, { tls: asking(wanted) });
      const client = await (
        await (await connect({ tls: { ...alice, maxVersion: 'TLSv1.2' } })).secure()
      ).login();
      const thief = await (await connect({ tls: { ...bob, maxVersion: 'TLSv1.2' } })).secure();
      for (const [from, because] of [
        [thief, /another client certificate/],
        [await connect(), /nor shows its client certificate/],
      ] as const) {
        const { socket } = await client.setUp('EPSV');
        await client.expect(150, 'STOR f');
        from.secureData(await socket, false).catch(() => undefined);
        assert.match((await client.expectReply(522)).lines[0] ?? '', because);
        assert.throws(() => memory.stat('/f'), { kind: 'not-found' });
      }
    }
  });
});
