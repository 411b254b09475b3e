import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { decodeFeat, encodeFeat, featureList, hasFeature } from './feat.ts';
import { reply } from './reply.ts';

const usual = reply(
  211,
  'Features:',
  ' AUTH TLS',
  ' AUTH SSL',
  ' EPSV',
  ' rest stream',
  ' MLST type*;size;UNIX.mode*;',
  ' HASH SHA-256*;MD5',
  ' LANG en-US;fr*',
  ' PROT C;P;',
  'End',
);

test('FEAT: features with and without parameters', () => {
  const features = decodeFeat(usual);
  for (const feature of [
    'EPSV',
    'epsv',
    'AUTH TLS',
    'AUTH SSL',
    'REST STREAM',
    'PROT P',
    'HASH SHA-256',
    'HASH MD5',
  ]) {
    assert.equal(hasFeature(features, feature), true, feature);
  }
  for (const feature of ['EPRT', 'AUTH GSSAPI', 'PROT E', 'PRO', 'MLSD']) {
    assert.equal(hasFeature(features, feature), false, feature);
  }
  assert.deepEqual(features.quirks, []);
});

test('FEAT: lists with what is in use', () => {
  assert.deepEqual(featureList(decodeFeat(usual), 'MLST'), [
    { name: 'type', inUse: true },
    { name: 'size', inUse: false },
    { name: 'UNIX.mode', inUse: true },
  ]);
  assert.deepEqual(featureList(decodeFeat(usual), 'NONE'), []);
});

test('FEAT: lines that are not indented by one space', () => {
  const features = decodeFeat(reply(211, 'Features:', 'EPSV', '   MDTM', '', 'End'));
  assert.deepEqual([...features.lines.keys()], ['EPSV', 'MDTM']);
  assert.deepEqual(features.quirks, ['feat-indent']);
});

test('FEAT: none at all', () => {
  assert.equal(decodeFeat(reply(211, 'No features')).lines.size, 0);
  assert.deepEqual(encodeFeat([]), reply(211, 'No features'));
});

test('FEAT: what is encoded is decoded again', () => {
  const word = fc.string({ minLength: 1, maxLength: 6, unit: fc.constantFrom('A', 'B', 'Z', '0', '-') });
  fc.assert(
    fc.property(fc.uniqueArray(word), (words) => {
      const features = decodeFeat(encodeFeat(words.map((name) => `${name} x`)));
      assert.deepEqual(
        [...features.lines],
        words.map((name) => [name, ['x']]),
      );
    }),
  );
});

test('attack: a FEAT line with CR LF', () => {
  assert.throws(() => encodeFeat(['EPSV\r\n230 in']), { code: 'FTP_LOCAL_PROTOCOL' });
});
