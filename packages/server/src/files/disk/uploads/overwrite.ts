import { FilesError, type WriteHow } from '../../files.ts';
import type { Directory } from '../directories.ts';
import { typeOf } from '../entry.ts';
import { errorCode } from '../errno.ts';
import type { OsPath } from '../names.ts';
import type { Steps } from '../steps.ts';
import type { System } from '../system.ts';
import { numberedName } from './upload-names.ts';
import type { Overwrite } from './upload-policy.ts';

/** `name`, or the first of `name.1`, `name.2` … that is free, or one a little above it where some between are gone. */
export function* freeName(system: System, directory: Directory, name: string): Steps<string> {
  const isTaken = function* (number: number): Steps<boolean> {
    return (yield* system.lstat(directory.at(numberedName(name, number)))) !== undefined;
  };
  if ((yield* system.lstat(directory.at(name))) === undefined) return name;
  let [low, high] = [0, 1];
  while (yield* isTaken(high)) [low, high] = [high, high * 2];
  while (high - low > 1) {
    const middle = (low + high) >>> 1;
    if (yield* isTaken(middle)) low = middle;
    else high = middle;
  }
  return numberedName(name, high);
}

/** Whether a file of `size` bytes that is there may be written to as asked. Going on at its end takes nothing away from it. */
export function checkOverwrite(
  overwrite: Overwrite,
  how: WriteHow,
  { size, path }: { size: number; path: string },
) {
  if (overwrite === 'allow' || how.kind === 'append' || how.kind === 'unique') return;
  if (how.kind === 'resume' && how.offset === size) return;
  if (how.kind === 'resume' && how.offset > 0) {
    const reason = `A file that is there is not overwritten here: go on at its end, byte ${size}`;
    throw new FilesError('exists', { path, reason });
  }
  if (overwrite === 'refuse') throw overwriteRefused(path);
}

export function overwriteRefused(path: string): FilesError {
  return new FilesError('exists', { path, reason: 'A file that is there is not overwritten here' });
}

interface Move {
  readonly from: OsPath;
  readonly directory: Directory;
  readonly name: string;
  /** The path in the store, for messages. */
  readonly path: string;
}

/** Gives a file another name that nothing has yet. */
export function* moveToNew(system: System, { from, directory, name, path }: Move): Steps<void> {
  try {
    if (yield* linked(system, from, directory.at(name))) {
      yield* system.unlink(from);
      return;
    }
  } catch (error) {
    if (errorCode(error) !== 'EEXIST') throw error;
    throw overwriteRefused(path);
  }
  if ((yield* system.lstat(directory.at(name))) !== undefined) throw overwriteRefused(path);
  yield* system.rename(from, directory.at(name));
}

/** Gives a file its name; whatever has the name keeps its content under a number. Nobody sees a moment without the name. */
export function* moveAndKeepOld(system: System, { from, directory, name, path }: Move): Steps<void> {
  yield* numberOld(system, { directory, name, path });
  yield* system.rename(from, directory.at(name));
}

/** The file that has the name gets a second one with a number. */
export function* numberOld(system: System, { directory, name, path }: Omit<Move, 'from'>): Steps<void> {
  const old = yield* system.lstat(directory.at(name));
  if (old === undefined) return;
  if (typeOf(old.mode) === 'directory') throw new FilesError('is-a-directory', { path });
  for (;;) {
    const second = directory.at(yield* freeName(system, directory, name));
    try {
      // Without second names (FAT) it is a move: for a moment there is none of that name.
      if (!(yield* linked(system, directory.at(name), second)))
        yield* system.rename(directory.at(name), second);
      return;
    } catch (error) {
      if (errorCode(error) !== 'EEXIST') throw error;
    }
  }
}

const noLinks: ReadonlySet<string | undefined> = new Set([
  'EPERM',
  'ENOTSUP',
  'EOPNOTSUPP',
  'ENOSYS',
  'EMLINK',
]);

/** False where the file system has no second names. */
function* linked(system: System, from: OsPath, to: OsPath): Steps<boolean> {
  try {
    yield* system.link(from, to);
    return true;
  } catch (error) {
    if (noLinks.has(errorCode(error))) return false;
    throw error;
  }
}
