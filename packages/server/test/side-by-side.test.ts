import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TLSSocket } from 'node:tls';
import { DiskFiles, MemoryFiles } from '@duoport/server';
import { temporaryDirectory } from './files-support.ts';
import type { RawClient, Way } from './raw-client.ts';
import { noise, type Serving, seed, serve } from './serving.ts';
import { gone } from './sockets.ts';

const ways: readonly Way[] = ['EPSV', 'EPRT', 'PASV', 'PORT'];
const sizes = [1_000, 65_537, 1_100_000];

/** Bytes that no other session has: buffers that get mixed up show. */
function own(id: number, length: number): Buffer {
  const bytes = Buffer.from(noise(length));
  for (let at = 0; at < length; at += 1) bytes[at] = ((bytes[at] ?? 0) + id) & 0xff;
  return bytes;
}

async function enter({ connect }: Serving, secure: boolean): Promise<RawClient> {
  const client = await connect();
  if (secure) await client.secure();
  return client.login();
}

/** Stores and fetches, and finds what it stored. */
async function honest(client: RawClient, id: number): Promise<void> {
  for (const [round, size] of sizes.entries()) {
    const way = ways[(id + round) % ways.length] ?? 'EPSV';
    const bytes = own(id, size);
    await client.store(`STOR own-${id}`, bytes, way);
    assert.ok(
      (await client.fetch(`RETR own-${id}`, way)).equals(bytes),
      `session ${id}, ${size} bytes, ${way}`,
    );
    await client.expect(350, `REST ${size >> 1}`);
    const half = await client.fetch(`RETR own-${id}`, way);
    assert.ok(half.equals(bytes.subarray(size >> 1)), `session ${id}, the second half of ${size} bytes`);
  }
}

/** Begins transfers and breaks them off, in every way. */
async function vandal(client: RawClient, id: number): Promise<void> {
  for (let round = 0; round < 6; round += 1) {
    const upload = round % 2 === 0;
    const data = await client.open(upload ? `STOR vandal-${id}` : 'RETR huge', ways[round % ways.length]);
    if (upload) data.write(Buffer.alloc(700_000, 0xee));
    else data.pause();
    if (round % 3 === 0 && !(data instanceof TLSSocket)) data.resetAndDestroy();
    else if (round % 3 < 2) data.destroy();
    else {
      client.send('ABOR');
      // A small enough rest may have gone out before the ABOR came in.
      const { code } = await client.reply();
      assert.ok(code === 226 || code === 426, String(code));
      await client.expectReply(226);
      await gone(data);
      continue;
    }
    const { code } = await client.reply();
    assert.ok([226, 425, 426, 522].includes(code), String(code));
  }
}

for (const backend of ['memory', 'disk'] as const) {
  test(`sessions side by side, some of them broken off, never get each other's bytes: ${backend}`, async (t) => {
    const files = backend === 'memory' ? new MemoryFiles() : new DiskFiles(temporaryDirectory(t));
    const serving = await serve(t, { files, trace: undefined });
    await seed(files, '/huge', Buffer.alloc(4_000_000, 0xdd));
    const work: Promise<void>[] = [];
    for (let id = 0; id < 8; id += 1) {
      work.push(enter(serving, id % 4 === 3).then((client) => honest(client, id)));
      work.push(enter(serving, id % 4 === 1).then((client) => vandal(client, id)));
    }
    await Promise.all(work);
  });
}
