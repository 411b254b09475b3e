import type { Dir } from 'node:fs';
import { joinPath } from '../../paths.ts';
import type { Directory } from '../directories.ts';
import { errorCode } from '../errno.ts';
import { fromBinary } from '../names.ts';
import { run } from '../steps.ts';
import type { Store } from '../store.ts';
import { removeIdle } from './partial.ts';
import { isUploadName } from './upload-names.ts';

/** Names looked at in one go; then everything else has its turn. */
const stretch = 512;
/** Milliseconds of rest after each: a sweep is never in a hurry. */
const rest = 20;
/** Folders that are remembered to be looked at; of more, the rest is for the next sweep. */
const mostFolders = 100_000;

/** What a sweep did. */
export interface SweepCount {
  readonly folders: number;
  readonly removed: number;
}

export interface SweepOptions {
  readonly signal?: AbortSignal;
  /** It does not keep the process alive. */
  readonly background?: boolean;
}

interface Sweep extends SweepOptions {
  /** Milliseconds since the epoch: what was changed later stays. */
  readonly before: number;
}

/** Walks all folders of a root, without following symlinks, and removes unfinished uploads that nobody has touched for long. */
export async function sweepStale(store: Store, sweep: Sweep): Promise<SweepCount> {
  const pending = ['/'];
  let [folders, removed] = [0, 0];
  for (let path = pending.pop(); path !== undefined; path = pending.pop()) {
    sweep.signal?.throwIfAborted();
    try {
      removed += await sweepFolder(store, { ...sweep, path, pending });
      folders++;
    } catch (error) {
      // Removed meanwhile, or not for us to read: the others are looked at all the same.
      if (!(error instanceof Error)) throw error;
    }
  }
  return { folders, removed };
}

async function sweepFolder(
  store: Store,
  sweep: Sweep & { readonly path: string; readonly pending: string[] },
): Promise<number> {
  const { directories, system } = store;
  const { path, pending, before } = sweep;
  const directory = await run(directories.enter(path));
  let removed = 0;
  try {
    const dir: Dir = await run(system.opendir(directory.self, stretch));
    let looked = 0;
    try {
      for (let entry = await dir.read(); entry !== null; entry = await dir.read()) {
        if (++looked % stretch === 0) await pause(sweep);
        const name = fromBinary(entry.name);
        if (entry.isDirectory() && pending.length < mostFolders) pending.push(joinPath(path, name));
        else if (isUploadName(name) && (await isStale(store, directory, { name, before }))) {
          if (await run(removeIdle(store, { directory, name }))) removed++;
        }
      }
    } finally {
      dir.closeSync();
    }
  } finally {
    directories.release(directory);
  }
  if (pending.length > 0) await pause(sweep);
  return removed;
}

async function isStale(
  { system }: Store,
  directory: Directory,
  { name, before }: { readonly name: string; readonly before: number },
): Promise<boolean> {
  try {
    const stats = await run(system.lstat(directory.at(name)));
    return stats?.isFile() === true && stats.mtimeMs < before;
  } catch (error) {
    if (errorCode(error) === undefined) throw error;
    return false;
  }
}

function pause({ signal, background }: Sweep): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted === true) return reject(signal.reason);
    const timer = setTimeout(resolve, rest);
    if (background === true) timer.unref();
  });
}
