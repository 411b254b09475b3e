import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const call = promisify(execFile);

/** Starts `npm start` in its own process group, so that npm and all below it can be ended. */
async function start(folder: string) {
  const args = ['start', '--', '--listen', '127.0.0.1:0', '--passive-ports', '42000-42050'];
  const child = spawn('npm', args, { cwd: folder, detached: true });
  child.stderr.resume();
  const told: string[] = [];
  for await (const line of createInterface({ input: child.stdout })) {
    told.push(line);
    if (line.startsWith('Ctrl-C')) break;
  }
  child.stdout.resume();
  return {
    text: told.join('\n'),
    stop: async () => {
      if (child.pid !== undefined && child.exitCode === null) process.kill(-child.pid, 'SIGTERM');
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
    },
  };
}

test('npm start alone installs, builds and serves; curl and lftp fetch and store, passive and active', async () => {
  const folder = await mkdtemp(path.join(tmpdir(), 'duoport-start-'));
  try {
    const clone = path.join(folder, 'clone');
    await call('git', ['clone', '--quiet', root, clone]);
    const server = await start(clone);
    try {
      const [, url = ''] = /address +(ftp:\/\/\S+)/.exec(server.text) ?? [];
      const [, user = '', password = ''] = /login +user (\S+) +password (\S+)/.exec(server.text) ?? [];
      assert.notEqual(password, '', server.text);
      const sent = path.join(folder, 'sent.bin');
      await writeFile(
        sent,
        Uint8Array.from({ length: 100_000 }, (_, at) => at % 251),
      );
      for (const mode of ['passive', 'active']) {
        const flags = mode === 'active' ? ['--ftp-port', '-'] : [];
        const curl = (...args: string[]) =>
          call('curl', ['-sS', ...flags, '--user', `${user}:${password}`, ...args]);
        const got = path.join(folder, `${mode}.bin`);
        await curl('--upload-file', sent, `${url}curl-${mode}.bin`);
        await curl('--output', got, `${url}curl-${mode}.bin`);
        assert.deepEqual(await readFile(got), await readFile(sent));
        const commands = [
          `set ftp:passive-mode ${mode === 'passive' ? 'on' : 'off'}`,
          'set net:max-retries 1',
          `put ${sent} -o lftp-${mode}.bin`,
          `get lftp-${mode}.bin -o ${got}.lftp`,
          'bye',
        ];
        await call('lftp', ['-u', `${user},${password}`, '-e', commands.join('; '), url]);
        assert.deepEqual(await readFile(`${got}.lftp`), await readFile(sent));
      }
    } finally {
      await server.stop();
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
