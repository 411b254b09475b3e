import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { bytesOf } from '../clients/client.ts';
import { difference, type Sample } from '../support/random-files.ts';
import { openFolder } from '../support/served-folder.ts';
import { impossible, type Way, wayName } from '../support/way.ts';
import { type Attempt, attempt, faultOf, missingFor, otherMode, type Pair } from './attempt.ts';
import type { Cell, Verdict } from './verdict.ts';

/** Moves every sample down and up, and compares what arrived. */
export function transferCell(pair: Pair, way: Way): Cell {
  const { client, server } = pair;
  return {
    id: `${client.name} → ${server.name} · ${wayName(way)}`,
    client: client.name,
    server: server.name,
    column: wayName(way),
    way,
    empty: impossible(way) ?? client.unsupported(way) ?? server.unsupported(way),
    missing: missingFor(pair),
    run: () => attempt(pair, way, moveAll),
  };
}

/** Every sample down, then up. */
export async function moveAll(current: Attempt): Promise<Verdict> {
  return (await download(current)) ?? (await upload(current)) ?? { kind: 'passed' };
}

async function download(current: Attempt): Promise<Verdict | undefined> {
  const { client, ground, target, scratch } = current;
  const local = ({ name }: Sample): string => join(scratch, name);
  const items = ground.samples.map((sample) => ({
    remote: bytesOf(`down/${sample.name}`),
    local: local(sample),
  }));
  const outcome = await client.get(target, items);
  const faults = ground.samples.map((sample) => difference(sample, local(sample)));
  for (const sample of ground.samples) rmSync(local(sample), { force: true });
  return faultOf(current, 'download', outcome, [...faults, otherMode(current, outcome)]);
}

async function upload(current: Attempt): Promise<Verdict | undefined> {
  const { client, ground, target, tag } = current;
  if (client.readOnly !== undefined) return undefined;
  const folder = openFolder(ground.peer.root, tag);
  try {
    const items = ground.samples.map(({ name, path }) => ({
      remote: bytesOf(`${tag}/${name}`),
      local: path,
    }));
    const outcome = await client.put(target, items);
    const faults = ground.samples.map((sample) => difference(sample, join(folder, sample.name)));
    return faultOf(current, 'upload', outcome, [...faults, otherMode(current, outcome)]);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
