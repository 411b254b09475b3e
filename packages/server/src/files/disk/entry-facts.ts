import { type Dirent, lstat, lstatSync } from 'node:fs';
import { statFacts } from '@duoport/net';
import type { Entry } from '@duoport/protocol';
import type { Directory } from './directories.ts';
import { toEntry } from './entry.ts';
import { errorCode } from './errno.ts';
import { glance } from './glance.ts';
import { movedMeanwhile } from './links.ts';
import { listingHelper } from './listing-helper.ts';
import { fieldsOf, hidden, missing, nameSeparator } from './listing-message.ts';
import { fromBinary, type OsPath, osPath, toBinary } from './names.ts';
import type { Store } from './store.ts';

/** Milliseconds of one synchronous stretch. */
const stretch = 1;
/** Names between two looks at the clock. */
const stride = 8;

type PathOf = (name: string) => OsPath;

interface Batch {
  readonly store: Store;
  readonly directory: Directory;
  readonly found: readonly Dirent[];
  /** Index of the first name to look at. */
  readonly from: number;
}

/**
 * Looks at names synchronously until a stretch is over, and returns the index of the first that is left. Short paths
 * first; when something has moved meanwhile, once more the sure way.
 */
export function factsNow(batch: Batch, entries: Entry[]): number {
  const { store, directory } = batch;
  if (store.visit === undefined && directory.quick('') !== undefined) {
    const before = entries.length;
    try {
      const next = look(batch, entries, quickest(directory));
      if (directory.still()) return next;
    } catch (error) {
      if (directory.still()) throw error;
    }
    entries.length = before;
  }
  if (!directory.inPlace()) throw movedMeanwhile(directory.path);
  const next = visiting(batch, entries) ?? look(batch, entries, (name) => directory.at(name));
  if (!directory.fixed && !directory.inPlace()) throw movedMeanwhile(directory.path);
  return next;
}

/** The same for all of a batch in the thread pool. */
export async function factsOfPool(directory: Directory, found: readonly Dirent[]): Promise<Entry[]> {
  if (directory.quick('') !== undefined) {
    try {
      const entries = await lookLater(found, quickest(directory));
      if (directory.still()) return entries;
    } catch (error) {
      if (directory.still()) throw error;
    }
  }
  if (!directory.inPlace()) throw movedMeanwhile(directory.path);
  const entries = await lookLater(found, (name) => directory.at(name));
  if (!directory.fixed && !directory.inPlace()) throw movedMeanwhile(directory.path);
  return entries;
}

/**
 * The same by the listing thread, for a directory whose `at` is fixed. `undefined` when something has moved meanwhile or
 * went wrong there: then this thread must look.
 */
export async function factsOfHelper(
  directory: Directory,
  found: readonly Dirent[],
): Promise<Entry[] | undefined> {
  if (directory.quick('') === undefined && !directory.inPlace()) throw movedMeanwhile(directory.path);
  const quick = directory.quick('');
  const prefix = toBinary(quick ?? String(directory.at('')));
  const names = found.map(({ name }) => name).join(nameSeparator);
  if (names === '') return [];
  const facts = await listingHelper.ask({ prefix, directory: directory.fd, names });
  if (facts === undefined || (quick !== undefined && !directory.still())) return undefined;
  return facts instanceof Uint32Array ? glancedAt(directory, found, facts) : entriesOf(found, facts);
}

function glancedAt(directory: Directory, found: readonly Dirent[], words: Uint32Array): Entry[] {
  const entries: Entry[] = [];
  found.forEach((dirent, index) => {
    const facts = statFacts(words, index);
    if (facts !== undefined) entries.push(toEntry(fromBinary(dirent.name), facts));
    else lookAt({ directory, found: [dirent] }, entries, (name) => directory.at(name));
  });
  return entries;
}

function entriesOf(found: readonly Dirent[], facts: Float64Array): Entry[] {
  const entries: Entry[] = [];
  const fact = (at: number) => facts[at] ?? 0;
  let at = 0;
  for (const dirent of found) {
    const mode = fact(at);
    const name = fromBinary(dirent.name);
    if (mode === hidden) entries.push(withoutFacts(name, dirent));
    else if (mode !== missing) {
      entries.push(
        toEntry(name, {
          mode,
          size: fact(at + 1),
          mtimeMs: fact(at + 2),
          nlink: fact(at + 3),
          uid: fact(at + 4),
          gid: fact(at + 5),
          dev: fact(at + 6),
          ino: fact(at + 7),
        }),
      );
    }
    at += fieldsOf;
  }
  return entries;
}

function quickest(directory: Directory): PathOf {
  return (name) => directory.quick(name) ?? directory.at(name);
}

/** With the directory as working directory; `undefined` where that may not be. */
function visiting(batch: Batch, entries: Entry[]): number | undefined {
  const { store, directory } = batch;
  if (store.visit === undefined || !directory.fixed) return undefined;
  try {
    return store.visit(directory.self, () => look(batch, entries, (name) => osPath('', name)));
  } catch (error) {
    if (errorCode(error) !== 'EACCES') throw error;
    return undefined;
  }
}

const quiet = { throwIfNoEntry: false } as const;

function look({ store, directory, found, from }: Batch, entries: Entry[], pathOf: PathOf): number {
  const { gate } = store.system;
  const end = performance.now() + stretch;
  let next = from;
  while (next < found.length && (next === from || performance.now() < end)) {
    const first = next;
    next = Math.min(found.length, next + stride);
    gate.measure(() => lookAt({ directory, found: found.slice(first, next) }, entries, pathOf));
  }
  return next;
}

function lookAt(
  { directory, found }: Pick<Batch, 'directory' | 'found'>,
  entries: Entry[],
  pathOf: PathOf,
): void {
  for (const dirent of found) {
    const name = fromBinary(dirent.name);
    try {
      const stats = glance(directory, name) ?? lstatSync(pathOf(name), quiet);
      if (stats !== undefined) entries.push(toEntry(name, stats));
    } catch (error) {
      entries.push(unseen(name, dirent, error));
    }
  }
}

/** With callbacks: a promise for each entry would cost as much as the system call. */
function lookLater(found: readonly Dirent[], pathOf: PathOf): Promise<Entry[]> {
  return new Promise((resolve, reject) => {
    const entries: Entry[] = [];
    let left = found.length;
    let failed: unknown;
    // Not before the last call is back: until then the directory must stay open.
    const settle = () => (failed === undefined ? resolve(entries) : reject(failed));
    if (left === 0) settle();
    for (const dirent of found) {
      const name = fromBinary(dirent.name);
      lstat(pathOf(name), (error, stats) => {
        try {
          if (error === null) entries.push(toEntry(name, stats));
          else if (error.code !== 'ENOENT') entries.push(unseen(name, dirent, error));
        } catch (unexpected) {
          failed ??= unexpected;
        }
        if (--left === 0) settle();
      });
    }
  });
}

/** A directory may be read but not searched: then there are names, and nothing is known of them. */
function unseen(name: string, dirent: Dirent, error: unknown): Entry {
  if (errorCode(error) !== 'EACCES') throw error;
  return withoutFacts(name, dirent);
}

function withoutFacts(name: string, dirent: Dirent): Entry {
  return { name, type: dirent.isDirectory() ? 'directory' : dirent.isFile() ? 'file' : 'other' };
}
