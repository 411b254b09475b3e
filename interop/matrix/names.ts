import { isUtf8 } from 'node:buffer';
import { copyFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { bytesOf } from '../clients/client.ts';
import type { ServerKind } from '../peers/peer.ts';
import { difference, makeSample } from '../support/random-files.ts';
import { openFolder } from '../support/served-folder.ts';
import type { Act } from './act.ts';
import { type Attempt, faultOf, onServer } from './attempt.ts';
import type { Verdict } from './verdict.ts';

interface Name {
  readonly what: string;
  readonly bytes: Uint8Array;
}

const names: readonly Name[] = [
  { what: 'spaces', bytes: bytesOf('three little words.txt') },
  { what: 'quotes', bytes: bytesOf('she said "it\'s me".txt') },
  { what: 'leading dash', bytes: bytesOf('-rf.txt') },
  { what: 'wildcards', bytes: bytesOf('what [is] {this} * 100%41 #1.txt') },
  { what: 'UTF-8', bytes: bytesOf('Größe 漢字 ☃.txt') },
  { what: 'Latin-1', bytes: Buffer.from('caf\xe9 cr\xe8me.txt', 'latin1') },
];

/** One act for each odd name. */
export function nameActs(server: ServerKind): readonly Act[] {
  const trips = names.map(
    (name): Act => ({
      name: `name: ${name.what}`,
      writes: false,
      lacking: () => (isUtf8(name.bytes) ? undefined : server.utf8Only),
      run: (current) => roundTrip(current, name),
    }),
  );
  const stored: Act = {
    name: 'name: newline, stored',
    writes: true,
    lacking: ({ client }) => client.unsafe,
    run: newlineRefused,
  };
  const listed: Act = { name: 'name: newline, listed', writes: false, run: newlineListed };
  // What other servers make of such a file in their listings is not ours to say.
  return server.name === 'duoport' ? [...trips, stored, listed] : [...trips, stored];
}

/** Fetches a file of that name, and stores one where the client can. */
function roundTrip(current: Attempt, { bytes }: Name): Promise<Verdict> {
  return onServer(current, async (folder) => {
    const { client, target, tag, scratch } = current;
    const sample = makeSample(join(scratch, 'sample.bin'), { name: 'sample.bin', size: 5_000 });
    copyFileSync(sample.path, inside(folder, bytes));
    const local = join(scratch, 'fetched.bin');
    const got = await client.get(target, [{ remote: inside(tag, bytes), local }]);
    const fault = faultOf(current, 'download', got, [difference(sample, local)]);
    if (fault !== undefined || client.readOnly !== undefined) return fault ?? { kind: 'passed' };
    const up = openFolder(folder, 'up');
    const put = await client.put(target, [{ remote: inside(`${tag}/up`, bytes), local: sample.path }]);
    return faultOf(current, 'upload', put, [difference(sample, inside(up, bytes))]) ?? { kind: 'passed' };
  });
}

/** A line feed in a name would end the command. Nothing may come to be on the server, under whatever name. */
function newlineRefused(current: Attempt): Promise<Verdict> {
  return onServer(current, async (folder) => {
    const { client, target, tag, scratch, ground } = current;
    const sample = makeSample(join(scratch, 'sample.bin'), { name: 'sample.bin', size: 100 });
    const item = { remote: bytesOf(`${tag}/new\nline.txt`), local: sample.path };
    const { ok, said } = await client.put(target, [item]);
    const there = readdirSync(folder);
    if (!ok && there.length === 0) return { kind: 'passed' };
    const why = ok ? 'the client reports success' : `there is now ${JSON.stringify(there)}`;
    return { kind: 'failed', why, evidence: `${said}\n${ground.peer.log()}` };
  });
}

/** On the disk of our server a name may hold a line feed; no client may be made to see two names in it. */
function newlineListed(current: Attempt): Promise<Verdict> {
  return onServer(current, async (folder) => {
    for (const name of ['new\nline.txt', 'ok.txt']) writeFileSync(join(folder, name), name);
    const { names: seen, ...outcome } = await current.client.list(current.target, current.tag);
    const forged = seen.filter((name) => name === 'new' || name === 'line.txt');
    const fault =
      forged.length === 0 && seen.includes('ok.txt') ? undefined : `listed ${JSON.stringify(seen)}`;
    return faultOf(current, 'list', outcome, [fault]) ?? { kind: 'passed' };
  });
}

/** Paths are bytes: a name in Latin-1 has no text. */
function inside(folder: string, name: Uint8Array): Buffer {
  return Buffer.concat([Buffer.from(`${folder}/`), name]);
}
