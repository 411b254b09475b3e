import assert from 'node:assert/strict';
import { test } from 'node:test';
import { reply } from '@duoport/protocol';
import { replyLines } from './reply-lines.ts';

test('a reply as it was on the wire', () => {
  assert.deepEqual(replyLines(reply(200, 'ok')), ['200 ok']);
  assert.deepEqual(replyLines(reply(211, 'Features:', ' SIZE', 'End')), [
    '211-Features:',
    ' SIZE',
    '211 End',
  ]);
});
