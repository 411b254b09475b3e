import type { Stats } from 'node:fs';
import { FilesError } from '../files.ts';
import { isWithin } from '../paths.ts';
import type { Directories } from './directories.ts';
import { errorCode } from './errno.ts';
import { climbsOut, leadsOut, relativeTarget } from './links.ts';
import { type OsPath, osPath } from './names.ts';
import { at, reach } from './reach.ts';
import type { Steps } from './steps.ts';
import type { Store } from './store.ts';

export function makeDirectorySteps({ directories, system }: Store, path: string): Steps<unknown> {
  if (path === '/') throw new FilesError('exists', { path });
  return at(directories, path, ({ directory, name }) => system.mkdir(directory.at(name)));
}

export function removeDirectorySteps({ directories, system }: Store, path: string): Steps<void> {
  return at(directories, path, ({ directory, name }) => system.rmdir(directory.at(name)));
}

export function removeFileSteps({ directories, system }: Store, path: string): Steps<void> {
  return at(directories, path, ({ directory, name }) => system.unlink(directory.at(name)));
}

export function renameSteps({ directories, system }: Store, from: string, to: string): Steps<void> {
  return at(directories, from, (source) =>
    at(directories, to, function* (target) {
      try {
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
    }),
  );
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
