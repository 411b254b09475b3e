import assert from 'node:assert/strict';
import { test } from 'node:test';
import { replyTo, told } from '../../test/handlers.ts';
import { MemoryFiles } from '../files/memory/memory-files.ts';

const files = new MemoryFiles({
  contents: { '/abc': 'abc', '/a name "x"': 'abc', '/empty': '', '/dir/': '' },
});

// The digests of `abc` are the test vectors of FIPS 180-2, RFC 1321 and, for CRC-32, of `cksum -a crc32b`.
const vectors = {
  'SHA-256': 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
  'SHA-512':
    'ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f',
  'SHA-1': 'a9993e364706816aba3e25717850c26c9cd0d89d',
  MD5: '900150983cd24fb0d6963f7d28e17f72',
  CRC32: '352441c2',
} as const;

for (const [algorithm, digest] of Object.entries(vectors)) {
  test(`HASH in ${algorithm}`, async () => {
    const hash = algorithm as keyof typeof vectors;
    assert.equal(
      await told('HASH abc', { files, parameters: { hash } }),
      `213 ${algorithm} 0-2 ${digest} abc`,
    );
  });
}

test('HASH over the bytes of RANG', async () => {
  const restart = { verb: 'RANG', argument: '1 1' };
  const text = await told('HASH abc', { files, restart, parameters: { hash: 'MD5' } });
  assert.equal(text, '213 MD5 1-1 92eb5ffee6ae2fec3ad71c777531578f abc');
  const whole = { verb: 'RANG', argument: '1 0' };
  assert.match(await told('HASH abc', { files, restart: whole }), / 0-2 /);
});

test('the older verbs, with names in quotes and parts of files', async () => {
  assert.equal(await told('XCRC abc', { files }), '250 352441C2');
  assert.equal(await told('XMD5 "a name ""x"""', { files }), `250 ${vectors.MD5.toUpperCase()}`);
  assert.equal(await told('XSHA1 abc', { files }), `250 ${vectors['SHA-1'].toUpperCase()}`);
  assert.equal(await told('XSHA256 abc', { files }), `250 ${vectors['SHA-256'].toUpperCase()}`);
  assert.equal(await told('XSHA512 abc', { files }), `250 ${vectors['SHA-512'].toUpperCase()}`);
  assert.equal(await told('MD5 abc', { files }), `250 ${vectors.MD5.toUpperCase()}`);
  assert.equal(await told('XMD5 "abc" 1 2', { files }), '250 92EB5FFEE6AE2FEC3AD71C777531578F');
  assert.equal(await told('XMD5 a name "x"', { files }), `250 ${vectors.MD5.toUpperCase()}`);
});

test('an empty file has a hash, a directory and nothing have none', async () => {
  assert.equal((await replyTo('HASH empty', { files })).code, 213);
  assert.equal((await replyTo('HASH dir', { files })).code, 550);
  assert.equal((await replyTo('XMD5 nothing', { files })).code, 550);
  assert.equal((await replyTo('HASH abc', { files, restart: { verb: 'RANG', argument: '7 9' } })).code, 554);
});
