// Uploads, downloads, goes on where a download stopped, and gives up in the middle of one.
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { connect } from '@duoport/client';
import { serveFolder } from './support/serve-folder.ts';

await using server = await serveFolder({});
await using ftp = await connect(server.url, { timeouts: { stall: 20_000 } });

await ftp.makeDirectory('reports/2026', { parents: true });
const sent = await ftp.put(new TextEncoder().encode('Everything is fine.\n'), 'reports/2026/november.txt');
console.log(`sent ${sent.bytes} bytes, ${sent.mode}, by ${sent.dataVerb}${sent.secure ? ', encrypted' : ''}`);

const local = join(server.scratch, 'november.txt');
await writeFile(local, 'Everything'); // what an earlier attempt left behind
const got = await ftp.get('reports/2026/november.txt', local, { resume: true });
console.log(`fetched the last ${got.bytes} bytes: ${(await readFile(local, 'utf8')).trim()}`);

const controller = new AbortController();
const endless = async function* () {
  for (let block = 0; ; block++) {
    if (block === 10) controller.abort(new Error('changed my mind'));
    yield new Uint8Array(65_536);
  }
};
await ftp.put(endless(), 'endless.bin', { signal: controller.signal }).catch((error: Error) => {
  console.log(`given up: ${error.message}`);
});
console.log(`still connected, in ${await ftp.pwd()}`);
