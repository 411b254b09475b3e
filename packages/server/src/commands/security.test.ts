import assert from 'node:assert/strict';
import { test } from 'node:test';
import { certificate } from '@duoport/testkit';
import { changeOf, replyTo } from '../../test/handlers.ts';

const options = { tls: { ...certificate, allowClear: true } };

test('AUTH knows TLS by all its names, and no other mechanism', async () => {
  for (const name of ['TLS', 'tls', 'TLS-C', 'SSL'])
    assert.equal((await replyTo(`AUTH ${name}`, { options })).code, 234, name);
  for (const name of ['GSSAPI', 'TLS-P', 'KERBEROS_V4'])
    assert.equal((await replyTo(`AUTH ${name}`, { options })).code, 504, name);
});

test('without a certificate AUTH, PBSZ and PROT are 502', async () => {
  for (const line of ['AUTH TLS', 'PBSZ 0', 'PROT P', 'CCC'])
    assert.equal((await replyTo(line)).code, 502, line);
});

test('PBSZ is always 0', async () => {
  assert.deepEqual(await replyTo('PBSZ 16384', { options }), { code: 200, lines: ['PBSZ=0'] });
  assert.equal((await replyTo('PBSZ x', { options })).code, 501);
});

test('PROT C and P, and no others', async () => {
  assert.deepEqual((await changeOf('PROT P', { options })).parameters, { protection: 'private' });
  assert.deepEqual((await changeOf('PROT c', { options })).parameters, { protection: 'clear' });
  for (const level of ['S', 'E']) assert.equal((await replyTo(`PROT ${level}`, { options })).code, 536);
  assert.equal((await replyTo('PROT X', { options })).code, 504);
});

test('CCC is granted where it was allowed and nothing requires TLS', async () => {
  assert.equal((await replyTo('CCC', { options })).code, 200);
  assert.equal((await replyTo('CCC', { options: { tls: certificate } })).code, 502);
  const strict = { ...options, requireTls: 'both' } as const;
  assert.equal((await replyTo('CCC', { options: strict, secure: true })).code, 502);
});
