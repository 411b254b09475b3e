import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmdirSync, statSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { DiskFiles } from '@duoport/server';
import type { Way } from './raw-client.ts';
import { noise, serve } from './serving.ts';

/** A real file system of one megabyte. */
function smallDisk(t: TestContext, more = ''): string {
  const directory = mkdtempSync(join(tmpdir(), 'duoport-full-'));
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=1m${more}`, 'duoport-test', directory]);
  t.after(() => {
    execFileSync('umount', ['--lazy', directory]);
    rmdirSync(directory);
  });
  return directory;
}

const root = process.getuid?.() === 0 ? {} : { skip: 'mounting needs root' };

for (const secure of [false, true]) {
  for (const way of ['EPSV', 'EPRT'] as const satisfies readonly Way[]) {
    test(
      `attack: disk full, ${secure ? 'TLS' : 'plain'}, ${way}: 452, never 226, and the session goes on`,
      root,
      async (t) => {
        const disk = smallDisk(t);
        const files = new DiskFiles(disk);
        t.after(() => files.close());
        const { login, connect, events } = await serve(t, { files });
        const client = secure ? await (await (await connect()).secure()).login() : await login();
        const bytes = noise(3_000_000);
        for (const line of ['STOR big', 'APPE big', 'STOU big']) {
          const data = await client.open(line, way);
          data.end(bytes);
          const reply = await client.expectReply(452);
          assert.match(reply.lines[0] ?? '', /No space left/);
        }
        assert.ok(statSync(join(disk, 'big')).size <= 1024 * 1024);
        const codes = events.flatMap((event) => (event.kind === 'transfer' ? [event.reply.code] : []));
        assert.deepEqual(codes, [452, 452, 452]);
        assert.match(await client.told('AVBL'), /^213 0$/);
        for (const name of (await client.fetch('NLST', way)).toString().split('\r\n').filter(Boolean))
          await client.expect(250, `DELE ${name}`);
        await client.store('STOR small', bytes.subarray(0, 500_000), way);
        assert.ok((await readFile(join(disk, 'small'))).equals(bytes.subarray(0, 500_000)));
      },
    );
  }
}

test('attack: disk full: no room for the name of a directory or of a file', root, async (t) => {
  const directory = smallDisk(t, ',nr_inodes=4');
  const files = new DiskFiles(directory);
  t.after(() => files.close());
  const { login } = await serve(t, { files });
  const client = await login();
  let code = 257;
  for (let count = 0; code === 257; count += 1) ({ code } = await client.ask(`MKD d${count}`));
  assert.equal(code, 452);
  const data = await client.open('STOR f');
  data.end('x');
  await client.expectReply(452);
  await client.expect(200, 'NOOP');
});
