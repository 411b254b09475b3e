import type { Stats } from 'node:fs';
import { FilesError } from '../files.ts';
import { isWithin } from '../paths.ts';
import type { Directories, Directory, Place } from './directories.ts';
import { errorCode } from './errno.ts';
import { climbsOut, leadsOut, relativeTarget } from './links.ts';
import { type OsPath, osPath } from './names.ts';
import { at, reach } from './reach.ts';
import type { Steps } from './steps.ts';
import type { Store } from './store.ts';
import { syncDirectory } from './uploads/ending.ts';
import { numberOld, overwriteRefused } from './uploads/overwrite.ts';
import { forgetPartial, removeLeftUploads } from './uploads/partial.ts';

export function makeDirectorySteps(store: Store, path: string): Steps<unknown> {
  if (path === '/') throw new FilesError('exists', { path });
  return at(store.directories, path, function* ({ directory, name }) {
    yield* store.system.mkdir(directory.at(name));
    yield* settle(store, directory);
  });
}

export function removeDirectorySteps(store: Store, path: string): Steps<void> {
  const { directories, system } = store;
  return at(directories, path, function* ({ directory, name }) {
    try {
      yield* system.rmdir(directory.at(name));
    } catch (error) {
      const code = errorCode(error);
      // Nobody sees what unfinished uploads left, so they must not be what keeps a folder.
      if ((code !== 'ENOTEMPTY' && code !== 'EEXIST') || !(yield* removeLeftUploads(store, path)))
        throw error;
      yield* system.rmdir(directory.at(name));
    }
    yield* settle(store, directory);
  });
}

/** Where there is no file of the name, what an upload of the name left is meant. */
export function removeFileSteps(store: Store, path: string): Steps<void> {
  return at(store.directories, path, function* (place) {
    try {
      yield* store.system.unlink(place.directory.at(place.name));
    } catch (error) {
      if (errorCode(error) !== 'ENOENT' || !(yield* forgetPartial(store, place))) throw error;
      return;
    }
    yield* forgetPartial(store, place);
    yield* settle(store, place.directory);
  });
}

export function renameSteps(store: Store, from: string, to: string): Steps<void> {
  const { directories, system } = store;
  return at(directories, from, (source) =>
    at(directories, to, function* (target) {
      try {
        yield* keepOld(store, { source, target, to });
        yield* system.rename(source.directory.at(source.name), target.directory.at(target.name));
      } catch (error) {
        if (errorCode(error) === 'EINVAL' && isWithin(from, to)) {
          throw new FilesError('denied', {
            path: to,
            reason: 'A folder cannot be moved into itself',
            cause: error,
          });
        }
        throw error;
      }
      yield* settle(store, target.directory);
      if (source.directory !== target.directory) yield* settle(store, source.directory);
    }),
  );
}

/** A rename replaces files as an upload does, so what holds for uploads holds for it. */
function* keepOld(
  { system, policy }: Store,
  { source, target, to }: { readonly source: Place; readonly target: Place; readonly to: string },
): Steps<void> {
  if (policy.overwrite === 'allow') return;
  const [one, other] = [
    yield* system.lstat(source.directory.at(source.name)),
    yield* system.lstat(target.directory.at(target.name)),
  ];
  if (one === undefined || other === undefined || one.ino === other.ino || other.isDirectory()) return;
  if (policy.overwrite !== 'rename-old') throw overwriteRefused(to);
  yield* numberOld(system, { directory: target.directory, name: target.name, path: to });
}

function* settle({ system, policy }: Store, directory: Directory): Steps<void> {
  if (policy.durable) yield* syncDirectory(system, directory);
}

/** The access time stays as it was. */
export function setModifiedSteps(
  { directories, system }: Store,
  path: string,
  modified: number,
): Steps<void> {
  return onFile(directories, path, (exact, stats) => system.utimes(exact, stats.atimeMs, modified));
}

/** Set-user-ID and its kin cannot be given over FTP; a directory keeps those it has. */
export function chmodSteps({ directories, system }: Store, path: string, mode: number): Steps<void> {
  return onFile(directories, path, (exact, stats) => {
    const kept = stats.isDirectory() ? stats.mode & 0o7000 : 0;
    return system.chmod(exact, kept | (mode & 0o777));
  });
}

export function symlinkSteps({ directories, system }: Store, target: string, path: string): Steps<void> {
  return at(directories, path, function* ({ directory, name }) {
    const own = directory.path === '/' ? `/${name}` : `${directory.path}/${name}`;
    const text = relativeTarget(target, own);
    if (climbsOut(text, own)) throw leadsOut(path);
    yield* system.symlink(osPath('', text), directory.at(name));
  });
}

/** Changes the file or directory that `path` leads to, whatever is put in its place meanwhile. */
function* onFile(
  directories: Directories,
  path: string,
  change: (exact: OsPath, stats: Stats) => Steps<void>,
): Steps<void> {
  yield* reach(directories, path, (place) =>
    directories.exactly(place, function* (exact, stats): Steps<true | undefined> {
      if (stats.isSymbolicLink()) return undefined;
      yield* change(exact, stats);
      return true;
    }),
  );
}
