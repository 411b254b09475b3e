import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decodeFeat, findVerb, isFault, verbs } from '@duoport/protocol';
import { certificate } from '@duoport/testkit';
import { changeOf, replyTo, told } from '../../test/handlers.ts';
import { handlerOf } from '../commands.ts';

test('FEAT, whole, for a session that may do everything', async () => {
  const options = { tls: { ...certificate, allowClear: true }, hosts: ['a'] };
  const { code, lines } = await replyTo('FEAT', { options });
  assert.equal(code, 211);
  assert.deepEqual(
    lines.slice(1, -1).map((line) => line.trim()),
    [
      'AUTH TLS',
      'AVBL',
      'CCC',
      'CLNT',
      'CSID',
      'EPRT',
      'EPSV',
      'ESTA',
      'ESTP',
      'HASH SHA-256*;SHA-512;SHA-1;MD5;CRC32',
      'HOST',
      'LANG EN*',
      'MD5',
      'MDTM',
      'MFCT',
      'MFF Modify;Create;UNIX.mode;',
      'MFMT',
      'MLST type*;size*;modify*;perm*;unique*;UNIX.mode*;UNIX.owner*;UNIX.group*;',
      'MODE Z',
      'PBSZ',
      'PRET',
      'PROT',
      'RANG STREAM',
      'REST STREAM',
      'SITE NONCE',
      'SITE PROBE',
      'SIZE',
      'TVFS',
      'UTF8',
      'XCRC',
      'XMD5',
      'XSHA1',
      'XSHA256',
      'XSHA512',
    ],
  );
});

test('FEAT before the login promises nothing that depends on the files', async () => {
  const feat = decodeFeat(await replyTo('FEAT', { login: null }));
  assert.ok(!isFault(feat));
  const text = (await replyTo('FEAT', { login: null })).lines.join('\n');
  for (const word of ['MFMT', 'MFF', 'AVBL', 'AUTH', 'PROT', 'CCC', 'HOST'])
    assert.ok(!text.includes(word), word);
});

test('FEAT follows OPTS', async () => {
  const parameters = { hash: 'MD5', facts: new Set(['size'] as const) } as const;
  const text = await told('FEAT', { parameters });
  assert.match(text, /HASH SHA-256;SHA-512;SHA-1;MD5\*;CRC32/);
  assert.match(text, /MLST type;size\*;modify;/);
});

test('HELP names every verb that has a handler, each with its syntax', async () => {
  const options = { tls: { ...certificate, allowClear: true }, hosts: ['a'] };
  const text = await told('HELP', { options });
  const words = new Set(text.split(/\s+/));
  for (const row of verbs) {
    if (row.verb.includes(' ') || row.aliasOf !== undefined) continue;
    assert.equal(words.has(row.verb), handlerOf(row) !== undefined, row.verb);
  }
  assert.equal(await told('HELP retr', { options }), `214 RETR <pathname>: ${findVerb('RETR')?.summary}`);
  assert.equal((await replyTo('HELP ACCT', { options })).code, 504);
  assert.equal((await replyTo('HELP FROB', { options })).code, 504);
});

test('SYST, NOOP, LANG, CLNT, CSID', async () => {
  assert.equal(await told('SYST'), '215 UNIX Type: L8');
  assert.equal(await told('NOOP'), '200 OK');
  for (const line of ['LANG', 'LANG EN', 'LANG en-GB']) assert.equal((await replyTo(line)).code, 200, line);
  assert.equal((await replyTo('LANG de')).code, 504);
  assert.deepEqual((await changeOf('CLNT lftp/4.9')).parameters, { client: 'lftp/4.9' });
  assert.match(await told('CSID Name=x; Version=1;'), /^200 Name=duoport;/);
});

test('ABOR with nothing to abort is no error', async () => {
  assert.equal((await replyTo('ABOR')).code, 226);
});
