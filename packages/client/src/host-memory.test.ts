import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createHostMemory } from './host-memory.ts';

test('the host that was not used for longest is forgotten first', () => {
  const memory = createHostMemory(2);
  memory.set('a:21', { broken: [], works: 'EPSV' });
  memory.set('b:21', { broken: ['EPSV'], works: 'PASV' });
  memory.get('a:21');
  memory.set('c:21', { broken: [], works: 'PORT' });
  assert.equal(memory.get('b:21'), undefined);
  assert.deepEqual(memory.get('a:21'), { broken: [], works: 'EPSV' });
  assert.deepEqual(memory.get('c:21'), { broken: [], works: 'PORT' });
});
