import { type Dir, type Dirent, lstatSync } from 'node:fs';
import { lstat as lstatLater } from 'node:fs/promises';
import type { Entry } from '@duoport/protocol';
import type { Directory } from './directories.ts';
import { toEntry } from './entry.ts';
import { errorCode, toFilesError } from './errno.ts';
import { movedMeanwhile } from './links.ts';
import { fromBinary, type OsPath, osPath } from './names.ts';
import { run, type Steps } from './steps.ts';
import type { Store } from './store.ts';

/** Names in a batch: some 0.5 ms of work where a directory is in memory. */
const batchNames = 256;
/** Milliseconds of one synchronous stretch. */
const stretch = 1;
/** Names between two looks at the clock. */
const stride = 8;

/** The entries of a directory in batches, with a turn of the event loop between them. */
export async function* listDirectory(store: Store, path: string): AsyncGenerator<readonly Entry[]> {
  const { directories, system } = store;
  const directory = await told(path, () => run(directories.enter(path)));
  try {
    const dir = await told(path, () => run(system.opendir(directory.self, batchNames)));
    try {
      yield* batches(store, directory, dir);
    } finally {
      dir.closeSync();
    }
  } catch (error) {
    throw toFilesError(error, path);
  } finally {
    directories.release(directory);
  }
}

async function* batches(store: Store, directory: Directory, dir: Dir): AsyncGenerator<readonly Entry[]> {
  for (;;) {
    const found = store.system.gate.fast
      ? store.system.gate.measure(() => readNow(dir))
      : await readLater(dir);
    for (let from = 0; from < found.length; ) {
      const { entries, next } = store.system.gate.fast
        ? statNow(store, directory, found, from)
        : await statLater(directory, found, from);
      from = next;
      await addTargets(store, directory, entries);
      if (entries.length > 0) yield entries;
      if (from < found.length || found.length === batchNames) await turn();
    }
    if (found.length < batchNames) return;
  }
}

function readNow(dir: Dir): Dirent[] {
  const found: Dirent[] = [];
  while (found.length < batchNames) {
    const entry = dir.readSync();
    if (entry === null) break;
    found.push(entry);
  }
  return found;
}

async function readLater(dir: Dir): Promise<Dirent[]> {
  const found: Dirent[] = [];
  while (found.length < batchNames) {
    const entry = await dir.read();
    if (entry === null) break;
    found.push(entry);
  }
  return found;
}

interface Batch {
  readonly entries: Entry[];
  /** Index of the first name that was not looked at. */
  readonly next: number;
}

/** Looks at names until the stretch is over. Short paths first; when something moved meanwhile, once more the sure way. */
function statNow(store: Store, directory: Directory, found: readonly Dirent[], from: number): Batch {
  if (store.visit === undefined && directory.quick('') !== undefined) {
    try {
      const batch = statStretch(store, found, from, (name) => directory.quick(name) ?? directory.at(name));
      if (directory.still()) return batch;
    } catch (error) {
      if (directory.still()) throw error;
    }
  }
  if (!directory.inPlace()) throw movedMeanwhile(directory.path);
  const visited = directory.fixed ? statVisiting(store, directory, found, from) : undefined;
  if (visited !== undefined) return visited;
  const batch = statStretch(store, found, from, (name) => directory.at(name));
  if (!directory.fixed && !directory.inPlace()) throw movedMeanwhile(directory.path);
  return batch;
}

/** From the directory as working directory; `undefined` where that may not be. */
function statVisiting(
  store: Store,
  directory: Directory,
  found: readonly Dirent[],
  from: number,
): Batch | undefined {
  try {
    return store.visit?.(directory.self, () => statStretch(store, found, from, (name) => osPath('', name)));
  } catch (error) {
    if (errorCode(error) !== 'EACCES') throw error;
    return undefined;
  }
}

const quiet = { throwIfNoEntry: false } as const;

function statStretch(
  { system: { gate } }: Store,
  found: readonly Dirent[],
  from: number,
  pathOf: (name: string) => OsPath,
): Batch {
  const entries: Entry[] = [];
  const end = performance.now() + stretch;
  let next = from;
  while (next < found.length && (next === from || performance.now() < end)) {
    const until = Math.min(found.length, next + stride);
    const first = next;
    gate.measure(() => {
      for (let i = first; i < until; i++) {
        const dirent = found[i];
        if (dirent === undefined) continue;
        const name = fromBinary(dirent.name);
        try {
          const stats = lstatSync(pathOf(name), quiet);
          if (stats !== undefined) entries.push(toEntry(name, stats));
        } catch (error) {
          entries.push(unseen(name, dirent, error));
        }
      }
    });
    next = until;
  }
  return { entries, next };
}

async function statLater(directory: Directory, found: readonly Dirent[], from: number): Promise<Batch> {
  if (!directory.inPlace()) throw movedMeanwhile(directory.path);
  const next = Math.min(found.length, from + batchNames / 4);
  const looked = found.slice(from, next).map(async (dirent) => {
    const name = fromBinary(dirent.name);
    try {
      return toEntry(name, await lstatLater(directory.at(name)));
    } catch (error) {
      return errorCode(error) === 'ENOENT' ? undefined : unseen(name, dirent, error);
    }
  });
  const entries = (await Promise.all(looked)).filter((entry) => entry !== undefined);
  if (!directory.fixed && !directory.inPlace()) throw movedMeanwhile(directory.path);
  return { entries, next };
}

/** A directory may be read but not searched: then there are names, and nothing is known of them. */
function unseen(name: string, dirent: Dirent, error: unknown): Entry {
  if (errorCode(error) !== 'EACCES') throw error;
  return { name, type: dirent.isDirectory() ? 'directory' : dirent.isFile() ? 'file' : 'other' };
}

/** Puts the text of symlinks in, where it can be read and seen. */
async function addTargets(store: Store, directory: Directory, entries: Entry[]): Promise<void> {
  for (const [index, entry] of entries.entries()) {
    if (entry.type !== 'symlink') continue;
    const target = await run(targetSteps(store, directory, entry.name));
    if (target !== undefined) entries[index] = { ...entry, target };
  }
}

function* targetSteps(store: Store, directory: Directory, name: string): Steps<string | undefined> {
  try {
    return store.directories.shown(yield* store.system.readlink(directory.at(name)));
  } catch (error) {
    // Gone, or no longer a symlink: the entry tells what it was a moment ago.
    if (errorCode(error) === undefined) throw error;
    return undefined;
  }
}

async function told<T>(path: string, act: () => T | Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (error) {
    throw toFilesError(error, path);
  }
}

function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
