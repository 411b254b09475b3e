import assert from 'node:assert/strict';
import { mkdir, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { testCertificate } from '@duoport/testkit';
import { FileWatch } from '../src/serve/file-watch.ts';
import { serve, temporary } from './command.ts';

/** A watch that is waited for. */
async function watching(files: readonly string[]): Promise<{ changed(): Promise<void> } & Disposable> {
  let seen = 0;
  let wake: () => void = () => undefined;
  const watch = new FileWatch({
    files,
    quiet: 20,
    changed: () => {
      seen += 1;
      wake();
    },
  });
  await watch.ready;
  // Watchers keep no process alive, and this one waits for nothing else.
  const alive = setInterval(() => undefined, 60_000);
  return {
    changed: async () => {
      while (seen === 0) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
      seen = 0;
    },
    [Symbol.dispose]: () => {
      clearInterval(alive);
      watch[Symbol.dispose]();
    },
  };
}

test('a file that is written over, replaced, taken away and put back', async () => {
  await using here = await temporary();
  const file = join(here.path, 'c.pem');
  await writeFile(file, 'one');
  using watch = await watching([file]);
  await writeFile(file, 'two');
  await watch.changed();
  await writeFile(join(here.path, 'draft'), 'three');
  await rename(join(here.path, 'draft'), file);
  await watch.changed();
  await rm(file);
  await watch.changed();
  await writeFile(file, 'four');
  await watch.changed();
});

test('a link that leads elsewhere now, as certbot does it', async () => {
  await using here = await temporary();
  const [archive, live] = [join(here.path, 'archive'), join(here.path, 'live')];
  await Promise.all([mkdir(archive), mkdir(live)]);
  for (const number of [1, 2, 3]) await writeFile(join(archive, `c${number}.pem`), `${number}`);
  const link = join(live, 'c.pem');
  await symlink('../archive/c1.pem', link);
  using watch = await watching([link]);
  for (const number of [2, 3]) {
    await symlink(`../archive/c${number}.pem`, `${link}.new`);
    await rename(`${link}.new`, link);
    await watch.changed();
  }
  await writeFile(join(archive, 'c3.pem'), 'written where the link leads');
  await watch.changed();
});

test('a folder on the way that is another one now, as Kubernetes does it', async () => {
  await using here = await temporary();
  const put = async (version: string) => {
    await mkdir(join(here.path, `..${version}`));
    await writeFile(join(here.path, `..${version}`, 'tls.crt'), version);
    await symlink(`..${version}`, join(here.path, '..data_tmp'));
    await rename(join(here.path, '..data_tmp'), join(here.path, '..data'));
  };
  await put('one');
  const file = join(here.path, 'tls.crt');
  await symlink('..data/tls.crt', file);
  using watch = await watching([file]);
  for (const version of ['two', 'three']) {
    await put(version);
    await watch.changed();
  }
});

test('a running server shows a renewed certificate without being told, and a bad one changes nothing', async () => {
  await using here = await temporary();
  const [first, second, other] = [await testCertificate(), await testCertificate(), await testCertificate()];
  const put = async ({ cert, key }: { readonly cert: string; readonly key: string }) => {
    await writeFile(join(here.path, 'c.pem'), cert);
    await writeFile(join(here.path, 'k.pem'), key, { mode: 0o600 });
  };
  await put(first);
  await writeFile(join(here.path, 'duoport.yaml'), 'tls: {certificate: c.pem, key: k.pem}\n');
  await using served = await serve(['--config', join(here.path, 'duoport.yaml')]);
  await put(second);
  await served.event('certificates-renewed');
  await put({ cert: other.cert, key: second.key });
  const failed = await served.event('reload-failed');
  assert.equal(failed['what'], 'certificates');
  assert.match(String(failed['message']), /is not the key of the certificate/);
});
