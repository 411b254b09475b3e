import { randomBytes } from 'node:crypto';
import { constants, type Stats } from 'node:fs';
import { FilesError, type WriteHandle, type WriteHow } from '../files.ts';
import type { Place } from './directories.ts';
import { typeOf } from './entry.ts';
import { errorCode } from './errno.ts';
import type { OsPath } from './names.ts';
import { at, look, reach } from './reach.ts';
import { checkRegular, guarded, isLinkError, isSymlink } from './reading.ts';
import type { Steps } from './steps.ts';
import type { Store } from './store.ts';
import type { System } from './system.ts';
import { openAtomic } from './uploads/atomic-opening.ts';
import { spaceKept } from './uploads/disk-floor.ts';
import { DirectEnding } from './uploads/ending.ts';
import { checkOverwrite, freeName, numberOld, overwriteRefused } from './uploads/overwrite.ts';
import { partialSize } from './uploads/partial.ts';
import { UploadPlace } from './uploads/upload-place.ts';
import { DiskWriteHandle } from './write-handle.ts';

/** Finds out what can be known before the data connection stands, touches nothing, and returns the path to write to. */
export function* prepareSteps(store: Store, path: string, how: WriteHow): Steps<string> {
  const { directories, system, policy } = store;
  const chosen = yield* choose(store, path, how);
  yield* reach(directories, chosen, function* (place): Steps<true | undefined> {
    if (place.name === '') throw new FilesError('is-a-directory', { path });
    const stats = yield* look(place, (name) => system.lstat(name));
    if (stats !== undefined && typeOf(stats.mode) === 'symlink') return undefined;
    if (stats === undefined) {
      if (how.kind === 'resume') checkOffset(how.offset, yield* partialSize(store, place), path);
      yield* mayWrite(system, place.directory.self);
    } else {
      checkRegular(stats.mode, path);
      checkOverwrite(policy.overwrite, how, { size: stats.size, path });
      if (how.kind === 'resume') checkOffset(how.offset, stats.size, path);
      yield* mayWrite(system, place.directory.at(place.name));
      if (policy.mode === 'atomic') yield* mayWrite(system, place.directory.self);
    }
    if (store.floors !== undefined && (yield* store.floors.room(place.directory)) === 0)
      throw spaceKept(path);
    return true;
  });
  return chosen;
}

function* choose({ directories, system, policy }: Store, path: string, how: WriteHow): Steps<string> {
  if (how.kind === 'unique') return `${path}.${randomBytes(5).toString('hex')}`;
  if (how.kind !== 'replace' || policy.overwrite !== 'rename-new' || path === '/') return path;
  const above = path.slice(0, path.lastIndexOf('/') + 1);
  return above + (yield* at(directories, path, ({ directory, name }) => freeName(system, directory, name)));
}

/** Creates or empties the file. Everything that `prepareSteps` found may have changed since. */
export function openWriteSteps(store: Store, path: string, how: WriteHow): Steps<WriteHandle> {
  const open = store.policy.mode === 'atomic' ? openHidden : openNamed;
  return reach(store.directories, path, (place): Steps<WriteHandle | undefined> => {
    if (place.name === '') throw new FilesError('is-a-directory', { path });
    return open(store, place, { path, how });
  });
}

interface Asked {
  readonly path: string;
  readonly how: WriteHow;
}

/** The bytes go to a hidden name. */
function* openHidden(store: Store, found: Place, asked: Asked): Steps<WriteHandle | undefined> {
  const place = new UploadPlace(store, found);
  let handle: WriteHandle | undefined;
  try {
    const opened = yield* openAtomic(place, asked);
    if (opened === undefined) return undefined;
    const { fd, offset, stats, ending } = opened;
    const spend = spender(place, stats);
    handle = new DiskWriteHandle(
      { fd, system: store.system, path: asked.path },
      { offset, append: false, ending, spend },
    );
    return handle;
  } finally {
    if (handle === undefined) place.leave();
  }
}

