import assert from 'node:assert/strict';
import { createPrivateKey } from 'node:crypto';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { TestAuthority } from '@duoport/testkit';
import { generate } from 'selfsigned';
import { settle } from '../config/load-settings.ts';
import { planTls } from './tls-plan.ts';

const day = 86_400_000;

describe('what is read for TLS', () => {
  let folder: string;
  let authority: TestAuthority;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'duoport-tls-'));
    authority = await TestAuthority.make();
  });
  after(() => rm(folder, { recursive: true, force: true }));

  const put = (name: string, text: string) => writeFile(join(folder, name), text, { mode: 0o600 });
  const plan = (text: string) => planTls(settle(text, { file: join(folder, 'duoport.yaml') }), {});
  const server = (name: string, more: { readonly from?: number; readonly to?: number } = {}) =>
    authority.issue({ name, use: 'server', hosts: [name], ...more });
  const refused = async (text: string, because: RegExp) =>
    assert.rejects(plan(text), { name: 'UsageError', message: because });

  test('several certificates, each with its names, or those that it was given', async () => {
    const [one, two] = [await server('one.example'), await server('two.example')];
    await put('1.pem', `${one.cert}\n${one.key}`);
    await put('2.pem', `${two.cert}\n${two.key}`);
    const { certificates, files } = await plan(
      'tls: {certificate: 1.pem, key: 1.pem, certificates: [{certificate: 2.pem, key: 2.pem, names: [x.example]}]}',
    );
    assert.deepEqual(
      certificates.map(({ hosts, names }) => [hosts, names]),
      [
        ['one.example', undefined],
        ['two.example', ['x.example']],
      ],
    );
    assert.equal(files.length, 4);
  });

  test('what is wrong with a certificate is said with the file and the line', async () => {
    const good = await server('a.example');
    const expired = await server('b.example', { from: Date.now() - 9 * day, to: Date.now() - day });
    const future = await server('c.example', { from: Date.now() + day });
    const weak = await generate([{ name: 'commonName', value: 'weak' }], { keySize: 1024 });
    await put('good.pem', good.cert);
    await put('good.key', good.key);
    const pairs = { expired, future, weak: { cert: weak.cert, key: weak.private } };
    for (const [name, { cert, key }] of Object.entries(pairs)) {
      await put(`${name}.pem`, cert);
      await put(`${name}.key`, key);
    }
    const tls = (cert: string, key = cert) => `tls:\n  certificate: ${cert}.pem\n  key: ${key}.key\n`;
    await refused(tls('expired'), /line 2: tls\.certificate \S+: has run out on/);
    await refused(tls('future'), /line 2: tls\.certificate \S+: is not valid before/);
    await refused(tls('weak'), /line 2: tls\.certificate \S+: has a key that is too weak: RSA of 1024 bits/);
    await refused(tls('good', 'expired'), /line 3: tls\.key \S+: is not the key of the certificate/);
    await refused(tls('good', 'nothing'), /line 3: tls\.key \S+: cannot be read/);
    const inList = `tls: {certificates: [{certificate: good.pem, key: expired.key}]}`;
    await refused(inList, /tls\.certificates 1\.key \S+: is not the key/);
  });

  test('a key with a passphrase, which stands in a file', async () => {
    const { cert, key } = await server('a.example');
    const locked = createPrivateKey(key).export({
      type: 'pkcs8',
      format: 'pem',
      cipher: 'aes-256-cbc',
      passphrase: 'open sesame',
    });
    await put('c.pem', cert);
    await put('k.pem', String(locked));
    await put('p', 'open sesame\n');
    await put('wrong', 'open barley\n');
    const tls = (more: string) => `tls: {certificate: c.pem, key: k.pem${more}}`;
    const { certificates } = await plan(tls(', passphrase-file: p'));
    assert.equal(certificates[0]?.passphrase, 'open sesame');
    await refused(tls(''), /is not a PEM private key without a passphrase/);
    await refused(tls(', passphrase-file: wrong'), /does not hold its passphrase/);
  });

  test('what works and should not stay so is warned of', async () => {
    const soon = await server('soon.example', { to: Date.now() + 20.5 * day });
    await put('c.pem', soon.cert);
    await put('k.pem', soon.key);
    await chmod(join(folder, 'k.pem'), 0o644);
    const { warnings } = await plan('tls: {certificate: c.pem, key: k.pem}');
    assert.match(warnings[0] ?? '', /^Everybody on this machine can read the key \S+k\.pem: chmod o-r it\.$/);
    assert.match(
      warnings[1] ?? '',
      /^The certificate for soon\.example runs out on [\d-]+, in 20 days\. Renew it\.$/,
    );
  });

  test('settings that contradict each other are refused', async () => {
    const wrong: readonly (readonly [string, RegExp])[] = [
      ['tls: {self-signed: true, client-certificates: ask}', /needs tls\.client-authorities/],
      ['tls: {self-signed: true, client-authorities: ca.pem}', /asked for no certificates/],
      ['tls: {passphrase-file: p}', /no tls\.key that it could open/],
      ['tls: {self-signed: true, require: [control], clear-again: true}', /does not let TLS be taken off/],
      ['acme: {names: [ftp.example.org]}', /set acme\.terms-agreed to true/],
      ['acme: {email: a@b.example}', /No certificate is fetched: set acme\.names/],
      ['acme: {names: [a.example], terms-agreed: true, eab-key-id: x}', /go together/],
      ['acme: {names: [a.example], terms-agreed: true, webroot: w, listen: 80}', /leave out acme\.listen/],
      [
        '{listeners: [80], acme: {names: [a.example], terms-agreed: true}}',
        /listens on port 80 for something else/,
      ],
      ['{tls: {self-signed: true}, acme: {names: [a.example], terms-agreed: true}}', /cannot both be there/],
      ['acme: {names: ["*.example.org"], terms-agreed: true}', /A name is written ftp\.example\.org/],
      ['acme: {names: [a.example], terms-agreed: true, directory: "http://a.example"}', /acme\.directory/],
    ];
    for (const [text, because] of wrong)
      await assert.rejects(async () => plan(text), { name: 'UsageError', message: because }, text);
  });
});
