import { createHash, randomFillSync } from 'node:crypto';
import { closeSync, fstatSync, openSync, readSync, writeSync } from 'node:fs';
import { join } from 'node:path';

/** A file that is moved about; `hash` is that of its content. */
export interface Sample {
  readonly name: string;
  readonly path: string;
  readonly size: number;
  readonly hash: string;
}

const mebibyte = 1 << 20;
const sampleSizes: readonly { readonly name: string; readonly size: number }[] = [
  { name: '0B.bin', size: 0 },
  { name: '1B.bin', size: 1 },
  { name: '1MiB.bin', size: mebibyte },
  { name: '64MiB.bin', size: 64 * mebibyte },
];

export function makeSamples(folder: string, sizes = sampleSizes): readonly Sample[] {
  return sizes.map(({ name, size }) => makeSample(join(folder, name), { name, size }));
}

export function makeSample(path: string, { name, size }: { name: string; size: number }): Sample {
  const hash = createHash('sha1');
  const file = openSync(path, 'w');
  try {
    for (let at = 0; at < size; ) {
      const chunk = randomFillSync(Buffer.allocUnsafe(Math.min(mebibyte, size - at)));
      hash.update(chunk);
      at += writeSync(file, chunk);
    }
  } finally {
    closeSync(file);
  }
  return { name, path, size, hash: hash.digest('hex') };
}

/** Hash and size of a file, or why it could not be read. */
function hashFile(path: string | Buffer): { readonly size: number; readonly hash: string } {
  const file = openSync(path, 'r');
  try {
    const hash = createHash('sha1');
    const chunk = Buffer.allocUnsafe(mebibyte);
    for (let got = readSync(file, chunk); got > 0; got = readSync(file, chunk))
      hash.update(chunk.subarray(0, got));
    return { size: fstatSync(file).size, hash: hash.digest('hex') };
  } finally {
    closeSync(file);
  }
}

/** Why the file at `path` is not the sample, or undefined. */
export function difference(sample: Sample, path: string | Buffer): string | undefined {
  let found: { size: number; hash: string };
  try {
    found = hashFile(path);
  } catch (error) {
    return `${sample.name}: ${error instanceof Error ? error.message : String(error)}`;
  }
  if (found.size !== sample.size) return `${sample.name}: ${found.size} bytes instead of ${sample.size}`;
  return found.hash === sample.hash
    ? undefined
    : `${sample.name}: ${found.size} bytes, but not the same ones`;
}
