import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { LdapAccounts, type LdapAccountsOptions } from '@duoport/accounts';
import {
  AccountsUnavailable,
  type Login,
  type LoginAttempt,
  MemoryFiles,
  type Refusal,
  wrongPassword,
} from '@duoport/server';
import { certificate } from '@duoport/testkit';
import { slapdTree, startLdap } from './ldap-server.ts';

const root = slapdTree();
const files = new MemoryFiles();
const base = 'ou=people,dc=example,dc=org';
const service = { bindDn: 'cn=service,dc=example,dc=org', bindPassword: 'searching' };

/** Answers with one message of a gigabyte, as fast as it is read. */
async function startEndless(): Promise<{ readonly url: string } & AsyncDisposable> {
  const block = Buffer.alloc(65_536, 1);
  const server = createServer((socket) => {
    const more = () => {
      while (!socket.destroyed && socket.write(block));
    };
    socket.on('error', () => undefined);
    socket.on('drain', more);
    socket.once('data', () => {
      socket.write(Buffer.from([0x30, 0x84, 0x40, 0, 0, 0]));
      more();
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `ldap://127.0.0.1:${(server.address() as AddressInfo).port}`,
    [Symbol.asyncDispose]: async () => {
      const closed = once(server, 'close');
      server.close();
      await closed;
    },
  };
}

function attempt(user: string, password: string | undefined): LoginAttempt {
  return { user, password, peer: { address: '127.0.0.1', port: 40_000, family: 4 }, secure: true };
}

function nameOf(answer: Login | Refusal | undefined): string | undefined {
  return answer && ('because' in answer ? answer.because : answer.user);
}

if (root === undefined) {
  test('LDAP', (t) => t.skip('not installed: slapd'));
} else {
  const home = await mkdtemp(join(tmpdir(), 'duoport-home-'));
  const server = await startLdap(root, home);
  after(async () => {
    await server[Symbol.asyncDispose]();
    await rm(home, { recursive: true });
  });
  const search = { url: server.url, startTls: false, base, ...service, files };

  const logins = async (
    options: LdapAccountsOptions,
    names: readonly (readonly [string, string | undefined, string | undefined])[],
  ): Promise<void> => {
    const accounts = new LdapAccounts(options);
    try {
      for (const [user, password, expected] of names)
        assert.equal(nameOf(await accounts.login(attempt(user, password))), expected, `${user} ${password}`);
    } finally {
      accounts.close();
    }
  };
  const wrong = wrongPassword.because;
  const everybody = [
    ['ann', 'secret-ann', 'ann'],
    ['ann', 'secret-bob', wrong],
    ['bob', 'secret-bob', 'bob'],
    ['zoë', 'secret-zoë', 'zoë'],
    ['nobody', 'secret-ann', undefined],
    ['ann', undefined, undefined],
  ] as const;

  test('search and bind: people of the directory come in with their passwords', () =>
    logins(search, everybody));

  test('search and bind over StartTLS and over ldaps, where the certificate is verified', async () => {
    const ca = certificate.cert;
    await logins({ ...search, startTls: true, ca }, everybody);
    await logins({ ...search, url: server.ldaps, ca }, everybody);
    for (const options of [
      { ...search, startTls: true },
      { ...search, url: server.ldaps },
      // The certificate is for localhost and 127.0.0.1.
      { ...search, startTls: true, ca, url: server.url.replace('127.0.0.1', '127.0.0.2') },
    ]) {
      const accounts = new LdapAccounts(options);
      await assert.rejects(accounts.login(attempt('ann', 'secret-ann')), AccountsUnavailable);
      accounts.close();
    }
  });

  test('a template instead of a search: the bind says whether the password is right', async () => {
    const { base: _, bindDn: __, bindPassword: ___, ...direct } = { ...search, userDn: `uid={user},${base}` };
    await logins(direct, [
      ['ann', 'secret-ann', 'ann'],
      ['ann', 'secret-bob', undefined],
      ['nobody', 'x', undefined],
      ['zoë', 'secret-zoë', 'zoë'],
    ]);
    await logins({ ...direct, filter: '(&(uid={user})(description=list))' }, [
      ['ann', 'secret-ann', 'ann'],
      ['bob', 'secret-bob', 'the filter (&(uid=bob)(description=list)) leaves it out'],
    ]);
  });

  test('attack: an empty password is no password, though LDAP would take it', async () => {
    await logins(search, [['ann', '', undefined]]);
    await logins({ ...search, base: undefined, userDn: `uid={user},${base}` }, [['ann', '', undefined]]);
  });

  test('attack: names with the signs of filters and distinguished names are names', async () => {
    const hostile = [
      '*',
      'ann)(uid=*',
      'a*',
      '*)(|(objectClass=*',
      'ann,ou=people',
      'ann\0',
      '\\61nn',
      'ann\\00',
      '(',
      '\udcfc',
    ];
    const asked = hostile.map((name) => [name, 'secret-ann', undefined] as const);
    await logins(search, [...asked, ['Eve*', 'secret-Eve*', 'Eve*'], ['Eve*x', 'secret-Eve*', undefined]]);
    const { base: _, ...direct } = { ...search, userDn: `uid={user},${base}` };
    await logins(direct, [
      ...asked,
      ['ann,ou=people,dc=example,dc=org', 'secret-ann', undefined],
      ['ann+uid=bob', 'secret-ann', undefined],
    ]);
  });

  test('names that LDAP takes for the same are one user', () =>
    logins(search, [
      ['ANN', 'secret-ann', 'ann'],
      [' Ann ', 'secret-ann', 'ann'],
    ]));

  test('a filter that finds two people lets nobody in', () =>
    logins({ ...search, filter: '(|(uid={user})(uid=bob))' }, [
      ['ann', 'secret-ann', 'the search finds more than one entry for this name'],
    ]));

  test('groups: only some are let in, and groups and attributes say rules', async () => {
    const groupBase = 'ou=groups,dc=example,dc=org';
    await logins({ ...search, groupBase, onlyGroups: ['Staff'] }, [
      ['ann', 'secret-ann', 'ann'],
      ['bob', 'secret-bob', 'it is in none of the groups Staff'],
      ['bob', 'wrong', wrong],
    ]);
    const groupRules = { ftp: { sessions: 3, rateUp: 5000 }, staff: { sessions: 9 } };
    const attributes = { directory: 'homeDirectory', permissions: 'description' };
    const accounts = new LdapAccounts({
      ...search,
      groupBase,
      groupRules,
      attributes,
      rules: { rateUp: 2000, rateDown: 4000 },
    });
    const ann = await accounts.login(attempt('ann', 'secret-ann'));
    assert.ok(ann && 'files' in ann);
    assert.deepEqual([...ann.permissions].sort(), ['list', 'none', 'read']);
    assert.deepEqual([ann.limits?.sessions, ann.limits?.toServer, ann.limits?.toClient], [9, 5000, 4000]);
    const bob = await accounts.login(attempt('bob', 'secret-bob'));
    assert.equal(bob && 'files' in bob && bob.limits?.sessions, 3);
    accounts.close();
  });

  test('an attribute that says no rule keeps everybody out, with the reason', async () => {
    const accounts = new LdapAccounts({ ...search, attributes: { sessions: 'sn' } });
    await assert.rejects(
      accounts.login(attempt('ann', 'secret-ann')),
      /its attributes say what is no rule: sessions: a whole number/,
    );
    accounts.close();
  });

  test('a name that a certificate proved needs no password', async () => {
    const accounts = new LdapAccounts(search);
    assert.equal(nameOf(await accounts.login({ ...attempt('ann', undefined), proven: true })), 'ann');
    assert.equal(await accounts.login({ ...attempt('nobody', undefined), proven: true }), undefined);
    accounts.close();
  });

  test('check says what is wrong: the password of who searches, a base that is not there', async () => {
    const fault = async (options: Partial<LdapAccountsOptions>): Promise<string> => {
      const accounts = new LdapAccounts({ ...search, ...options });
      const error = await accounts.check().then(
        () => undefined,
        (reason: unknown) => reason,
      );
      accounts.close();
      assert.ok(error === undefined || error instanceof AccountsUnavailable);
      return error?.message ?? 'good';
    };
    assert.equal(await fault({}), 'good');
    assert.match(
      await fault({ bindPassword: 'wrong' }),
      /it refuses cn=service,dc=example,dc=org: invalid credentials \(49\)$/,
    );
    assert.match(
      await fault({ base: 'ou=nowhere,dc=example,dc=org' }),
      /cannot be used: no such object \(32\)$/,
    );
    assert.match(await fault({ url: 'ldap://127.0.0.1:1' }), /ECONNREFUSED/);
  });

  test('many logins at once share few connections', async () => {
    const accounts = new LdapAccounts({ ...search, connections: 2 });
    const answers = await Promise.all(
      Array.from({ length: 40 }, (_, index) =>
        accounts.login(attempt('ann', index % 2 === 0 ? 'secret-ann' : 'x')),
      ),
    );
    assert.deepEqual(
      answers.map(nameOf),
      Array.from({ length: 40 }, (_, index) => (index % 2 === 0 ? 'ann' : wrong)),
    );
    accounts.close();
  });

  test('attack: a server whose answer does not end is hung up on', async () => {
    await using hostile = await startEndless();
    const accounts = new LdapAccounts({ ...search, url: hostile.url, bindDn: undefined, timeout: 20_000 });
    await assert.rejects(accounts.login(attempt('ann', 'secret-ann')), /more than 1048576 bytes came/);
    accounts.close();
  });

  test('a server that is gone is unavailable, and is used again when it is back; so is one that hangs', async () => {
    const accounts = new LdapAccounts({ ...search, timeout: 10_000 });
    assert.equal(nameOf(await accounts.login(attempt('ann', 'secret-ann'))), 'ann');
    await server.stop();
    for (let count = 0; count < 3; count += 1)
      await assert.rejects(accounts.login(attempt('ann', 'secret-ann')), AccountsUnavailable);
    await server.start();
    assert.equal(nameOf(await accounts.login(attempt('ann', 'secret-ann'))), 'ann');
    accounts.close();
    const hasty = new LdapAccounts({ ...search, timeout: 200, connections: 1 });
    server.freeze();
    const answers = await Promise.allSettled(
      Array.from({ length: 3 }, () => hasty.login(attempt('ann', 'secret-ann'))),
    );
    server.thaw();
    for (const answer of answers) {
      assert.ok(answer.status === 'rejected' && answer.reason instanceof AccountsUnavailable);
      assert.match(answer.reason.message, /no answer within 0\.2 s/);
    }
    hasty.close();
    const patient = new LdapAccounts({ ...search, timeout: 10_000 });
    assert.equal(nameOf(await patient.login(attempt('ann', 'secret-ann'))), 'ann');
    patient.close();
  });
}
