import type { Stats } from 'node:fs';
import type { OsPath } from './names.ts';
import type { Steps } from './steps.ts';

/** A directory that is inside the root, to do things in. */
export interface Directory {
  /** Its own path in the store, without symlinks in it. */
  readonly path: string;
  /** The path for a system call on a name in it. */
  at(name: string): OsPath;
  /** Whether `at` means this directory whatever is renamed meanwhile. If not, `inPlace` is asked after a reading call too. */
  readonly fixed: boolean;
  /**
   * A shorter path for the same, only for calls that change nothing: what they gave counts only if `still()` says true
   * afterwards. `undefined` when there is none.
   */
  quick(name: string): string | undefined;
  /** Whether nothing can have changed on the way from the root to here since it was last found in its place. */
  still(): boolean;
  /** Whether it stands at its path inside the root at this moment. */
  inPlace(): boolean;
  /** The directory itself, for opendir and statfs. */
  readonly self: OsPath;
  stat(): Steps<Stats>;
  /** Its open descriptor, where it has one: good for what `at` is good for. */
  readonly fd?: number;
}

/** A name in a directory; the name is empty where the directory itself is meant (`/`). */
export interface Place {
  readonly directory: Directory;
  readonly name: string;
}

/**
 * Finds the way from the root to a name, following symlinks of directories and never leaving the root.
 *
 * What is given out is held until `release`, so that its descriptor cannot come to mean another directory.
 */
export interface Directories {
  /** The directory of `path` and its last name, which is not looked at. */
  locate(path: string): Steps<Place>;
  /** The same at once, when the directory is at hand. */
  near(path: string): Place | undefined;
  /** `path` itself as a directory. */
  enter(path: string): Steps<Directory>;
  /** Where the symlink at `place` leads; `place` stays held. */
  follow(place: Place): Steps<Place>;
  /** The text of a symlink as a client may see it: `undefined` when it is an absolute path outside the root. */
  shown(target: string): string | undefined;
  release(directory: Directory): void;
  /** Holds it once more, until another `release`. */
  hold(directory: Directory): void;
  /** The file or directory at `place` itself, never through a symlink: `act` gets a path that means exactly it. */
  exactly<T>(place: Place, act: (path: OsPath, stats: Stats) => Steps<T>): Steps<T>;
  /** Closes what is cached. */
  close(): void;
}