/** The bytes go to the name itself. */
function* openNamed(store: Store, found: Place, { path, how }: Asked): Steps<WriteHandle | undefined> {
  const { system, policy, floors, plain, sums } = store;
  const fd = yield* openName(store, found, { path, how });
  if (fd === undefined) return undefined;
  let handle: WriteHandle | undefined;
  try {
    const { offset, stats } = yield* startOf(system, { fd, path }, how);
    if (stats !== undefined) sums.forget(stats);
    const file = { fd, system, path };
    const append = how.kind === 'append';
    if (!policy.durable && policy.partial === 'keep' && floors === undefined) {
      handle = new DiskWriteHandle(file, { offset, append, ending: plain, spend: undefined });
      return handle;
    }
    const place = new UploadPlace(store, found);
    const ending = new DirectEnding(place, how.kind === 'replace' || how.kind === 'unique');
    const spend = spender(place, stats ?? (yield* system.fstat(fd)));
    handle = new DiskWriteHandle(file, { offset, append, ending, spend });
    return handle;
  } finally {
    if (handle === undefined) yield* system.close(fd);
  }
}

function spender({ store, directory }: UploadPlace, { dev }: Stats) {
  const { floors } = store;
  return floors && ((bytes: number) => floors.spend(directory, dev, bytes));
}

function* openName(store: Store, place: Place, { path, how }: Asked): Steps<number | undefined> {
  const { system, policy } = store;
  const { directory, name } = place;
  try {
    if (constants.O_NOFOLLOW === undefined && (yield* isSymlink(system, place))) return undefined;
    if (how.kind !== 'replace' || policy.overwrite === 'allow')
      return yield* system.open(directory.at(name), flagsOf(how));
    if (yield* isSymlink(system, place)) return undefined;
    if (policy.overwrite === 'rename-old') yield* numberOldAway(store, place, path);
    return yield* system.open(directory.at(name), flagsOf(how) | constants.O_EXCL);
  } catch (error) {
    if (isLinkError(error)) return undefined;
    if (errorCode(error) === 'EEXIST') throw overwriteRefused(path);
    throw error;
  }
}

function* numberOldAway({ system }: Store, { directory, name }: Place, path: string): Steps<void> {
  yield* numberOld(system, { directory, name, path });
  try {
    yield* system.unlink(directory.at(name));
  } catch (error) {
    if (errorCode(error) !== 'ENOENT') throw error;
  }
}

function flagsOf(how: WriteHow): number {
  const flags = constants.O_WRONLY | constants.O_CREAT | guarded;
  switch (how.kind) {
    case 'replace':
      return flags | constants.O_TRUNC;
    case 'append':
      return flags | constants.O_APPEND;
    case 'resume':
      return flags;
    case 'unique':
      return flags | constants.O_EXCL;
  }
}

interface Start {
  /** Where the first byte goes. */
  readonly offset: number;
  /** Of a file that may have been there before. */
  readonly stats: Stats | undefined;
}

/** What stands behind the offset of a resume is cut off now, so that a size never lies. */
function* startOf(system: System, { fd, path }: { fd: number; path: string }, how: WriteHow): Steps<Start> {
  if (how.kind === 'unique') return { offset: 0, stats: undefined };
  const stats = yield* system.fstat(fd);
  const { mode, size } = stats;
  checkRegular(mode, path);
  if (how.kind === 'append') return { offset: size, stats };
  if (how.kind === 'replace') return { offset: 0, stats };
  checkOffset(how.offset, size, path);
  if (how.offset < size) yield* system.ftruncate(fd, how.offset);
  return { offset: how.offset, stats };
}

export function checkOffset(offset: number, size: number, path: string): void {
  if (offset <= size) return;
  const reason = `Cannot go on at byte ${offset} of a file of ${size} bytes`;
  throw new FilesError('bad-offset', { path, reason });
}

function* mayWrite(system: System, path: OsPath): Steps<void> {
  // The superuser is not asked about: that would be a system call for each upload that says yes.
  if (process.geteuid?.() !== 0) yield* system.access(path, constants.W_OK);
}
