import { randomBytes } from 'node:crypto';
import { constants, type Stats } from 'node:fs';
import { FilesError, type WriteHow } from '../../files.ts';
import { typeOf } from '../entry.ts';
import { errorCode } from '../errno.ts';
import { checkRegular, guarded, isLinkError } from '../reading.ts';
import type { Steps } from '../steps.ts';
import { checkOffset } from '../writing.ts';
import { AtomicEnding } from './atomic-ending.ts';
import { type Claim, claim } from './live-uploads.ts';
import { checkOverwrite } from './overwrite.ts';
import { asideName, partialName } from './upload-names.ts';
import type { UploadPlace } from './upload-place.ts';

/** A file that is open to take the bytes of an upload, under a name that no client has. */
export interface Opened {
  readonly fd: number;
  readonly offset: number;
  readonly stats: Stats;
  readonly ending: AtomicEnding;
}

interface Asked {
  /** The path in the store, for messages. */
  readonly path: string;
  readonly how: WriteHow;
}

/** Others that begin an upload of the same name in the same moment. */
const tries = 10;

/** Opens the hidden file of an upload; `undefined` when the name in its place is a symlink. */
export function* openAtomic(place: UploadPlace, asked: Asked): Steps<Opened | undefined> {
  const { system, policy } = place.store;
  const { path, how } = asked;
  const there = yield* system.lstat(place.path);
  if (there === undefined) {
    return goesOn(how) ? yield* resume(place, asked) : yield* begin(place, asked, undefined);
  }
  if (typeOf(there.mode) === 'symlink') return undefined;
  checkRegular(there.mode, path);
  if (how.kind === 'unique') throw new FilesError('exists', { path });
  checkOverwrite(policy.overwrite, how, { size: there.size, path });
  return goesOn(how) ? yield* extend(place, asked) : yield* begin(place, asked, there);
}

function goesOn(how: WriteHow): boolean {
  return how.kind === 'append' || (how.kind === 'resume' && how.offset > 0);
}

/** A new file. What was left of an earlier upload of the name goes; one that is still running keeps its bytes under another name. */
function* begin(place: UploadPlace, { path, how }: Asked, replaced: Stats | undefined): Steps<Opened> {
  const partial = partialName(place.name);
  for (let count = 0; count < tries; count++) {
    const fd = yield* openNew(place, partial);
    if (fd === undefined) {
      yield* setAside(place, partial);
      continue;
    }
    const found = yield* claimed(place, fd);
    if (found === undefined) continue;
    if (replaced !== undefined) yield* likeOld(place, fd, { replaced, stats: found.stats });
    const ending = new AtomicEnding(place, { path, how, partial, ...found });
    return { fd, offset: 0, stats: found.stats, ending };
  }
  throw stillRunning(path);
}

/** Goes on with what is left of an earlier upload of the name. */
function* resume(place: UploadPlace, asked: Asked): Steps<Opened> {
  const { path, how } = asked;
  const { system } = place.store;
  const partial = partialName(place.name);
  for (let count = 0; count < tries; count++) {
    const fd = yield* openOld(place, partial);
    if (fd === undefined) {
      if (how.kind === 'resume') checkOffset(how.offset, 0, path);
      return yield* begin(place, asked, undefined);
    }
    const found = yield* claimed(place, fd);
    if (found === undefined) throw stillRunning(path);
    const { stats } = found;
    if ((yield* system.lstat(place.directory.at(partial)))?.ino !== stats.ino) {
      found.claim.release();
      yield* system.close(fd);
      continue;
    }
    const offset = how.kind === 'resume' ? how.offset : stats.size;
    const cut = function* (): Steps<void> {
      checkOffset(offset, stats.size, path);
      if (offset < stats.size) yield* system.ftruncate(fd, offset);
    };
    yield* orClose(place, { fd, claim: found.claim }, cut());
    return { fd, offset, stats, ending: new AtomicEnding(place, { path, how, partial, ...found }) };
  }
  throw stillRunning(path);
}

