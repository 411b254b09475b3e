import { closeSync, constants } from 'node:fs';
import type { Entry } from '@duoport/protocol';
import { type FileSum, FilesError, type ReadHandle } from '../files.ts';
import { baseName } from '../paths.ts';
import type { Place } from './directories.ts';
import { toEntry, typeOf } from './entry.ts';
import { errorCode } from './errno.ts';
import { at, look, reach } from './reach.ts';
import { DiskReadHandle } from './read-handle.ts';
import type { Steps } from './steps.ts';
import type { Store } from './store.ts';
import type { System } from './system.ts';

/** Flags of every open: never through a symlink, never waiting for the other end of a FIFO. Windows has none of them. */
export const guarded = (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0) | (constants.O_NOCTTY ?? 0);

/** To open a directory itself. */
export const directoryFlags = constants.O_RDONLY | (constants.O_DIRECTORY ?? 0);

/** What open(2) says with O_NOFOLLOW to a symlink: Linux and macOS ELOOP, FreeBSD EMLINK, NetBSD EFTYPE. */
export function isLinkError(error: unknown): boolean {
  const code = errorCode(error);
  return code === 'ELOOP' || code === 'EMLINK' || code === 'EFTYPE';
}

export function statSteps({ directories, system }: Store, path: string): Steps<Entry> {
  const name = path === '/' ? '/' : baseName(path);
  return reach(directories, path, function* (place): Steps<Entry | undefined> {
    if (place.name === '') return toEntry(name, yield* place.directory.stat());
    const stats = yield* look(place, (name) => system.lstat(name));
    if (stats === undefined) throw new FilesError('not-found', { path });
    return typeOf(stats.mode) === 'symlink' ? undefined : toEntry(name, stats);
  });
}

export function* lstatSteps(store: Store, path: string): Steps<Entry> {
  const { directories, system } = store;
  if (path === '/') return yield* statSteps(store, path);
  return yield* at(directories, path, function* (place) {
    const stats = yield* look(place, (name) => system.lstat(name));
    if (stats === undefined) throw new FilesError('not-found', { path });
    if (typeOf(stats.mode) !== 'symlink') return toEntry(place.name, stats);
    return toEntry(place.name, stats, directories.shown(yield* look(place, (name) => system.readlink(name))));
  });
}

export function openReadSteps({ directories, system }: Store, path: string): Steps<ReadHandle> {
  return reach(directories, path, function* (place): Steps<ReadHandle | undefined> {
    if (place.name === '') throw new FilesError('is-a-directory', { path });
    const fd = yield* openName(system, place, constants.O_RDONLY | guarded);
    if (fd === undefined) return undefined;
    try {
      const stats = yield* system.fstat(fd);
      checkRegular(stats.mode, path);
      const facts = { size: stats.size, modified: Math.floor(stats.mtimeMs) };
      return new DiskReadHandle({ fd, system, path }, facts);
    } catch (error) {
      closeSync(fd);
      throw error;
    }
  });
}

/** The checksum of a file that was computed when it was stored, if it is still that file. */
export function* sumSteps(
  { directories, system, sums }: Store,
  path: string,
  algorithm: FileSum['algorithm'],
): Steps<FileSum | undefined> {
  const { sum } = yield* reach(directories, path, function* (place): Steps<{ sum?: FileSum } | undefined> {
    const stats = place.name === '' ? undefined : yield* look(place, (name) => system.lstat(name));
    if (stats === undefined) return {};
    if (typeOf(stats.mode) === 'symlink') return undefined;
    const known = sums.known(stats, algorithm);
    return known === undefined ? {} : { sum: known };
  });
  return sum;
}

/** Opens a name for reading; `undefined` when it is a symlink. */
function* openName(system: System, place: Place, flags: number): Steps<number | undefined> {
  try {
    if (constants.O_NOFOLLOW === undefined && (yield* isSymlink(system, place))) return undefined;
    return yield* look(place, (name) => system.open(name, flags), closeSync);
  } catch (error) {
    if (isLinkError(error)) return undefined;
    throw error;
  }
}

export function* isSymlink(system: System, place: Place): Steps<boolean> {
  const stats = yield* look(place, (name) => system.lstat(name));
  return stats?.isSymbolicLink() === true;
}

/** Only regular files are read and written: a device or FIFO could wait for ever, or do something. */
export function checkRegular(mode: number, path: string): void {
  const type = typeOf(mode);
  if (type === 'directory') throw new FilesError('is-a-directory', { path });
  if (type !== 'file') throw new FilesError('not-a-file', { path });
}
