import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmdirSync, statfsSync, statSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { DiskFiles } from '@duoport/server';
import type { Way } from './raw-client.ts';
import { noise, serve } from './serving.ts';

/** A real file system of one megabyte. */
function smallDisk(t: TestContext, more = '', size = '1m'): string {
  const directory = mkdtempSync(join(tmpdir(), 'duoport-full-'));
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${size}${more}`, 'duoport-test', directory]);
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

for (const mode of ['direct', 'atomic'] as const) {
  for (const partial of ['keep', 'remove'] as const) {
    test(
      `attack: disk full, ${mode}, ${partial}: what was there stays, and what broke off is as it was asked for`,
      root,
      async (t) => {
        const disk = smallDisk(t);
        const files = new DiskFiles(disk, { uploads: { mode, partial } });
        t.after(() => files.close());
        const { login } = await serve(t, { files });
        const client = await login();
        const bytes = noise(3_000_000);
        await client.store('STOR old', bytes.subarray(0, 300_000));
        for (const name of mode === 'atomic' ? ['old', 'new'] : ['new']) {
          const data = await client.open(`STOR ${name}`);
          data.end(bytes);
          await client.expectReply(452);
        }
        assert.ok((await readFile(join(disk, 'old'))).equals(bytes.subarray(0, 300_000)));
        const size = await client.ask('SIZE new');
        if (partial === 'remove') assert.equal(size.code, 550);
        else assert.ok(size.code === 213 && Number(size.lines[0]) > 500_000, size.lines[0]);
        const names = (await client.fetch('NLST')).toString();
        assert.equal(names, mode === 'direct' && partial === 'keep' ? 'new\r\nold\r\n' : 'old\r\n');
        if (partial === 'keep') await client.expect(250, 'DELE new');
        await client.store('STOR new', bytes.subarray(0, 500_000));
      },
    );
  }

  test(
    `attack: eight uploads at once and a floor of 2 MB, ${mode}: 552, and so much stays free`,
    root,
    async (t) => {
      const disk = smallDisk(t, '', '8m');
      const files = new DiskFiles(disk, { uploads: { mode, floor: { bytes: 2_000_000 } } });
      t.after(() => files.close());
      const { login } = await serve(t, { files });
      const bytes = noise(1_500_000);
      const codes = await Promise.all(
        Array.from({ length: 8 }, async (_, number) => {
          const client = await login();
          const data = await client.open(`STOR f${number}`);
          data.end(bytes);
          return (await client.reply()).code;
        }),
      );
      const { bavail, bsize } = statfsSync(disk);
      assert.ok(bavail * bsize >= 2_000_000 - 8 * 4096, `${bavail * bsize} bytes are free`);
      assert.ok(codes.includes(552), codes.join());
      assert.ok(
        codes.every((code) => code === 226 || code === 552),
        codes.join(),
      );
      codes.forEach((code, number) => {
        if (code === 226) assert.ok(readFileSync(join(disk, `f${number}`)).equals(bytes));
      });
      const client = await login();
      await client.expect(552, 'ALLO 5000000');
      const [told = ''] = (await client.expect(213, 'AVBL')).lines;
      assert.ok(Number(told) < 1_500_000, told);
      await client.expect(552, `ALLO ${Number(told) + 1_000_000}`);
    },
  );
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
