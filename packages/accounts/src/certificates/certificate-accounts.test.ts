import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ClientCertificate } from '@duoport/net';
import { type LoginAttempt, MemoryAccounts, MemoryFiles } from '@duoport/server';
import { CertificateAccounts, type CertificateAccountsOptions } from './certificate-accounts.ts';

const accounts = new MemoryAccounts({
  files: new MemoryFiles(),
  users: [
    { name: 'ann', password: 'secret' },
    { name: 'bob', password: 'secret' },
  ],
  anonymous: {},
});
const fingerprint = Array.from({ length: 32 }, (_, index) => (index + 160).toString(16))
  .join(':')
  .toUpperCase();
const certificate: ClientCertificate = {
  commonName: 'ann',
  names: [
    { kind: 'email', value: 'ann@example.org' },
    { kind: 'dns', value: 'camera-1.example.org' },
  ],
  fingerprint,
  serial: '01',
  subject: 'CN=ann, O=Example',
  issuer: 'CN=authority',
  validTo: 0,
};

function attempt(user: string, more: Partial<LoginAttempt> = {}): LoginAttempt {
  const peer = { address: '127.0.0.1', port: 40_000, family: 4 } as const;
  return { user, password: undefined, peer, secure: true, certificate, ...more };
}

/** The step, and who comes in by it; with a password where one is asked for. */
async function login(
  options: CertificateAccountsOptions,
  asked: LoginAttempt,
  password?: string,
): Promise<readonly [string, string | undefined]> {
  const all = new CertificateAccounts(accounts, options);
  const step = await all.begin(asked);
  const answer = await all.login(step === 'proven' ? { ...asked, proven: true } : { ...asked, password });
  return [step, answer && ('because' in answer ? answer.because : answer.user)];
}

const none = 'no certificate of this user';

test('a certificate that names the user is enough, and the password counts where there is none', async () => {
  const options = { policy: 'enough', names: ['common-name'] } as const;
  assert.deepEqual(await login(options, attempt('ann')), ['proven', 'ann']);
  assert.deepEqual(await login(options, attempt('bob'), 'secret'), ['password', 'bob']);
  assert.deepEqual(await login(options, attempt('bob'), 'wrong'), ['password', undefined]);
  const { certificate: _, ...without } = attempt('ann');
  assert.deepEqual(await login(options, without, 'secret'), ['password', 'ann']);
  assert.deepEqual(await login(options, without, 'wrong'), ['password', undefined]);
});

test('users are known by any mark of their certificate, however a fingerprint is written', async () => {
  for (const mark of [
    'email:ann@example.org',
    'dns:camera-1.example.org',
    'subject:CN=ann, O=Example',
    `sha256:${fingerprint}`,
    `SHA256:${fingerprint.replaceAll(':', '').toLowerCase()}`,
  ]) {
    const options = { policy: 'enough', users: { bob: [mark] } } as const;
    assert.deepEqual(await login(options, attempt('bob')), ['proven', 'bob'], mark);
    assert.deepEqual(await login(options, attempt('ann'), 'wrong'), ['password', undefined], mark);
  }
  for (const mark of [
    'email:ann',
    'email:Ann@example.org',
    'dns:ann@example.org',
    'subject:CN=ann',
    'sha256:00',
  ])
    assert.deepEqual(await login({ policy: 'enough', users: { bob: [mark] } }, attempt('bob')), [
      'password',
      undefined,
    ]);
});

test('certificate and password: neither is enough', async () => {
  const options = { policy: 'both', names: ['common-name'] } as const;
  assert.deepEqual(await login(options, attempt('ann'), 'secret'), ['password', 'ann']);
  assert.deepEqual(await login(options, attempt('ann'), 'wrong'), ['password', undefined]);
  assert.deepEqual(await login(options, attempt('bob'), 'secret'), ['password', none]);
  assert.deepEqual(await login(options, attempt('bob'), 'wrong'), ['password', none]);
  assert.deepEqual(await login(options, attempt('nobody'), 'wrong'), ['password', none]);
  const all = new CertificateAccounts(accounts, options);
  assert.equal(await all.login({ ...attempt('ann'), proven: true }), undefined);
});

test('certificates only: a password is worth nothing; guests come in as before', async () => {
  const options = { policy: 'only', names: ['common-name'] } as const;
  assert.deepEqual(await login(options, attempt('ann')), ['proven', 'ann']);
  assert.deepEqual(await login(options, attempt('bob'), 'secret'), ['password', none]);
  const { certificate: _, ...guest } = attempt('anonymous', { secure: false });
  assert.deepEqual(await login(options, guest, 'me@example.org'), ['address', 'anonymous']);
});

test('attack: a certificate proves nothing after TLS is gone, nor for the empty name, nor one that it does not name', async () => {
  const options = { policy: 'enough', names: ['common-name'] } as const;
  assert.deepEqual(await login(options, attempt('ann', { secure: false })), ['password', undefined]);
  assert.deepEqual(await login(options, attempt('', { certificate: { ...certificate, commonName: '' } })), [
    'password',
    undefined,
  ]);
  const all = new CertificateAccounts(accounts, options);
  assert.equal(await all.login({ ...attempt('bob'), proven: true }), undefined);
  assert.equal(await all.login({ ...attempt('constructor'), proven: true }), undefined);
});

test('who is named by a certificate and is no user does not come in', async () => {
  const nobody = attempt('eve', { certificate: { ...certificate, commonName: 'eve' } });
  assert.deepEqual(await login({ policy: 'enough', names: ['common-name'] }, nobody), ['proven', undefined]);
});
