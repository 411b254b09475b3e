import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseDirect } from './connect-values.ts';

test('where the relay can dial', () => {
  assert.equal(parseDirect('never'), undefined);
  assert.deepEqual(parseDirect('auto'), { addresses: 'own', port: 0 });
  assert.deepEqual(parseDirect('auto:50500'), { addresses: 'own', port: 50_500 });
  assert.deepEqual(parseDirect('203.0.113.7:50500'), { addresses: ['203.0.113.7'], port: 50_500 });
  assert.deepEqual(parseDirect('203.0.113.7'), { addresses: ['203.0.113.7'], port: 0 });
  assert.deepEqual(parseDirect('2001:db8::7'), { addresses: ['2001:db8::7'], port: 0 });
  assert.deepEqual(parseDirect('[2001:db8::7]:50500'), { addresses: ['2001:db8::7'], port: 50_500 });
  for (const wrong of ['', 'ftp.example.org', '203.0.113.7:21', '203.0.113.7:', '[::1', 'always'])
    assert.throws(() => parseDirect(wrong), /203\.0\.113\.7:50500|1024 on/, wrong);
});
