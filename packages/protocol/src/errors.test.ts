import assert from 'node:assert/strict';
import { test } from 'node:test';
import { endpoint } from './endpoint.ts';
import {
  type AnyFtpError,
  FtpClosedError,
  FtpConnectionError,
  FtpLimitError,
  FtpLocalError,
  FtpRemoteError,
  FtpReplyError,
  FtpTimeoutError,
  FtpTransferError,
  isFtpError,
} from './errors.ts';
import { reply } from './reply.ts';

const cause = new Error('why');
const every: readonly AnyFtpError[] = [
  new FtpLocalError('x', { cause }),
  new FtpRemoteError('x', { cause }),
  new FtpReplyError({ verb: 'RETR', reply: reply(550, 'no'), cause }),
  new FtpConnectionError('x', { channel: 'data', phase: 'connect', peer: endpoint('::1', 21), cause }),
  new FtpTimeoutError('x', { channel: 'control', phase: 'greeting', after: 1000, cause }),
  new FtpLimitError('x', { limit: 'replyLines', value: 10, cause }),
  new FtpTransferError('x', { direction: 'send', bytes: 5, resumable: true, cause }),
  new FtpClosedError('x', { cause }),
];

test('errors: each has its own code and name, keeps its cause, and is an Error', () => {
  assert.equal(new Set(every.map((error) => error.code)).size, every.length);
  for (const error of every) {
    assert.ok(error instanceof Error && isFtpError(error));
    assert.equal(error.cause, cause);
    assert.equal(error.name, error.constructor.name);
  }
});

test('errors: the code narrows to the class', () => {
  const [first = new FtpClosedError()] = every.filter((error) => error.code === 'FTP_REPLY');
  assert.ok(first.code === 'FTP_REPLY');
  assert.deepEqual([first.verb, first.reply.code, first.transient], ['RETR', 550, false]);
  assert.equal(new FtpReplyError({ verb: 'STOR', reply: reply(452, 'full') }).transient, true);
});

test('errors: messages say who answered what, and where', () => {
  assert.equal(every[2]?.message, 'RETR was answered with 550 no');
  assert.equal(every[3]?.message, 'x ([::1]:21)');
});

test('errors: without a cause there is no cause property', () => {
  assert.equal('cause' in new FtpLocalError('x'), false);
});

test('errors: other errors are none of ours', () => {
  for (const other of [
    undefined,
    'x',
    new Error('x'),
    Object.assign(new Error('x'), { code: 'ENOENT' }),
    { code: 'FTP_REPLY' },
  ]) {
    assert.equal(isFtpError(other), false);
  }
});
