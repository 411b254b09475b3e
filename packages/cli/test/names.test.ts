import assert from 'node:assert/strict';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { duoport, serve, temporary } from './command.ts';

test('globs, several URLs and recursion fetch what they should', async () => {
  await using served = await serve();
  await using here = await temporary();
  await mkdir(join(served.folder, 'd/e'), { recursive: true });
  for (const name of ['a.txt', 'b.txt', 'c.bin', 'd/one.txt', 'd/e/two.txt'])
    await writeFile(join(served.folder, name), name);
  const words = ['get', served.url('*.txt'), served.url('c.bin'), '-o', 'flat/'];
  const flat = await duoport(words, { cwd: here.path });
  assert.equal(flat.code, 0, flat.stderr);
  assert.deepEqual((await readdir(join(here.path, 'flat'))).sort(), ['a.txt', 'b.txt', 'c.bin']);

  const tree = await duoport(['get', '-r', served.url('d')], { cwd: here.path });
  assert.equal(tree.code, 0, tree.stderr);
  assert.equal(await readFile(join(here.path, 'd/e/two.txt'), 'utf8'), 'd/e/two.txt');

  const deep = await duoport(['ls', served.url('**/*.txt')]);
  assert.deepEqual(deep.stdout.trim().split('\n'), ['a.txt', 'b.txt', 'd/e/two.txt', 'd/one.txt']);

  const nothing = await duoport(['get', served.url('*.gone')], { cwd: here.path });
  assert.equal(nothing.code, 1);
  assert.match(nothing.stderr, /Nothing on the server matches \*\.gone/);
});

test('a folder is stored, copied, renamed and removed', async () => {
  await using served = await serve();
  await using here = await temporary();
  await mkdir(join(here.path, 'tree/sub'), { recursive: true });
  await writeFile(join(here.path, 'tree/x'), 'x');
  await writeFile(join(here.path, 'tree/sub/y'), 'y');
  const ok = async (...words: readonly string[]): Promise<string> => {
    const { code, stdout, stderr } = await duoport(words, { cwd: here.path });
    assert.equal(code, 0, `${words.join(' ')}: ${stderr}`);
    return stdout;
  };
  const text = (path: string): Promise<string> => readFile(join(served.folder, path), 'utf8');

  await ok('put', '-r', 'tree', served.url());
  assert.equal(await text('tree/sub/y'), 'y');
  await ok('cp', served.url('tree/x'), served.url('copy'));
  assert.equal(await text('copy'), 'x');
  await ok('cp', '-r', served.url('tree'), served.url('tree2'));
  assert.equal(await text('tree2/sub/y'), 'y');
  await ok('mv', served.url('copy'), served.url('tree/'));
  assert.equal(await text('tree/copy'), 'x');
  await ok('mkdir', '-p', served.url('a/b/c'));
  await ok('rmdir', served.url('a/b/c'));
  assert.deepEqual(await readdir(join(served.folder, 'a/b')), []);
  await ok('rm', served.url('tree/copy'));
  await ok('rm', '-r', served.url('tree*'));
  assert.deepEqual(await readdir(served.folder), ['a']);
});

test('one of several that fails is told, the others are fetched, and the exit code is 1', async () => {
  await using served = await serve();
  await using here = await temporary();
  await writeFile(join(served.folder, 'there'), 'there');
  const { code, stderr } = await duoport(['get', served.url('gone'), served.url('there')], {
    cwd: here.path,
  });
  assert.equal(code, 1);
  assert.match(stderr, /550/);
  assert.match(stderr, /1 of 2 failed/);
  assert.equal(await readFile(join(here.path, 'there'), 'utf8'), 'there');
});

test('a directory is not fetched, removed or stored without -r', async () => {
  await using served = await serve();
  await using here = await temporary();
  await mkdir(join(served.folder, 'd'));
  await mkdir(join(here.path, 'local'));
  for (const words of [
    ['get', served.url('d*')],
    ['rm', served.url('d*')],
    ['put', 'local', served.url()],
  ]) {
    const { code, stderr } = await duoport(words, { cwd: here.path });
    assert.equal(code, 1);
    assert.match(stderr, /is a directory: add -r/);
  }
});

test('a name with terminal control sequences is escaped when it is printed', async () => {
  await using served = await serve();
  await writeFile(join(served.folder, 'evil\x1b[2J.txt'), 'x');
  const { stdout } = await duoport(['ls', served.url()]);
  assert.equal(stdout, 'evil\\x1b[2J.txt\n');
});
