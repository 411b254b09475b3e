import assert from 'node:assert/strict';
import { chmod, chown, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { serveInChild } from './child-server.ts';
import { temporaryDirectory } from './files-support.ts';

const nobody = 65_534;
const root = process.getuid?.() === 0 ? {} : { skip: 'running as another user needs root' };

test(
  'attack: permission denied: a server that may not read or write says so before it opens a data connection',
  root,
  async (t) => {
    const folder = temporaryDirectory(t);
    await chown(folder, nobody, nobody);
    await writeFile(join(folder, 'theirs'), 'secret', { mode: 0o600 });
    await writeFile(join(folder, 'readable'), 'open', { mode: 0o644 });
    await mkdir(join(folder, 'closed'), { mode: 0o700 });
    await mkdir(join(folder, 'sticky'), { mode: 0o755 });
    await writeFile(join(folder, 'sticky', 'f'), 'x');
    await chmod(folder, 0o755);
    const server = await serveInChild(t, folder, { uid: nobody });
    const client = await server.login();
    await client.passive();
    for (const line of [
      'RETR theirs',
      'STOR theirs',
      'APPE theirs',
      'STOR readable',
      'HASH theirs',
      'CWD closed/in',
      'MLSD closed',
      'LIST closed',
      'NLST closed',
      'STAT closed',
      'STOR closed/f',
      'STOR sticky/new',
      'STOR sticky/f',
      'MKD sticky/d',
      'DELE sticky/f',
      'SITE CHMOD 777 theirs',
      'MFMT 20200101000000 theirs',
    ]) {
      const reply = await client.expect(550, line);
      assert.ok(!reply.lines.join('').includes(folder), 'paths of this machine are not told');
    }
    await client.expect(350, 'RNFR sticky/f');
    await client.expect(550, 'RNTO sticky/g');
    assert.equal((await client.fetch('RETR readable')).toString(), 'open');
    await client.store('STOR own', 'mine');
    assert.equal(await readFile(join(folder, 'theirs'), 'utf8'), 'secret');
    assert.equal(await readFile(join(folder, 'own'), 'utf8'), 'mine');
  },
);
