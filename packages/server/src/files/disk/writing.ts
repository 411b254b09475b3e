import { randomBytes } from 'node:crypto';
import { closeSync, constants } from 'node:fs';
import { FilesError, type WriteHandle, type WriteHow } from '../files.ts';
import type { Place } from './directories.ts';
import { typeOf } from './entry.ts';
import type { OsPath } from './names.ts';
import { look, reach } from './reach.ts';
import { checkRegular, guarded, isLinkError, isSymlink } from './reading.ts';
import type { Steps } from './steps.ts';
import type { Store } from './store.ts';
import type { System } from './system.ts';
import { DiskWriteHandle } from './write-handle.ts';

/** Finds out what can be known before the data connection stands, touches nothing, and returns the path to write to. */
export function* prepareSteps({ directories, system }: Store, path: string, how: WriteHow): Steps<string> {
  const chosen = how.kind === 'unique' ? `${path}.${randomBytes(5).toString('hex')}` : path;
  yield* reach(directories, chosen, function* (place): Steps<true | undefined> {
    if (place.name === '') throw new FilesError('is-a-directory', { path });
    const stats = yield* look(place, (name) => system.lstat(name));
    if (stats === undefined) {
      if (how.kind === 'resume') checkOffset(how.offset, 0, path);
      yield* mayWrite(system, place.directory.self);
      return true;
    }
    if (typeOf(stats.mode) === 'symlink') return undefined;
    checkRegular(stats.mode, path);
    if (how.kind === 'resume') checkOffset(how.offset, stats.size, path);
    yield* mayWrite(system, place.directory.at(place.name));
    return true;
  });
  return chosen;
}

/** Creates or empties the file. Everything that `prepareSteps` found may have changed since. */
export function openWriteSteps(
  { directories, system, durable }: Store,
  path: string,
  how: WriteHow,
): Steps<WriteHandle> {
  return reach(directories, path, function* (place): Steps<WriteHandle | undefined> {
    if (place.name === '') throw new FilesError('is-a-directory', { path });
    const fd = yield* openName(system, place, how);
    if (fd === undefined) return undefined;
    try {
      const offset = yield* offsetOf(system, { fd, path }, how);
      const facts = { offset, append: how.kind === 'append', durable };
      return new DiskWriteHandle({ fd, system, path }, facts);
    } catch (error) {
      closeSync(fd);
      throw error;
    }
  });
}

function* openName(system: System, place: Place, how: WriteHow): Steps<number | undefined> {
  try {
    if (constants.O_NOFOLLOW === undefined && (yield* isSymlink(system, place))) return undefined;
    return yield* system.open(place.directory.at(place.name), flagsOf(how));
  } catch (error) {
    if (isLinkError(error)) return undefined;
    throw error;
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

/** Where the first byte goes. What stands behind the offset of a resume is cut off now, so that a size never lies. */
function* offsetOf(system: System, { fd, path }: { fd: number; path: string }, how: WriteHow): Steps<number> {
  if (how.kind === 'unique') return 0;
  const { mode, size } = yield* system.fstat(fd);
  checkRegular(mode, path);
  if (how.kind === 'append') return size;
  if (how.kind === 'replace') return 0;
  checkOffset(how.offset, size, path);
  if (how.offset < size) yield* system.ftruncate(fd, how.offset);
  return how.offset;
}

function checkOffset(offset: number, size: number, path: string): void {
  if (offset <= size) return;
  const reason = `Cannot go on at byte ${offset} of a file of ${size} bytes`;
  throw new FilesError('bad-offset', { path, reason });
}

function* mayWrite(system: System, path: OsPath): Steps<void> {
  // The superuser is not asked about: that would be a system call for each upload that says yes.
  if (process.geteuid?.() !== 0) yield* system.access(path, constants.W_OK);
}
