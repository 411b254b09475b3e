import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fails, getText, names, put } from '../../test/files-support.ts';
import { allPermissions, readPermissions } from '../accounts/accounts.ts';
import { anywhere, guarded } from './guarded.ts';
import { MemoryFiles } from './memory/memory-files.ts';

const contents = {
  '/readme': 'text',
  '/in/old': 'of somebody else',
  '/in/box/': '',
  '/secret/key': 'key',
  '/secret/open/page': 'page',
  '/team/draft': 'draft',
};

test('the longest path that a name is in decides', async () => {
  const files = guarded(new MemoryFiles({ contents }), readPermissions, {
    '/team': ['list', 'read', 'write', 'append', 'remove', 'make-directory'],
    '/team/done': ['list', 'read'],
  });
  assert.equal(await getText(files, '/readme'), 'text');
  await fails('denied', () => files.prepareWrite('/readme', { kind: 'replace' }));
  await fails('denied', () => files.removeFile('/readme'));
  await put(files, '/team/new', 'x');
  await files.makeDirectory('/team/todo');
  await fails('denied', () => files.makeDirectory('/team/done'));
  await fails('denied', () => files.prepareWrite('/team/done/x', { kind: 'replace' }));
  await fails('denied', () => files.removeDirectory('/team/todo'));
  // A name that begins alike is another name.
  await fails('denied', () => files.prepareWrite('/teammate', { kind: 'replace' }));
  await fails('denied', () => files.setModified?.('/team/new', 0));
  await fails('denied', () => files.chmod?.('/readme', 0o600));
});

test('where nothing is allowed nothing is seen, but the way to what is', async () => {
  const files = guarded(new MemoryFiles({ contents }), allPermissions, {
    '/secret': [],
    '/secret/open': ['list', 'read'],
    '/in': [],
  });
  assert.deepEqual(await names(files, '/'), ['readme', 'secret', 'team']);
  assert.equal((await files.stat('/secret')).type, 'directory');
  await fails('denied', () => names(files, '/secret'));
  assert.equal(await getText(files, '/secret/open/page'), 'page');
  for (const path of ['/secret/key', '/secret/none', '/in', '/in/old', '/in/none'])
    await fails('denied', () => files.stat(path));
  await fails('denied', () => files.openRead('/secret/key'));
});

test('a drop folder takes everything, shows nothing, and leaves what is there alone', async () => {
  const memory = new MemoryFiles({ contents });
  const files = guarded(memory, readPermissions, { '/in': ['write'] });
  assert.equal((await files.stat('/in')).type, 'directory');
  await put(files, '/in/old', 'mine');
  assert.equal(await getText(memory, '/in/old'), 'of somebody else');
  assert.equal((await names(memory, '/in')).length, 3);
  const [name = ''] = (await names(memory, '/in')).filter((each) => each.startsWith('old.'));
  assert.equal(await getText(memory, `/in/${name}`), 'mine');
  for (const path of ['/in/old', '/in/none']) {
    await fails('denied', () => files.stat(path));
    await fails('denied', () => files.lstat?.(path));
    await fails('denied', () => files.openRead(path));
    await fails('denied', () => files.removeFile(path));
    await fails('denied', () => files.prepareWrite(path, { kind: 'append' }));
    await fails('denied', () => files.prepareWrite(path, { kind: 'resume', offset: 1 }));
  }
  await fails('denied', () => names(files, '/in'));
});

test('hostile: a new name gives nobody more than the old one', async () => {
  const memory = new MemoryFiles({ contents });
  const files = guarded(memory, allPermissions, {
    '/secret': [],
    '/in': ['write', 'rename'],
    '/team': ['list', 'read', 'rename'],
  });
  await fails('denied', () => files.rename('/in/old', '/taken'));
  await fails('denied', () => files.rename('/secret/key', '/taken'));
  await fails('denied', () => files.rename('/in', '/taken'));
  await fails('denied', () => files.rename('/readme', '/in/readme'));
  await fails('denied', () => files.rename('/readme', '/team/readme'));
  await fails('denied', () => files.rename('/team/draft', '/draft'));
  await files.rename('/team/draft', '/team/done');
  assert.equal(files.symlink, undefined);
  assert.equal(await getText(memory, '/in/old'), 'of somebody else');
});

test('what a verb may be let through for is all that holds anywhere', () => {
  assert.deepEqual(
    anywhere(readPermissions, { '/in': ['write'], '/out': ['read', 'remove'] }),
    new Set(['none', 'list', 'read', 'write', 'remove']),
  );
});
