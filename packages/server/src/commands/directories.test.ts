import assert from 'node:assert/strict';
import { test } from 'node:test';
import { changeOf, replyTo, told } from '../../test/handlers.ts';
import { MemoryFiles } from '../files/memory/memory-files.ts';

function tree(): MemoryFiles {
  return new MemoryFiles({ contents: { '/a/b/': '', '/file': 'x', '/say "hi"/': '', '/full/x': '' } });
}

test('CWD changes to what is a directory, and to nothing else', async () => {
  const files = tree();
  const change = await changeOf('CWD a/b', { files });
  assert.equal(change.reply.code, 250);
  assert.deepEqual(change.parameters, { directory: '/a/b' });
  assert.equal((await replyTo('CWD file', { files })).code, 550);
  assert.equal((await replyTo('CWD nothing', { files })).code, 550);
});

test('attack: CWD above the root stays at the root', async () => {
  const files = tree();
  for (const path of ['../../../..', '/..', 'a/../../..', '/../../../etc/..']) {
    const change = await changeOf(`CWD ${path}`, { files, parameters: { directory: '/a' } });
    assert.deepEqual(change.parameters, { directory: '/' }, path);
  }
});

test('CDUP goes up, and stays at the root', async () => {
  const files = tree();
  const up = await changeOf('CDUP', { files, parameters: { directory: '/a/b' } });
  assert.deepEqual(up.parameters, { directory: '/a' });
  assert.deepEqual((await changeOf('XCUP', { files })).parameters, { directory: '/' });
});

test('PWD doubles quotes', async () => {
  const parameters = { directory: '/say "hi"' };
  assert.match(await told('PWD', { parameters }), /^257 "\/say ""hi""" /);
  assert.match(await told('XPWD', {}), /^257 "\/" /);
});

test('MKD answers with the whole path, quotes doubled', async () => {
  const files = tree();
  assert.match(
    await told('MKD new "one"', { files, parameters: { directory: '/a' } }),
    /^257 "\/a\/new ""one"""/,
  );
  assert.equal(files.stat('/a/new "one"').type, 'directory');
  assert.equal((await replyTo('MKD /a', { files })).code, 550);
  assert.equal((await replyTo('MKD /x/y', { files })).code, 550);
  assert.equal((await replyTo(`MKD ${'x'.repeat(300)}`, { files })).code, 553);
});

test('RMD removes what is empty, and neither files nor the root', async () => {
  const files = tree();
  assert.equal((await replyTo('RMD a/b', { files })).code, 250);
  assert.throws(() => files.stat('/a/b'));
  for (const path of ['full', 'file', 'nothing', '/'])
    assert.equal((await replyTo(`RMD ${path}`, { files })).code, 550);
});
