import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { bytesOf } from '../clients/client.ts';
import { difference, type Sample } from '../support/random-files.ts';
import { giveToSessions } from '../support/served-folder.ts';
import type { Act } from './act.ts';
import { type Attempt, faultOf, onServer } from './attempt.ts';
import type { Verdict } from './verdict.ts';

/** Bytes that are there already. */
const cut = 400_000;

export const resumeActs: readonly Act[] = [
  { name: 'resume down', writes: false, run: resumeDown },
  { name: 'resume up', writes: true, run: resumeUp },
];

async function resumeDown(current: Attempt): Promise<Verdict> {
  const sample = mebibyte(current);
  const local = join(current.scratch, 'part.bin');
  writeFileSync(local, readFileSync(sample.path).subarray(0, cut));
  const outcome = await current.client.resumeGet(current.target, {
    remote: bytesOf(`down/${sample.name}`),
    local,
  });
  const faults = [difference(sample, local), resumed(outcome.said)];
  return faultOf(current, 'resume', outcome, faults) ?? { kind: 'passed' };
}

function resumeUp(current: Attempt): Promise<Verdict> {
  return onServer(current, async (folder) => {
    const sample = mebibyte(current);
    const there = join(folder, 'part.bin');
    writeFileSync(there, readFileSync(sample.path).subarray(0, cut));
    giveToSessions(there);
    const item = { remote: bytesOf(`${current.tag}/part.bin`), local: sample.path };
    const outcome = await current.client.resumePut(current.target, item);
    const faults = [difference(sample, there), resumed(outcome.said)];
    return faultOf(current, 'resume', outcome, faults) ?? { kind: 'passed' };
  });
}

/** The same content could also come from moving the whole file again. */
function resumed(said: string): string | undefined {
  return new RegExp(`REST ${cut}\\b|\\bAPPE `).test(said)
    ? undefined
    : `neither REST ${cut} nor APPE was sent`;
}

function mebibyte({ ground }: Attempt): Sample {
  const sample = ground.samples.find(({ size }) => size === 1 << 20);
  if (sample === undefined) throw new Error('there is no sample of 1 MiB');
  return sample;
}
