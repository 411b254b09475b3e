import assert from 'node:assert/strict';
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { serveInChild } from './child-server.ts';
import { temporaryDirectory } from './files-support.ts';
import { noise } from './serving.ts';

test('attack: kill -9 of the server in mid-upload, then restart and resume', async (t) => {
  const folder = temporaryDirectory(t);
  const bytes = noise(20_000_000);
  const first = await serveInChild(t, folder);
  const client = await first.login();
  await client.store('STOR done', bytes);
  const data = await client.open('STOR f');
  await new Promise((resolve) => data.write(bytes.subarray(0, 8_000_000), resolve));
  for (;;) if (/Receiving \/f: [1-9]\d{5}/.test(await client.told('STAT'))) break;
  await first.kill();
  await client.ended;
  assert.ok((await readFile(join(folder, 'done'))).equals(bytes), 'what was answered with 226 is there');

  const again = await serveInChild(t, folder, { port: first.port });
  const second = await again.login();
  const [kept = ''] = (await second.expect(213, 'SIZE f')).lines;
  const offset = Number(kept);
  assert.ok(offset > 0 && offset <= 8_000_000, kept);
  assert.ok(
    (await readFile(join(folder, 'f'))).equals(bytes.subarray(0, offset)),
    'what is kept is what was sent',
  );
  await second.expect(350, `REST ${offset}`);
  await second.store('STOR f', bytes.subarray(offset));
  assert.ok((await readFile(join(folder, 'f'))).equals(bytes));
  assert.equal((await stat(join(folder, 'f'))).size, bytes.length);
});
