import assert from 'node:assert/strict';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import type { DiskFilesOptions } from '../src/files/disk/disk-files.ts';
import type { Files } from '../src/files/files.ts';
import { resolvePath } from '../src/files/paths.ts';
import { diskIn, fails, getText, listAll, names, temporaryDirectory } from './files-support.ts';

const walks: readonly (readonly [string, DiskFilesOptions])[] = [
  ['handles', {}],
  ['handles, thread pool only', { synchronous: 'never' }],
  ['real paths', { walk: 'realpath' }],
];

/** A root and a secret beside it. */
function rootAndSecret(t: TestContext): { root: string; outside: string } {
  const base = temporaryDirectory(t);
  const [root, outside] = [join(base, 'root'), join(base, 'outside')];
  mkdirSync(root);
  mkdirSync(join(outside, 'deep'), { recursive: true });
  writeFileSync(join(outside, 'secret'), 'SECRET');
  writeFileSync(join(outside, 'deep', 'secret'), 'SECRET');
  return { root, outside };
}

async function nothingWorks(files: Files, path: string): Promise<void> {
  await fails('denied', () => files.stat(path));
  await fails('denied', () => files.openRead(path));
  await fails('denied', () => files.prepareWrite(path, { kind: 'replace' }));
  await fails('denied', () => files.setModified?.(path, 0));
  await fails('denied', () => files.chmod?.(path, 0o777));
}

for (const [walk, options] of walks) {
  test(`${walk}: attack: ../../etc/passwd`, async (t) => {
    const { root } = rootAndSecret(t);
    const files = diskIn(t, root, options);
    for (const attack of [
      '../../etc/passwd',
      '/../../etc/passwd',
      'x/../../../etc/passwd',
      '....//etc/passwd',
    ]) {
      await fails('not-found', () => files.openRead(resolvePath('/', attack)));
    }
    await fails('bad-name', () => files.openRead('/../outside/secret'));
  });

  test(`${walk}: attack: symlinks out of the root`, async (t) => {
    const { root, outside } = rootAndSecret(t);
    const files = diskIn(t, root, options);
    mkdirSync(join(root, 'd'));
    symlinkSync(outside, join(root, 'absolute'));
    symlinkSync('../outside', join(root, 'relative'));
    symlinkSync('../../outside', join(root, 'd', 'relative'));
    symlinkSync('d/relative', join(root, 'chain'));
    symlinkSync(`${root}/../outside`, join(root, 'through'));
    symlinkSync(join(outside, 'secret'), join(root, 'file'));
    symlinkSync('/', join(root, 'slash'));
    symlinkSync(`${root}x`, join(root, 'prefix'));
    mkdirSync(`${root}x`);
    for (const link of ['absolute', 'relative', 'd/relative', 'chain', 'through']) {
      await fails('denied', () => listAll(files, `/${link}`));
      await nothingWorks(files, `/${link}`);
      await nothingWorks(files, `/${link}/secret`);
      await nothingWorks(files, `/${link}/deep/secret`);
      await fails('denied', () => files.makeDirectory(`/${link}/new`));
      await fails('denied', () => files.removeFile(`/${link}/secret`));
      await fails('denied', () => files.removeDirectory(`/${link}/deep`));
      await fails('denied', () => files.rename(`/${link}/secret`, '/mine'));
      await fails('denied', () => files.rename('/d', `/${link}/yours`));
      await fails('denied', () => files.symlink?.('x', `/${link}/new`));
    }
    await nothingWorks(files, '/file');
    await nothingWorks(files, '/slash');
    await nothingWorks(files, '/prefix');
    assert.deepEqual(readdirSync(outside).sort(), ['deep', 'secret']);
    assert.equal(readFileSync(join(outside, 'secret'), 'utf8'), 'SECRET');
    // The links themselves can be seen and removed, and do not tell where they lead.
    const listed = (await listAll(files, '/')).find((entry) => entry.name === 'absolute');
    assert.deepEqual([listed?.type, listed?.target], ['symlink', undefined]);
    await files.removeFile('/absolute');
    assert.ok(existsSync(join(outside, 'secret')));
  });

  test(`${walk}: symlinks that stay inside, absolute ones by the machine's path`, async (t) => {
    const { root } = rootAndSecret(t);
    const files = diskIn(t, root, options);
    mkdirSync(join(root, 'd'));
    writeFileSync(join(root, 'd', 'f'), 'inside');
    symlinkSync(join(root, 'd'), join(root, 'absolute'));
    symlinkSync(root, join(root, 'd', 'root'));
    assert.equal(await getText(files, '/absolute/f'), 'inside');
    assert.equal(await getText(files, '/d/root/absolute/f'), 'inside');
    assert.equal((await files.lstat?.('/absolute'))?.target, '/d');
  });

  test(`${walk}: attack: a symlink made over FTP that climbs out`, async (t) => {
    const { root } = rootAndSecret(t);
    const files = diskIn(t, root, options);
    await files.makeDirectory('/d');
    for (const target of ['../..', '../../outside', 'x/../../..', './../../d']) {
      await fails('denied', () => files.symlink?.(target, '/d/link'));
    }
    await fails('denied', () => files.symlink?.('..', '/link'));
    await fails('bad-name', () => files.symlink?.('a\0b', '/link'));
    await fails('bad-name', () => files.symlink?.('', '/link'));
    // An absolute one counts from the root that the client sees.
    await files.symlink?.('/etc/passwd', '/d/link');
    await fails('not-found', () => files.openRead('/d/link'));
    assert.equal(readlinkSync(join(root, 'd', 'link')), '../etc/passwd');
    await files.symlink?.('/', '/d/top');
    assert.deepEqual(await names(files, '/d/top'), ['d']);
  });
}
