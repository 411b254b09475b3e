import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { connect, type FtpClient } from '../src/index.ts';

const program = fileURLToPath(new URL('serve-child.ts', import.meta.url));

async function serve(
  t: TestContext,
  root: string,
): Promise<{ readonly child: ChildProcess; readonly url: string }> {
  const child = spawn(process.execPath, [...process.execArgv, program, root], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  t.after(() => child.kill('SIGKILL'));
  assert.ok(child.stdout !== null);
  const [port] = await once(createInterface(child.stdout), 'line');
  return { child, url: `ftp://u:p@127.0.0.1:${port}` };
}

/** The server has begun to write. */
async function arrives(watcher: FtpClient): Promise<void> {
  while ((await watcher.size('f')) === 0);
}

test('kill -9 of the server in mid-upload, then restart and resume', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'duoport-client-'));
  t.after(() => rm(folder, { recursive: true }));
  const root = join(folder, 'served');
  await mkdir(root);
  const content = randomBytes(8_000_000);
  const local = join(folder, 'local');
  await writeFile(local, content);

  const first = await serve(t, root);
  await using watcher = await connect(first.url);
  const half = async function* () {
    for (let at = 0; at < content.length; at += 500_000) {
      if (at === 4_000_000) {
        await arrives(watcher);
        first.child.kill('SIGKILL');
        await once(first.child, 'exit');
      }
      yield content.subarray(at, at + 500_000);
    }
  };
  const ftp = await connect(first.url);
  await assert.rejects(ftp.put(half(), 'f'), { code: 'FTP_TRANSFER', direction: 'send', resumable: true });
  assert.equal(ftp.closed, true);
  await ftp.close();

  const second = await serve(t, root);
  await using again = await connect(second.url);
  const arrived = await again.size('f');
  assert.ok(arrived > 0 && arrived < content.length);
  const result = await again.put(local, 'f', { resume: true });
  assert.deepEqual([result.offset, result.bytes], [arrived, content.length - arrived]);
  assert.deepEqual(await readFile(join(root, 'f')), content);
});
