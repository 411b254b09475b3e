import assert from 'node:assert/strict';
import { type ChildProcess, execFile, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { command, temporary } from './command.ts';

const run = promisify(execFile);

/** The lines that `serve` prints for people, up to the last one. The child goes on. */
async function announced(child: ChildProcess): Promise<readonly string[]> {
  if (child.stdout === null) throw new Error('no stdout');
  const lines: string[] = [];
  for await (const line of createInterface({ input: child.stdout })) {
    lines.push(line);
    if (line.startsWith('Ctrl-C')) break;
  }
  return lines;
}

const available = ['curl', 'lftp', 'wget'].filter(
  (name) => spawnSync(name, ['--version']).error === undefined,
);

for (const flags of [[], ['--tls-self-signed', '--require-tls']]) {
  test(`the command lines that serve ${flags.join(' ')} prints work as they are`, async (t) => {
    await using folder = await temporary();
    await using here = await temporary();
    await writeFile(join(folder.path, "it's two words.txt"), 'hello');
    const [node = '', ...rest] = command;
    const child = spawn(
      node,
      [...rest, 'serve', folder.path, '--listen', '127.0.0.1:0', '--quiet', ...flags],
      { env: { ...process.env, DUOPORT_LOGS_FORMAT: 'text' } },
    );
    try {
      const lines = await announced(child);
      const pasted = lines.filter((line) => available.some((name) => line.startsWith(`  ${name} `)));
      for (const line of pasted) {
        // The third line of each client stores what the second has fetched.
        await run('sh', ['-c', line], {
          cwd: here.path,
          timeout: 60_000,
          env: { ...process.env, HOME: here.path },
        });
      }
      if (available.length === 0) {
        t.skip('neither curl nor lftp nor wget is installed');
        return;
      }
      assert.equal(await readFile(join(here.path, "fetched-it's two words.txt"), 'utf8'), 'hello');
      assert.equal(await readFile(join(folder.path, "fetched-it's two words.txt"), 'utf8'), 'hello');
    } finally {
      child.kill('SIGKILL');
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
    }
  });
}
