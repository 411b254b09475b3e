import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decodeInvitation, encodeInvitation, generateSecret, hashSecret } from './invitation.ts';

const invitation = {
  host: 'relay.example',
  port: 8443,
  fingerprint: 'AB:CD',
  name: 'office',
  secret: generateSecret(),
};

test('an invitation is one word that comes back whole', () => {
  const word = encodeInvitation(invitation);
  assert.match(word, /^[\w.-]+$/);
  assert.deepEqual(decodeInvitation(` ${word}\n`), invitation);
  const withoutPin = { ...invitation, fingerprint: undefined };
  assert.deepEqual(decodeInvitation(encodeInvitation(withoutPin)), withoutPin);
});

test('what is cut off or no invitation is none', () => {
  const word = encodeInvitation(invitation);
  for (let end = 0; end < word.length - 2; end += 1)
    assert.equal(decodeInvitation(word.slice(0, end)), undefined);
  for (const port of [0, 65_536, -1]) {
    assert.equal(decodeInvitation(encodeInvitation({ ...invitation, port })), undefined);
  }
  assert.equal(decodeInvitation(encodeInvitation({ ...invitation, name: '../etc' })), undefined);
});

test('secrets are long and their hashes tell nothing of them', () => {
  assert.equal(Buffer.from(generateSecret(), 'base64url').length, 32);
  assert.notEqual(generateSecret(), generateSecret());
  assert.ok(!hashSecret(invitation.secret).includes(invitation.secret));
});