/** Goes on with a finished file: with a copy of it, for nobody shall see it half done. */
function* extend(place: UploadPlace, { path, how }: Asked): Steps<Opened | undefined> {
  const { directory, store } = place;
  const { system } = store;
  const base = yield* openBase(place);
  if (base === undefined) return undefined;
  const found = yield* claimed(place, base);
  // Two that go on with one file at once would each lose what the other one adds.
  if (found === undefined) throw stillRunning(path);
  const { stats } = found;
  const own = `${partialName(place.name)}.${randomBytes(8).toString('hex')}`;
  const copy = function* (): Steps<Opened> {
    checkRegular(stats.mode, path);
    const offset = how.kind === 'resume' ? how.offset : stats.size;
    checkOffset(offset, stats.size, path);
    let fd: number | undefined;
    try {
      yield* system.copyFile(place.path, directory.at(own));
      fd = yield* system.open(directory.at(own), constants.O_WRONLY | guarded);
      yield* likeOld(place, fd, { replaced: stats, stats: yield* system.fstat(fd) });
      yield* system.ftruncate(fd, offset);
      const ending = new AtomicEnding(place, { path, how, partial: own, ...found, base });
      return { fd, offset, stats: yield* system.fstat(fd), ending };
    } catch (error) {
      if (fd !== undefined) yield* system.close(fd);
      yield* removeIfThere(place, own);
      throw error;
    }
  };
  return yield* orClose(place, { fd: base, claim: found.claim }, copy());
}

function* removeIfThere({ directory, store: { system } }: UploadPlace, name: string): Steps<void> {
  if ((yield* system.lstat(directory.at(name))) !== undefined) yield* system.unlink(directory.at(name));
}

function* openNew({ directory, store }: UploadPlace, name: string): Steps<number | undefined> {
  try {
    const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | guarded;
    return yield* store.system.open(directory.at(name), flags);
  } catch (error) {
    if (errorCode(error) !== 'EEXIST') throw error;
    return undefined;
  }
}

function* openOld({ directory, store }: UploadPlace, name: string): Steps<number | undefined> {
  try {
    return yield* store.system.open(directory.at(name), constants.O_WRONLY | guarded);
  } catch (error) {
    if (errorCode(error) !== 'ENOENT') throw error;
    return undefined;
  }
}

function* openBase(place: UploadPlace): Steps<number | undefined> {
  try {
    return yield* place.store.system.open(place.path, constants.O_RDONLY | guarded);
  } catch (error) {
    if (isLinkError(error)) return undefined;
    throw error;
  }
}

/** The facts of an open file and the claim on it; closes it and returns `undefined` when somebody writes it already. */
function* claimed(
  { store: { system } }: UploadPlace,
  fd: number,
): Steps<{ readonly stats: Stats; readonly claim: Claim } | undefined> {
  let held: Claim | undefined;
  try {
    const stats = yield* system.fstat(fd);
    held = yield* claim(fd, stats);
    return held === undefined ? undefined : { stats, claim: held };
  } finally {
    if (held === undefined) yield* system.close(fd);
  }
}

function* orClose<T>(
  { store: { system } }: UploadPlace,
  { fd, claim: held }: { readonly fd: number; readonly claim: Claim },
  steps: Steps<T>,
): Steps<T> {
  try {
    return yield* steps;
  } catch (error) {
    held.release();
    yield* system.close(fd);
    throw error;
  }
}

/** Makes way for an upload that begins anew. */
function* setAside(place: UploadPlace, partial: string): Steps<void> {
  const { directory, store } = place;
  const { system } = store;
  const fd = yield* openOld(place, partial);
  if (fd === undefined) return;
  const found = yield* claimed(place, fd);
  if (found === undefined) {
    // It is being written. It finds its bytes by their inode.
    const inode = (yield* system.lstat(directory.at(partial)))?.ino;
    if (inode !== undefined)
      yield* system.rename(directory.at(partial), directory.at(asideName(partial, inode)));
    return;
  }
  try {
    yield* removeIfThere(place, partial);
  } finally {
    found.claim.release();
    yield* system.close(fd);
  }
}

/** A file that replaces another has its rights, and where this process may give files away its owner. */
function* likeOld(
  { store: { system } }: UploadPlace,
  fd: number,
  { replaced, stats }: { readonly replaced: Stats; readonly stats: Stats },
): Steps<void> {
  const isOther = replaced.uid !== stats.uid || replaced.gid !== stats.gid;
  if (isOther && process.geteuid?.() === 0) yield* system.fchown(fd, replaced.uid, replaced.gid);
  const mode = replaced.mode & 0o7777;
  if ((stats.mode & 0o7777) !== mode) yield* system.fchmod(fd, mode);
}

function stillRunning(path: string): FilesError {
  return new FilesError('busy', { path, reason: 'Another upload to this name is running, try again later' });
}
