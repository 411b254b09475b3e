import assert from 'node:assert/strict';
import { test } from 'node:test';
import { UsageError } from '../usage-error.ts';
import { handedOver } from './handed-over.ts';

test('sockets of the service manager, for this process and no other', () => {
  const env = { LISTEN_FDS: '2', LISTEN_PID: '17', LISTEN_FDNAMES: 'ftp:ftp-tls' };
  assert.deepEqual(handedOver(env, 17), [
    { fd: 3, implicitTls: false },
    { fd: 4, implicitTls: true },
  ]);
  assert.equal(handedOver(env, 18), undefined);
  assert.equal(handedOver({ LISTEN_FDS: '2' }, 17), undefined);
  assert.equal(handedOver({}, 17), undefined);
  assert.deepEqual(handedOver({ LISTEN_FDS: '1', LISTEN_PID: '17' }, 17), [{ fd: 3, implicitTls: false }]);
  for (const LISTEN_FDS of ['0', '-1', 'x', '9999', '1 '])
    assert.throws(() => handedOver({ ...env, LISTEN_FDS }, 17), UsageError);
});
