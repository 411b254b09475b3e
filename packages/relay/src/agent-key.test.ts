import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { test } from 'node:test';
import { generateAgentKey, publicKeyOf, readAgentKey, signBinding, verifyBinding } from './agent-key.ts';

const key = readAgentKey(generateAgentKey());
const binding = Buffer.alloc(32, 7);

test('a signature holds for its key, its name and its connection alone', () => {
  const signature = signBinding(key, 'office', binding);
  const known = publicKeyOf(key);
  assert.ok(verifyBinding(known, signature, { name: 'office', binding }));
  assert.ok(!verifyBinding(known, signature, { name: 'other', binding }));
  assert.ok(!verifyBinding(known, signature, { name: 'office', binding: Buffer.alloc(32, 8) }));
  const other = publicKeyOf(readAgentKey(generateAgentKey()));
  assert.ok(!verifyBinding(other, signature, { name: 'office', binding }));
});

test('a key that is none, or of another kind, proves nothing', () => {
  const facts = { name: 'office', binding };
  for (const nonsense of ['', 'AAAA', '%', 'x'.repeat(10_000)]) {
    assert.equal(verifyBinding(nonsense, '', facts), false);
  }
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const spki = publicKey.export({ type: 'spki', format: 'der' }).toString('base64');
  assert.equal(verifyBinding(spki, 'AAAA', facts), false);
  assert.throws(
    () => readAgentKey(privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()),
    RangeError,
  );
  assert.throws(() => readAgentKey('nothing'), RangeError);
});
