import assert from 'node:assert/strict';
import { test } from 'node:test';
import { changeOf, replyTo, told } from '../../test/handlers.ts';

test('OPTS UTF8: names are UTF-8, and stay so', async () => {
  for (const line of ['OPTS UTF8', 'OPTS UTF8 ON', 'OPTS utf8 on', 'OPTS UTF8 NLST'])
    assert.equal((await replyTo(line)).code, 200, line);
  assert.equal((await replyTo('OPTS UTF8 OFF')).code, 504);
});

test('OPTS MLST: the facts that exist, of those asked for', async () => {
  const change = await changeOf('OPTS MLST Size;nonsense;MODIFY;');
  assert.deepEqual(change.reply, { code: 200, lines: ['MLST OPTS size;modify;'] });
  assert.deepEqual(change.parameters, { facts: new Set(['size', 'modify']) });
  assert.deepEqual((await changeOf('OPTS MLST')).reply, { code: 200, lines: ['MLST OPTS'] });
});

test('OPTS HASH: the algorithm in use, and another one', async () => {
  assert.equal(await told('OPTS HASH'), '200 SHA-256');
  assert.deepEqual((await changeOf('OPTS HASH md5')).parameters, { hash: 'MD5' });
  assert.equal((await replyTo('OPTS HASH ROT13')).code, 504);
});

test('OPTS MODE Z LEVEL', async () => {
  assert.deepEqual((await changeOf('OPTS MODE Z LEVEL 9')).parameters, { deflateLevel: 9 });
  for (const line of [
    'OPTS MODE Z',
    'OPTS MODE Z LEVEL 10',
    'OPTS MODE Z LEVEL x',
    'OPTS MODE Z ENGINE ZLIB',
  ])
    assert.equal((await replyTo(line)).code, 501, line);
});

test('OPTS of anything else', async () => {
  assert.equal(await told('OPTS RETR x'), '501 No option RETR here');
});
