import assert from 'node:assert/strict';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { verbs } from '@duoport/protocol';
import { DiskFiles, MemoryFiles } from '@duoport/server';
import { temporaryDirectory } from './files-support.ts';
import { seed, serve } from './serving.ts';

const nasty = [
  '',
  ' ',
  '  x  ',
  '/',
  '//',
  '.',
  '..',
  '../../../etc/passwd',
  'a/../../..',
  '/./././.',
  'f',
  'd',
  'd/',
  'f/x',
  'f/..',
  '-',
  '--',
  '-la',
  '-la f',
  '*',
  '*/*',
  '[',
  '[!]',
  '?'.repeat(300),
  '"',
  '""',
  '"f" 1 2',
  '"f" 9 1',
  '%s%n%x',
  '$(id)',
  '`id`',
  '; rm -rf /',
  '~root',
  '\\',
  '\t',
  '\x01\x1b[2J',
  '\x80\xfe',
  '\xff\xff',
  'Gr\xfc\xdfe',
  '0',
  '1',
  '-1',
  '1 0',
  '0 1',
  '5 1',
  '1e9',
  '0x10',
  '999999999999999',
  '99999999999999999999999',
  '20200101000000 f',
  '00000000000000 f',
  '99999999999999 f',
  '20200101000000.999999 f',
  'Modify=20200101000000; f',
  'Modify=;Create=;UNIX.mode=; f',
  '=;=; f',
  'UNIX.mode=777; ../..',
  '777 f',
  '777 ..',
  'A N',
  'L 8',
  'I',
  'Z',
  'ON',
  'MLST type;size;',
  'HASH SHA-1',
  'MODE Z LEVEL 9',
  'UTF8 ON',
  '1,2,3,4,5,6',
  '256,0,0,0,0,0',
  '|1|127.0.0.1|',
  '|3|x|1|',
  '4,4,1,2,3,4,2,1',
  'x'.repeat(255),
  'x'.repeat(256),
  'x'.repeat(8000),
  'x/'.repeat(2000),
  '../'.repeat(2000),
];

// These end the dialogue or change what it runs over; EPSV and the like would open a port that nobody uses.
const apart = new Set(['QUIT', 'AUTH', 'CCC', 'USER', 'PASS', 'REIN', 'ESTA', 'ESTP']);

for (const backend of ['memory', 'disk'] as const) {
  test(`attack: every verb with every nasty argument gets one answer, and nothing outside is touched: ${backend}`, async (t) => {
    const parent = temporaryDirectory(t);
    const root = join(parent, 'root');
    await mkdir(root);
    await writeFile(join(parent, 'sentinel'), 'untouched');
    const files = backend === 'memory' ? new MemoryFiles() : new DiskFiles(root);
    const { login } = await serve(t, { files, trace: undefined });
    const client = await login();
    for (const row of verbs) {
      if (apart.has(row.verb)) continue;
      // Whatever the last verb did, there is a file to do it to.
      await seed(files, '/f', 'content').catch(() => {});
      for (const argument of nasty) {
        const line = `${row.verb} ${argument}`;
        client.sendBytes(`${line}\r\n`);
        let reply = await client.reply();
        if (reply.code === 150) reply = await client.reply();
        assert.ok(reply.code >= 200 && reply.code < 600, `${line}: ${reply.code}`);
        // In step: the next reply is that of the NOOP.
        assert.deepEqual((await client.ask('NOOP')).lines, ['OK'], line.slice(0, 80));
        if (row.opensData !== 'no' && reply.code < 300) await client.expect(226, 'ABOR');
      }
      await client.expect(250, 'CWD /');
      await client.expect(200, 'TYPE I');
      await client.expect(200, 'MODE S');
    }
    assert.equal(await readFile(join(parent, 'sentinel'), 'utf8'), 'untouched');
    assert.deepEqual((await readdir(parent)).sort(), ['root', 'sentinel']);
  });
}
