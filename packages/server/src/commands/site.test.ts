import assert from 'node:assert/strict';
import { test } from 'node:test';
import { verbs } from '@duoport/protocol';
import { replyTo, told } from '../../test/handlers.ts';
import { handlerOf } from '../commands.ts';
import { MemoryFiles } from '../files/memory/memory-files.ts';
import { noFiles } from '../no-files.ts';

function tree(): MemoryFiles {
  return new MemoryFiles({ contents: { '/f': '', '/a b': '', '/d/': '' } });
}

test('SITE HELP names the words that work, and no others', async () => {
  const { lines } = await replyTo('SITE HELP');
  const words = verbs.filter((row) => row.verb.startsWith('SITE ') && handlerOf(row) !== undefined);
  assert.deepEqual(
    lines.slice(1, -1),
    words.map((row) => ` ${row.syntax}`),
  );
  const bare = (await replyTo('SITE HELP', { files: noFiles })).lines.join('\n');
  assert.ok(!bare.includes('CHMOD') && !bare.includes('UTIME') && !bare.includes('SYMLINK'));
});

test('SITE CHMOD sets the nine bits, never more', async () => {
  const files = tree();
  assert.equal((await replyTo('SITE CHMOD 640 a b', { files })).code, 200);
  assert.equal(files.stat('/a b').mode, 0o640);
  assert.equal((await replyTo('site chmod 4755 f', { files })).code, 200);
  assert.equal(files.stat('/f').mode, 0o755);
  for (const wrong of ['SITE CHMOD u+x f', 'SITE CHMOD 644', 'SITE CHMOD 888 f', 'SITE CHMOD 77777 f'])
    assert.equal((await replyTo(wrong, { files })).code, 501, wrong);
  assert.equal((await replyTo('SITE CHMOD 644 nothing', { files })).code, 550);
});

test('SITE UTIME in both forms', async () => {
  const files = tree();
  assert.equal((await replyTo('SITE UTIME 20200102030405 a b', { files })).code, 200);
  assert.equal(files.stat('/a b').modified, Date.UTC(2020, 0, 2, 3, 4, 5));
  const long = 'SITE UTIME a b 20210102030405 20220102030405 20230102030405 UTC';
  assert.equal((await replyTo(long, { files })).code, 200);
  assert.equal(files.stat('/a b').modified, Date.UTC(2022, 0, 2, 3, 4, 5));
  assert.equal((await replyTo('SITE UTIME yesterday f', { files })).code, 501);
  assert.equal((await replyTo('SITE UTIME 20200102030405', { files })).code, 501);
});

test('SITE SYMLINK', async () => {
  const files = tree();
  assert.equal((await replyTo('SITE SYMLINK f link', { files })).code, 200);
  assert.equal(files.lstat('/link').target, 'f');
  assert.equal((await replyTo('SITE SYMLINK f', { files })).code, 501);
  assert.equal((await replyTo('SITE SYMLINK f link', { files })).code, 550);
});

test('SITE MKDIR with and without parents', async () => {
  const files = tree();
  assert.equal((await replyTo('SITE MKDIR x/y', { files })).code, 550);
  assert.match(await told('SITE MKDIR -p x/y/z', { files }), /^257 "\/x\/y\/z"/);
  assert.equal(files.stat('/x/y/z').type, 'directory');
  assert.equal((await replyTo('SITE MKDIR -p x/y/z', { files })).code, 257);
  assert.equal((await replyTo('SITE MKDIR -p f/y', { files })).code, 550);
  assert.equal((await replyTo('SITE MKDIR n', { files })).code, 257);
});

test('SITE of anything else', async () => {
  for (const word of ['EXEC rm', 'INDEX', 'CPFR x']) assert.equal((await replyTo(`SITE ${word}`)).code, 504);
});
