import type { Dir, Dirent } from 'node:fs';
import type { Entry } from '@duoport/protocol';
import type { Directory } from './directories.ts';
import { factsNow, factsOfHelper, factsOfPool } from './entry-facts.ts';
import { errorCode, toFilesError } from './errno.ts';
import { learnToGlance } from './glance.ts';
import { listingHelper } from './listing-helper.ts';
import { run, type Steps } from './steps.ts';
import type { Store } from './store.ts';
import { isUploadName } from './uploads/upload-names.ts';

/** Names in a batch: some 0.5 ms of work where a directory is in memory. */
const batchNames = 256;
/** This thread must soon be back to make lines and to give the other one more. */
const ownNames = 128;
/** Directories of fewer batches are listed before another thread has been started. */
const startedFrom = 8;
/** Batches that are looked at before the first of them is taken: of the listing thread and this one, or of the thread pool. */
const ahead = 6;
const aheadInPool = 4;

/** The entries of a directory in batches, with turns of the event loop between them. */
export async function* listDirectory(store: Store, path: string): AsyncGenerator<readonly Entry[]> {
  const { directories, system } = store;
  const directory = await told(path, () => run(directories.enter(path)));
  try {
    const dir = await told(path, () => run(system.opendir(directory.self, batchNames)));
    try {
      yield* batches({ store, directory, dir });
    } finally {
      dir.closeSync();
    }
  } catch (error) {
    throw toFilesError(error, path);
  } finally {
    directories.release(directory);
  }
}

interface Listing {
  readonly store: Store;
  readonly directory: Directory;
  readonly dir: Dir;
}

/** A batch that is being looked at. */
interface Slot {
  readonly over: Promise<readonly Entry[]>;
  isOver: boolean;
}

/**
 * In the order of the directory. The listing thread, once it runs, always has a batch or two; this thread looks at the next
 * ones meanwhile and makes lines of what is there; on a slow root the thread pool does it instead.
 */
async function* batches(listing: Listing): AsyncGenerator<readonly Entry[]> {
  const { gate } = listing.store.system;
  const slots: Slot[] = [];
  let isHelped = false;
  let count = 0;
  let ended = false;
  const next = async (most: number) => {
    const found = await readNames(listing, most);
    ended = found.length < most;
    count++;
    return found;
  };
  try {
    for (;;) {
      if (!isHelped && count > 0 && listing.directory.fixed && (listingHelper.free || count >= startedFrom)) {
        listingHelper.use();
        learnToGlance();
        isHelped = true;
      }
      const fast = gate.fast;
      while (isHelped && !ended && slots.length < ahead && listingHelper.free) {
        slots.push(slot(byHelper(listing, await next(batchNames))));
      }
      const first = slots[0];
      if (
        first === undefined ? ended : first.isOver || ended || slots.length >= (fast ? ahead : aheadInPool)
      ) {
        if (first === undefined) break;
        slots.shift();
        const entries = await first.over;
        if (entries.length > 0) yield entries;
      } else if (fast) {
        slots.push(slot(byThisThread(listing, await next(ownNames))));
        if (!ended) await turn();
      } else {
        slots.push(slot(byPool(listing, await next(batchNames))));
      }
    }
  } finally {
    await Promise.allSettled(slots.map(({ over }) => over));
    if (isHelped) listingHelper.leave();
  }
}

function slot(over: Promise<readonly Entry[]>): Slot {
  const made: Slot = { over, isOver: false };
  const settle = () => {
    made.isOver = true;
  };
  // A failure is met when the slot is taken; until then it must not count as one that nobody handles.
  over.then(settle, settle);
  return made;
}

async function readNames({ dir, store }: Listing, most: number): Promise<Dirent[]> {
  const { gate } = store.system;
  const found: Dirent[] = [];
  if (gate.fast) gate.measure(() => readNow(dir, found, most));
  else {
    while (found.length < most) {
      const entry = await dir.read();
      if (entry === null) break;
      if (!isUploadName(entry.name)) found.push(entry);
    }
  }
  return found;
}

function readNow(dir: Dir, found: Dirent[], most: number): void {
  while (found.length < most) {
    const entry = dir.readSync();
    if (entry === null) break;
    if (!isUploadName(entry.name)) found.push(entry);
  }
}

async function byHelper(listing: Listing, found: readonly Dirent[]): Promise<readonly Entry[]> {
  const entries = await factsOfHelper(listing.directory, found);
  if (entries === undefined) return byThisThread(listing, found);
  return withTargets(listing, entries);
}

async function byPool(listing: Listing, found: readonly Dirent[]): Promise<readonly Entry[]> {
  return withTargets(listing, await factsOfPool(listing.directory, found));
}

async function byThisThread(listing: Listing, found: readonly Dirent[]): Promise<readonly Entry[]> {
  const { store, directory } = listing;
  const entries: Entry[] = [];
  for (let from = 0; from < found.length; ) {
    if (from > 0) await turn();
    from = factsNow({ store, directory, found, from }, entries);
  }
  return withTargets(listing, entries);
}

/** Puts the text of symlinks in, where it can be read and seen. */
async function withTargets({ store, directory }: Listing, entries: Entry[]): Promise<readonly Entry[]> {
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
