import { FilesError } from '../files.ts';
import type { Directories, Place } from './directories.ts';
import { maxLinks, movedMeanwhile } from './links.ts';
import type { OsPath } from './names.ts';
import type { Steps } from './steps.ts';

/**
 * Does something with what `path` leads to. `act` returns `undefined` when the name in its place is a symlink; then it is
 * called again where that leads.
 */
export function* reach<T>(
  directories: Directories,
  path: string,
  act: (place: Place) => Steps<T | undefined>,
): Steps<T> {
  let place = directories.near(path) ?? (yield* directories.locate(path));
  try {
    for (let links = 0; links <= maxLinks; links++) {
      const result = yield* act(place);
      if (result !== undefined) return result;
      const next = yield* directories.follow(place);
      directories.release(place.directory);
      place = next;
    }
    throw new FilesError('loop', { path });
  } finally {
    directories.release(place.directory);
  }
}

/** Does something with the name `path` itself, which may be a symlink. The root has no name. */
export function* at<T>(directories: Directories, path: string, act: (place: Place) => Steps<T>): Steps<T> {
  const place = directories.near(path) ?? (yield* directories.locate(path));
  try {
    if (place.name === '') throw new FilesError('denied', { path, reason: 'This is the top folder' });
    return yield* act(place);
  } finally {
    directories.release(place.directory);
  }
}

/**
 * A call that changes nothing, on a name: on the short path where that can be proven right afterwards, and through the
 * open directory otherwise. `undo` takes back a result that does not count (an open descriptor).
 */
export function* look<T>(
  place: Place,
  call: (path: OsPath) => Steps<T>,
  undo: (result: T) => void = () => {},
): Steps<T> {
  const { directory, name } = place;
  const quick = directory.quick(name);
  if (quick !== undefined) {
    try {
      const result = yield* call(quick);
      if (directory.still()) return result;
      undo(result);
    } catch (error) {
      if (directory.still()) throw error;
    }
    if (!directory.inPlace()) throw movedMeanwhile(directory.path);
  }
  const result = yield* call(directory.at(name));
  if (directory.fixed || directory.inPlace()) return result;
  undo(result);
  throw movedMeanwhile(directory.path);
}
