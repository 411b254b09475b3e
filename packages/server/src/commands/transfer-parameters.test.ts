import assert from 'node:assert/strict';
import { test } from 'node:test';
import { changeOf, replyTo } from '../../test/handlers.ts';

test('TYPE takes A, A N, I and L 8', async () => {
  for (const line of ['TYPE A', 'TYPE a', 'TYPE A N'])
    assert.deepEqual((await changeOf(line)).parameters, { type: 'ascii' }, line);
  for (const line of ['TYPE I', 'TYPE i', 'TYPE L 8', 'TYPE L8'])
    assert.deepEqual((await changeOf(line)).parameters, { type: 'image' }, line);
  for (const line of ['TYPE E', 'TYPE L 36', 'TYPE A T', 'TYPE X'])
    assert.equal((await replyTo(line)).code, 504);
});

test('MODE takes S, and Z where it is on', async () => {
  assert.deepEqual((await changeOf('MODE S')).parameters, { mode: 'stream' });
  assert.deepEqual((await changeOf('MODE Z')).parameters, { mode: 'deflate' });
  for (const line of ['MODE B', 'MODE C']) assert.equal((await replyTo(line)).code, 504);
  assert.equal((await replyTo('MODE Z', { options: { deflate: false } })).code, 502);
});

test('STRU takes F', async () => {
  assert.equal((await replyTo('STRU f')).code, 200);
  for (const line of ['STRU R', 'STRU P']) assert.equal((await replyTo(line)).code, 504);
});

test('REST takes a number', async () => {
  assert.equal((await replyTo('REST 0')).code, 350);
  assert.equal((await replyTo('REST 999999999999999')).code, 350);
  for (const wrong of ['-1', '1.5', 'x', '99999999999999999999', '0x10'])
    assert.equal((await replyTo(`REST ${wrong}`)).code, 501, wrong);
});

test('RANG takes two numbers, in order', async () => {
  assert.equal((await replyTo('RANG 0 0')).code, 350);
  assert.equal((await replyTo('RANG 5 9')).code, 350);
  assert.equal((await replyTo('RANG 1 0')).code, 350);
  for (const wrong of ['9 5', '5', 'a b', '1 2 3'])
    assert.equal((await replyTo(`RANG ${wrong}`)).code, 501, wrong);
});

test('ALLO tells whether there is room', async () => {
  assert.equal((await replyTo('ALLO 1000')).code, 200);
  assert.equal((await replyTo('ALLO 1000 R 80')).code, 200);
  assert.equal((await replyTo('ALLO much')).code, 501);
});
