import assert from 'node:assert/strict';
import { test } from 'node:test';
import { replyTo, told } from '../../test/handlers.ts';
import { allPermissions, type Permission } from '../accounts/accounts.ts';
import { MemoryFiles } from '../files/memory/memory-files.ts';

const modified = Date.UTC(2024, 1, 29, 23, 59, 58);

function tree(): MemoryFiles {
  const files = new MemoryFiles({
    contents: { '/f': 'abc', '/d/g': '', '/20240101000000 f': 'odd', '/a b': '' },
    capacity: 1000,
  });
  files.setModified('/f', modified);
  files.symlink('f', '/link');
  return files;
}

test('DELE removes files and links, not directories', async () => {
  const files = tree();
  assert.equal((await replyTo('DELE link', { files })).code, 250);
  assert.equal(files.stat('/f').size, 3);
  assert.equal((await replyTo('DELE f', { files })).code, 250);
  assert.equal((await replyTo('DELE f', { files })).code, 550);
  assert.equal((await replyTo('DELE d', { files })).code, 550);
});

test('RNFR looks whether it is there, RNTO renames', async () => {
  const files = tree();
  assert.equal((await replyTo('RNFR nothing', { files })).code, 550);
  assert.equal((await replyTo('RNFR f', { files })).code, 350);
  assert.equal((await replyTo('RNTO d/h', { files, renameFrom: 'f' })).code, 250);
  assert.equal(files.stat('/d/h').size, 3);
  assert.equal((await replyTo('RNTO d/d', { files, renameFrom: 'd' })).code, 550);
});

test('SIZE is told of files in TYPE I', async () => {
  const files = tree();
  const parameters = { type: 'image' } as const;
  assert.equal(await told('SIZE f', { files, parameters }), '213 3');
  assert.equal(await told('SIZE link', { files, parameters }), '213 3');
  assert.equal((await replyTo('SIZE d', { files, parameters })).code, 550);
  assert.match(await told('SIZE f', { files }), /^550 .*TYPE I/);
});

test('MDTM tells the time in UTC', async () => {
  assert.equal(await told('MDTM f', { files: tree() }), '213 20240229235958');
  assert.equal((await replyTo('MDTM nothing', { files: tree() })).code, 550);
});

test('MDTM with a time in front sets it, where that may be meant and is allowed', async () => {
  const files = tree();
  assert.equal((await replyTo('MDTM 20200102030405 f', { files })).code, 213);
  assert.equal(files.stat('/f').modified, Date.UTC(2020, 0, 2, 3, 4, 5));
  assert.equal((await replyTo('MDTM 20240101000000 d/none', { files })).code, 550);
  const permissions = new Set<Permission>([...allPermissions].filter((each) => each !== 'change'));
  assert.equal((await replyTo('MDTM 20210101000000 f', { files, permissions })).code, 550);
  assert.equal(files.stat('/f').modified, Date.UTC(2020, 0, 2, 3, 4, 5));
  // With that permission missing, the whole argument is a name, and there is one.
  assert.match(await told('MDTM 20240101000000 f', { files, permissions }), /^213 2026/);
});

test('MFMT and MFCT set times and say which', async () => {
  const files = tree();
  assert.equal(await told('MFMT 20200102030405 a b', { files }), '213 Modify=20200102030405; /a b');
  assert.equal(files.stat('/a b').modified, Date.UTC(2020, 0, 2, 3, 4, 5));
  assert.equal(await told('MFCT 20200102030405 f', { files }), '213 Create=20200102030405; /f');
  assert.equal(files.stat('/f').created, Date.UTC(2020, 0, 2, 3, 4, 5));
  for (const wrong of ['MFMT 2020 f', 'MFMT 20200102030405', 'MFMT 20201302030405 f', 'MFCT x f'])
    assert.equal((await replyTo(wrong, { files })).code, 501, wrong);
  assert.equal((await replyTo('MFMT 20200102030405 nothing', { files })).code, 550);
});

test('MFF sets several facts, all of them or none', async () => {
  const files = tree();
  const text = await told('MFF Modify=20200102030405;UNIX.mode=600; f', { files });
  assert.equal(text, '213 Modify=20200102030405;UNIX.mode=600; /f');
  assert.equal(files.stat('/f').mode, 0o600);
  assert.equal((await replyTo('MFF UNIX.mode=644;Size=3; f', { files })).code, 504);
  assert.equal(files.stat('/f').mode, 0o600);
  assert.equal((await replyTo('MFF Modify=x; f', { files })).code, 504);
  assert.equal((await replyTo('MFF UNIX.mode=4755; f', { files })).code, 213);
  assert.equal(files.stat('/f').mode, 0o755, 'set-user-ID is not for strangers to set');
  assert.equal((await replyTo('MFF f', { files })).code, 501);
  assert.equal((await replyTo('MFF ; f', { files })).code, 501);
  assert.equal((await replyTo('MFF UNIX.mode=644; nothing', { files })).code, 550);
});

test('AVBL tells what is left', async () => {
  assert.equal(await told('AVBL', { files: tree() }), '213 994');
});
