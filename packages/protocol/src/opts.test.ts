import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { isFault } from './fault.ts';
import { decodeOpts, encodeOpts, type Options, optionsVerb } from './opts.ts';
import { findVerb } from './verbs.ts';

const wire: readonly (readonly [string, Options])[] = [
  ['UTF8 ON', { kind: 'utf8', on: true }],
  ['utf8 off', { kind: 'utf8', on: false }],
  ['UTF-8', { kind: 'utf8', on: true }],
  ['UTF8 NLST', { kind: 'utf8', on: true }],
  ['MLST type;size;', { kind: 'mlst', facts: new Set(['type', 'size']) }],
  ['MLST Type;UNKNOWN;UNIX.mode', { kind: 'mlst', facts: new Set(['type', 'unix.mode']) }],
  ['MLST', { kind: 'mlst', facts: new Set() }],
  ['HASH SHA-256', { kind: 'hash', algorithm: 'SHA-256' }],
  ['HASH', { kind: 'hash', algorithm: undefined }],
  ['MODE Z LEVEL 9', { kind: 'mode-z', level: 9 }],
  ['mode z', { kind: 'mode-z', level: undefined }],
];

for (const [text, options] of wire) {
  test(`OPTS: ${text}`, () => assert.deepEqual(decodeOpts(text), options));
}

for (const [text, reason] of [
  ['', 'unknown'],
  ['RETR x', 'unknown'],
  ['UTF8 maybe', 'syntax'],
  ['HASH a b', 'syntax'],
  ['MODE S', 'syntax'],
  ['MODE Z LEVEL', 'syntax'],
  ['MODE Z LEVEL 10', 'syntax'],
  ['MODE Z ENGINE 1', 'syntax'],
] as const) {
  test(`OPTS: ${JSON.stringify(text)} is a fault (${reason})`, () => {
    const decoded = decodeOpts(text);
    assert.ok(isFault(decoded) && decoded.reason === reason);
  });
}

test('OPTS: what is encoded is decoded again', () => {
  for (const [, options] of wire) assert.deepEqual(decodeOpts(encodeOpts(options)), options);
});

test('OPTS: each kind has its row in the verb table', () => {
  for (const verb of Object.values(optionsVerb)) assert.ok(findVerb(verb), verb);
});

test('attack: CR LF in an algorithm', () => {
  assert.throws(() => encodeOpts({ kind: 'hash', algorithm: 'MD5\r\nDELE x' }), {
    code: 'FTP_LOCAL_PROTOCOL',
  });
  assert.throws(() => encodeOpts({ kind: 'mode-z', level: 10 }), { code: 'FTP_LOCAL_PROTOCOL' });
});

test('attack: garbage gives options or a fault, never a throw', () => {
  fc.assert(fc.property(fc.string(), (input) => void decodeOpts(input)));
});
