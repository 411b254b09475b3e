import type { Dir, Dirent } from 'node:fs';
import type { Entry } from '@duoport/protocol';
import type { Directory } from './directories.ts';
import { factsNow, factsOfPool } from './entry-facts.ts';
import { errorCode, toFilesError } from './errno.ts';
import type { ListingWay } from './listing-way.ts';
import { run, type Steps } from './steps.ts';
import type { Store } from './store.ts';

/** Names in a batch: some 0.5 ms of work where a directory is in memory. */
const batchNames = 256;
/** Fewer names than this are looked at before the threads of the pool would have woken up. */
const fewNames = 48;

/** The entries of a directory in batches, with turns of the event loop between them. */
export async function* listDirectory(store: Store, path: string): AsyncGenerator<readonly Entry[]> {
  const { directories, system } = store;
  const directory = await told(path, () => run(directories.enter(path)));
  try {
    const dir = await told(path, () => run(system.opendir(directory.self, batchNames)));
    try {
      yield* timed(store, directory, dir);
    } finally {
      dir.closeSync();
    }
  } catch (error) {
    throw toFilesError(error, path);
  } finally {
    directories.release(directory);
  }
}

async function* timed(store: Store, directory: Directory, dir: Dir): AsyncGenerator<readonly Entry[]> {
  const start = performance.now();
  const way = store.ways.begin();
  let names = 0;
  try {
    for await (const entries of batches({ store, directory, way }, dir)) {
      names += entries.length;
      yield entries;
    }
  } finally {
    store.ways.end(way, performance.now() - start, names);
  }
}

interface Listing {
  readonly store: Store;
  readonly directory: Directory;
  readonly way: ListingWay;
}

/** One batch ahead: while the last one is made into lines, the system looks at the next one. */
async function* batches(listing: Listing, dir: Dir): AsyncGenerator<readonly Entry[]> {
  let ahead: Promise<readonly Entry[]> | undefined;
  try {
    for (;;) {
      const found = await readNames(listing.store, dir);
      const last = ahead;
      ahead = entriesOf(listing, found);
      // It is awaited one round later; until then a failure must not count as one that nobody handles.
      ahead.catch(() => {});
      if (last !== undefined) yield* filled(await last);
      if (found.length < batchNames) break;
    }
    yield* filled(await ahead);
  } finally {
    await ahead?.catch(() => {});
  }
}

function* filled(entries: readonly Entry[]): Generator<readonly Entry[]> {
  if (entries.length > 0) yield entries;
}

async function readNames({ system: { gate } }: Store, dir: Dir): Promise<Dirent[]> {
  const found: Dirent[] = [];
  const fast = gate.fast;
  if (fast) gate.measure(() => readNow(dir, found));
  else {
    while (found.length < batchNames) {
      const entry = await dir.read();
      if (entry === null) break;
      found.push(entry);
    }
  }
  return found;
}

function readNow(dir: Dir, found: Dirent[]): void {
  while (found.length < batchNames) {
    const entry = dir.readSync();
    if (entry === null) break;
    found.push(entry);
  }
}

async function entriesOf(listing: Listing, found: readonly Dirent[]): Promise<Entry[]> {
  const { store, directory } = listing;
  if (!store.system.gate.fast || takesPool(listing, found.length)) {
    return withTargets(store, directory, await factsOfPool(directory, found));
  }
  const entries: Entry[] = [];
  for (let from = 0; from < found.length; ) {
    if (from > 0 || found.length === batchNames) await turn();
    from = factsNow({ store, directory, found, from }, entries);
  }
  return withTargets(store, directory, entries);
}

/** Where only the long paths can be taken, a visit costs less than a third of those. */
function takesPool({ store, directory, way }: Listing, names: number): boolean {
  if (way === 'direct' || names < fewNames) return false;
  return store.visit === undefined || directory.quick('') !== undefined;
}

/** Puts the text of symlinks in, where it can be read and seen. */
async function withTargets(store: Store, directory: Directory, entries: Entry[]): Promise<Entry[]> {
  for (let i = 0; i < entries.length; i++) {
    const entry = entries[i];
    if (entry?.type !== 'symlink') continue;
    const target = await run(targetSteps(store, directory, entry.name));
    if (target !== undefined) entries[i] = { ...entry, target };
  }
  return entries;
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
