import assert from 'node:assert/strict';
import { test } from 'node:test';
import { UsageError } from '../usage-error.ts';
import { clientChoice, destinationOf } from './way.ts';

const to = [{ host: 'a', port: 21, tls: 'none' }] as const;

test('one way, and what belongs to it', () => {
  assert.equal(clientChoice({ to }), undefined);
  const allow = ['203.0.113.0/24'];
  assert.deepEqual(clientChoice({ forward: 'login', allow }), { kind: 'login', allow });
  const sni = { forward: 'sni', allow, tlsSelfSigned: true } as const;
  assert.deepEqual(clientChoice(sni), { kind: 'sni', allow });
  assert.deepEqual(clientChoice({ forward: 'socks', allow }), { kind: 'socks', allow });
  assert.deepEqual(clientChoice({ transparent: true, allow }), { kind: 'transparent', allow });
  assert.deepEqual(clientChoice({ transparent: true }), { kind: 'transparent', allow: undefined });
  for (const flags of [
    {},
    { to, transparent: true },
    { to, forward: 'login', allow },
    { to, allow },
    { forward: 'login' },
    { forward: 'sni', allow },
    { forward: 'login', allow, balance: 'sticky' },
    { forward: 'socks', allow, proxyFrom: allow },
  ] as const)
    assert.throws(() => clientChoice(flags), UsageError);
});

test('an --allow that is none is a fault of usage', () => {
  assert.throws(() => destinationOf({ kind: 'login', allow: ['10.0.0.0/40'] }, {}), UsageError);
  assert.throws(() => destinationOf({ kind: 'transparent', allow: ['example.org'] }, {}), UsageError);
});
