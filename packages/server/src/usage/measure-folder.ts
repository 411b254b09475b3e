import type { Dirent } from 'node:fs';
import { lstat, opendir, realpath } from 'node:fs/promises';
import { relative, resolve, sep } from 'node:path';
import { type Amount, nothing, plus } from './usage.ts';

/** Files that are asked for their sizes at once. */
const atOnce = 64;

/**
 * What stands in a folder of this machine, at any depth: the bytes of files, and how many names there are. Links are not followed. Memory
 * depends on the depth, not on how much there is. Rejects when a part of it cannot be read.
 */
async function measureFolder(folder: string): Promise<Amount> {
  const sum = { bytes: 0, files: 0 };
  await measure(Buffer.from(folder), sum);
  return sum;
}

/** The same for several folders; one that is in another, or the same by another name, counts once. */
export async function measureFolders(folders: readonly string[]): Promise<Amount> {
  const all = new Set(await Promise.all(folders.map((folder) => realpath(resolve(folder)))));
  let sum: Amount = nothing;
  for (const folder of all) {
    if ([...all].some((other) => isInside(folder, other))) continue;
    sum = plus(sum, await measureFolder(folder));
  }
  return sum;
}

function isInside(folder: string, other: string): boolean {
  const way = relative(other, folder);
  return way !== '' && way !== '..' && !way.startsWith(`..${sep}`) && resolve(other, way) === folder;
}

async function measure(folder: Buffer, sum: { bytes: number; files: number }): Promise<void> {
  let sizes: Promise<number>[] = [];
  const add = async (): Promise<void> => {
    for (const size of await Promise.all(sizes)) sum.bytes += size;
    sizes = [];
  };
  // Names are bytes; the type declaration of node:fs knows no such folder.
  const directory = (await opendir(folder as unknown as string, {
    encoding: 'buffer' as BufferEncoding,
  })) as unknown as AsyncIterable<Pick<Dirent, 'isDirectory' | 'isFile'> & { readonly name: Buffer }>;
  for await (const entry of directory) {
    const path = Buffer.concat([folder, separator, entry.name]);
    sum.files += 1;
    if (entry.isDirectory()) await measure(path, sum).catch(gone);
    else if (entry.isFile()) sizes.push(sizeOf(path));
    if (sizes.length >= atOnce) await add();
  }
  await add();
}

const separator = Buffer.from('/');

async function sizeOf(path: Buffer): Promise<number> {
  try {
    return (await lstat(path)).size;
  } catch (error) {
    gone(error);
    return 0;
  }
}

/** What is taken away while it is counted is not there. */
function gone(error: unknown): void {
  if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
}
