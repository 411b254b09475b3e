import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isLabel, serviceName, serviceNamed } from './names.ts';

test('names of services come back from host names', () => {
  for (const service of ['', 'files', 'a1']) {
    for (const agent of ['office', 'x', 'north-2']) {
      const name = serviceName(agent, service);
      assert.deepEqual(serviceNamed(name), { agent, service });
      assert.deepEqual(serviceNamed(`${name.toUpperCase()}.relay.example`), { agent, service });
    }
  }
});

test('what is no label names nobody', () => {
  for (const text of ['', '-a', 'a-', 'a--b', 'A', 'a_b', 'ä', '../x', 'a'.repeat(31)]) {
    assert.equal(isLabel(text), false, text);
  }
  for (const host of [undefined, '', '.x', 'a--b--c.x', '--.x', '192_0.x'])
    assert.equal(serviceNamed(host), undefined);
});
