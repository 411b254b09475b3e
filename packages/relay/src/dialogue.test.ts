import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decodePorts, decodeServices, encodePorts, encodeServices } from './dialogue.ts';

test('services and their ports come back', () => {
  for (const names of [[''], ['', 'a'], ['a', 'b-2']]) {
    assert.deepEqual(decodeServices(encodeServices(names)), names);
  }
  const ports = { '': 2121, files: 2122 };
  assert.deepEqual(decodePorts(encodePorts(ports)), ports);
  assert.deepEqual(decodePorts(''), {});
});

test('a list that an agent makes up is refused', () => {
  for (const text of [undefined, '', 'a,a', 'a,', 'A', 'a b', '../x', '.,.', 'x'.repeat(5000)]) {
    assert.equal(decodeServices(text), undefined, text);
  }
});
