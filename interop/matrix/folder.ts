import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { difference, makeSample, type Sample } from '../support/random-files.ts';
import { openFolder } from '../support/served-folder.ts';
import type { Act } from './act.ts';
import { type Attempt, faultOf, onServer } from './attempt.ts';
import type { Verdict } from './verdict.ts';

export const folderActs: readonly Act[] = [
  { name: 'list', writes: false, run: list },
  { name: '300 files down', writes: false, run: folderDown },
  { name: '300 files up', writes: true, run: folderUp },
];

function list(current: Attempt): Promise<Verdict> {
  return onServer(current, async (folder) => {
    const names = ['a.txt', 'b two words.txt', 'c.d.e', 'sub'];
    for (const name of names.slice(0, -1)) writeFileSync(join(folder, name), name);
    openFolder(folder, 'sub');
    const { names: found, ...outcome } = await current.client.list(current.target, current.tag);
    const seen = found.filter((name) => name !== '.' && name !== '..').sort();
    const fault = seen.join('|') === names.join('|') ? undefined : `listed ${JSON.stringify(seen)}`;
    return faultOf(current, 'list', outcome, [fault]) ?? { kind: 'passed' };
  });
}

function folderDown(current: Attempt): Promise<Verdict> {
  return onServer(current, async (folder) => {
    const samples = makeMany(folder);
    const local = join(current.scratch, 'folder');
    mkdirSync(local);
    const names = samples.map(({ name }) => name);
    const outcome = await current.client.getFolder(current.target, { remote: current.tag, local, names });
    const faults = samples.map((sample) => difference(sample, join(local, sample.name)));
    return faultOf(current, 'folder', outcome, firstFew(faults)) ?? { kind: 'passed' };
  });
}

function folderUp(current: Attempt): Promise<Verdict> {
  return onServer(current, async (folder) => {
    const local = join(current.scratch, 'folder');
    mkdirSync(local);
    const samples = makeMany(local);
    const names = samples.map(({ name }) => name);
    const outcome = await current.client.putFolder(current.target, {
      remote: `${current.tag}/up`,
      local,
      names,
    });
    const faults = samples.map((sample) => difference(sample, join(folder, 'up', sample.name)));
    return faultOf(current, 'folder', outcome, firstFew(faults)) ?? { kind: 'passed' };
  });
}

/** 300 files of 0 to about 9,000 bytes. */
function makeMany(folder: string): readonly Sample[] {
  return Array.from({ length: 300 }, (_, index) => {
    const name = `file-${String(index).padStart(3, '0')}.bin`;
    return makeSample(join(folder, name), { name, size: index * 31 });
  });
}

function firstFew(faults: readonly (string | undefined)[]): readonly string[] {
  const found = faults.filter((fault) => fault !== undefined);
  return found.length <= 3 ? found : [...found.slice(0, 3), `… and ${found.length - 3} more`];
}
