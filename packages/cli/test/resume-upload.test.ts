import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { command, serve, temporary } from './command.ts';

// The clients that people have go on with an upload that a server left when it was killed: the bytes have their hidden name.

const content = randomBytes(700_000);
const kept = 300_000;

/** Client → the words that store `local` as `f` and go on with what is there. */
const clients = {
  curl: (local: string, url: string) => ['curl', '-sS', '-C', '-', '-T', local, url],
  lftp: (local: string, url: string) => {
    const { origin, username, password, host } = new URL(url);
    const open = `open -u ${username},${password} ftp://${host}`;
    assert.ok(origin);
    return ['lftp', '--norc', '-c', `set cmd:fail-exit yes; ${open}; put -c ${local} -o f`];
  },
  duoport: (local: string, url: string) => [...command, 'put', '-c', local, url],
} as const;

for (const mode of ['atomic', 'direct'] as const) {
  for (const [client, words] of Object.entries(clients)) {
    test(`${client} goes on with an upload, ${mode}`, async (t) => {
      if (client !== 'duoport' && !installed(client)) return t.skip(`not installed: ${client}`);
      await using served = await serve([], undefined, { DUOPORT_UPLOADS_MODE: mode });
      await using here = await temporary();
      const local = join(here.path, 'local');
      await writeFile(local, content);
      const digits = createHash('sha256').update('f').digest('hex').slice(0, 32);
      const name = mode === 'atomic' ? `.duoport-upload-${digits}` : 'f';
      await writeFile(join(served.folder, name), content.subarray(0, kept));
      await run(words(local, served.url('f')), here.path);
      const { bytes } = await served.event('transfer');
      assert.equal(bytes, content.length - kept);
      assert.ok((await readFile(join(served.folder, 'f'))).equals(content));
      assert.deepEqual(await readdir(served.folder), ['f']);
    });
  }
}

async function run([program = '', ...words]: readonly string[], home: string): Promise<void> {
  const child = spawn(program, words, {
    env: { PATH: process.env['PATH'], HOME: home, LFTP_HOME: home },
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  const [code] = await once(child, 'exit');
  assert.equal(code, 0, `${program} ended with ${code}`);
}

function installed(name: string): boolean {
  return (process.env['PATH'] ?? '').split(':').some((folder) => existsSync(join(folder, name)));
}
