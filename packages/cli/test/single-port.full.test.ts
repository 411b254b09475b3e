import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { type Serving, serve, temporary } from './command.ts';
import { loot, steal } from './thieves.ts';
import { type Fate, live, secretWord } from './victims.ts';

const hasCurl = (process.env['PATH'] ?? '').split(':').some((folder) => existsSync(join(folder, 'curl')));
const seconds = 60;

for (const workers of [1, 3]) {
  const flags = ['--single-port', '--tls-self-signed', '--workers', String(workers), '--quiet'];

  describe(`one port, ${workers === 1 ? 'one process' : `${workers} workers`}`, {
    concurrency: false,
  }, () => {
    test('200 curls at once over TLS from one address each get their own file', async (t) => {
      if (!hasCurl) return t.skip('not installed: curl');
      await using served = await serve(flags);
      await using here = await temporary();
      const names = Array.from({ length: 200 }, (_, at) => `file-${at}`);
      const contents = names.map((name, at) => `${name} ${randomBytes(500 + 97 * at).toString('hex')}`);
      await Promise.all(names.map((name, at) => writeFile(join(served.folder, name), contents[at] ?? '')));
      const codes = await Promise.all(names.map((name) => curl(served, name, join(here.path, name))));
      assert.deepEqual(new Set(codes), new Set([0]));
      for (const [at, name] of names.entries()) {
        assert.equal(await readFile(join(here.path, name), 'utf8'), contents[at], name);
      }
    });

    test(`steal: ${seconds} seconds of trying from the victims' own addresses gets nothing`, async (t) => {
      await using served = await serve(flags);
      const until = performance.now() + seconds * 1000;
      const { folder, port } = served;
      const victim = (name: string, last: number, tls: boolean) =>
        live({ name, from: `127.0.1.${last}`, port, folder, tls, until });
      const clear = [
        victim('alone', 1, false),
        victim('one-of-two', 2, false),
        victim('other-of-two', 2, false),
      ];
      const private_ = [1, 2, 3, 4].map((at) => victim(`tls-${at}`, at > 2 ? 3 : 4, true));
      const mixed = [victim('mixed-tls', 5, true), victim('mixed-clear', 5, false)];
      const thieves = [1, 2, 3, 4, 5].map((last) => steal(`127.0.1.${last}`, port, until));
      const got = (await Promise.all(thieves)).join('');
      const fates = await Promise.all([...clear, ...private_, ...mixed]);
      assert.equal(got.includes(secretWord), false, 'a thief got a secret');
      assert.deepEqual(
        fates.flatMap((fate) => fate.wrong),
        [],
      );
      for (const name of await readdir(folder)) {
        assert.equal((await readFile(join(folder, name), 'latin1')).includes(loot), false, name);
      }
      const sum = (of: readonly Fate[]) => ({
        done: of.reduce((count, fate) => count + fate.fetched + fate.stored, 0),
        refused: of.reduce((count, fate) => count + fate.refused, 0),
      });
      const [plain, ticketed] = [sum(await Promise.all(clear)), sum(await Promise.all(private_))];
      t.diagnostic(
        `plain ${JSON.stringify(plain)}, TLS ${JSON.stringify(ticketed)}, thieves heard ${got.length} bytes`,
      );
      assert.ok(plain.done > 0 && plain.refused > 0, 'in the clear some were alone, and some were in doubt');
      assert.ok(ticketed.done > 50);
      assert.equal(ticketed.refused, 0, 'a ticket leaves no doubt');
    });
  });
}

async function curl(served: Serving, name: string, to: string): Promise<number> {
  const flags = ['--silent', '--insecure', '--ssl-reqd', '--max-time', '120', '--output', to];
  const child = spawn('curl', [...flags, served.url(name)], { stdio: 'ignore' });
  const [code] = (await once(child, 'exit')) as [number];
  return code;
}
