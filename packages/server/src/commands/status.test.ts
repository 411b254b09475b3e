import assert from 'node:assert/strict';
import { test } from 'node:test';
import { contextOf, told } from '../../test/handlers.ts';
import { RunningTransfer } from '../running-transfer.ts';
import { status } from './status.ts';

test('STAT tells how things stand', async () => {
  const parameters = { type: 'image', mode: 'deflate', protection: 'private' } as const;
  const text = await told('STAT', { parameters, secure: true });
  assert.match(text, /^211 /);
  assert.match(text, /Connected from 127\.0\.0\.1:40000, control connection under TLS/);
  assert.match(text, /Logged in as ada/);
  assert.match(text, /TYPE I, MODE Z, STRU F, PROT P/);
  assert.match(text, /No transfer; next data connection: none/);
});

test('STAT during a transfer tells how far it is; attack: CR LF in the name', () => {
  const transfer = new RunningTransfer(
    'RETR',
    {
      direction: 'receive',
      what: '/x\r\n226 done',
      transform: undefined,
      plan: { path: '/x', open: () => Promise.reject(new Error()) },
    },
    new AbortController(),
  );
  transfer.progress(1234);
  const text = status({ ...contextOf('STAT'), transfer }).lines.join('|');
  assert.match(text, /Receiving \/x\?\?226 done: 1234 bytes so far/);
});
