import assert from 'node:assert/strict';
import { test } from 'node:test';
import { afterFailure, afterSuccess, planVerbs } from './data-plan.ts';

const plan = (wish: Partial<Parameters<typeof planVerbs>[0]>) =>
  planVerbs({ mode: 'auto', dataVerb: undefined, family: 4, facts: undefined, ...wish });

test('auto is passive first and then active', () => {
  assert.deepEqual(plan({}), ['EPSV', 'PASV', 'EPRT', 'PORT']);
  assert.deepEqual(plan({ mode: 'passive' }), ['EPSV', 'PASV']);
  assert.deepEqual(plan({ mode: 'active' }), ['EPRT', 'PORT']);
});

test('IPv6 has the extended verbs only', () => {
  assert.deepEqual(plan({ family: 6 }), ['EPSV', 'EPRT']);
});

test('a pinned verb is the only one, even on IPv6', () => {
  assert.deepEqual(plan({ mode: 'passive', dataVerb: 'PORT', family: 6 }), ['PORT']);
});

test('what works comes first, what does not comes last', () => {
  const noEpsv = afterFailure(undefined, 'EPSV');
  assert.deepEqual(plan({ facts: noEpsv }), ['PASV', 'EPRT', 'PORT', 'EPSV']);
  assert.deepEqual(plan({ facts: afterSuccess(noEpsv, 'PORT') }), ['PORT', 'PASV', 'EPRT', 'EPSV']);
});

test('a verb that works again is broken no more, and the reverse', () => {
  const facts = afterSuccess(afterFailure(undefined, 'EPSV'), 'EPSV');
  assert.deepEqual(facts, { broken: [], works: 'EPSV' });
  assert.deepEqual(afterFailure(facts, 'EPSV'), { broken: ['EPSV'], works: undefined });
});
