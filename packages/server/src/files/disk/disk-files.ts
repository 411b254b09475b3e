import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Awaitable } from '@duoport/net';
import type { Entry } from '@duoport/protocol';
import {
  type Files,
  FilesError,
  type ReadHandle,
  type WriteHandle,
  type WriteHow,
  type WritePlan,
} from '../files.ts';
import { isNormal } from '../paths.ts';
import {
  chmodSteps,
  makeDirectorySteps,
  removeDirectorySteps,
  removeFileSteps,
  renameSteps,
  setModifiedSteps,
  symlinkSteps,
} from './changes.ts';
import type { Directories } from './directories.ts';
import { toFilesError } from './errno.ts';
import { Gate } from './gate.ts';
import { LinuxDirectories } from './linux-directories.ts';
import { listDirectory } from './listing.ts';
import { PortableDirectories } from './portable-directories.ts';
import { lstatSteps, openReadSteps, statSteps } from './reading.ts';
import { run, type Steps } from './steps.ts';
import type { Store } from './store.ts';
import { System } from './system.ts';
import { visits } from './visit.ts';
import { openWriteSteps, prepareSteps } from './writing.ts';

export interface DiskFilesOptions {
  /** Whether an upload is only finished when the disk has it (fsync). Default false. */
  readonly durable?: boolean;
  /**
   * How the way from the root to a name is walked. Default: 'handles' where /proc/self/fd is there (Linux), else
   * 'realpath', which has the race described in portable-directories.ts.
   */
  readonly walk?: 'handles' | 'realpath';
  /** 'measured' (default): synchronous calls while they are short. 'never': always the thread pool. */
  readonly synchronous?: 'measured' | 'never';
  /**
   * The process uses no relative paths, so its working directory may be changed for the length of a synchronous call: a
   * listing of a large directory is a quarter faster. Default false.
   */
  readonly changeDirectory?: boolean;
  /** Milliseconds since the epoch; only for tests of what depends on the age of things. */
  readonly now?: () => number;
}

/**
 * A directory of this machine as `Files`. No path, symlink or rename gets out of it; who may change the directories above
 * it is trusted. Symlinks inside are followed as long as they stay inside. One object serves any number of sessions, and
 * should: what it learns of the disk and its open directories is shared.
 */
export class DiskFiles implements Files {
  readonly #store: Store;

  /** `root`: a path of the machine. It is looked up at the first use and need not be there before. */
  constructor(root: string, options: DiskFilesOptions = {}) {
    const gate = options.synchronous === 'never' ? new Gate({ closed: true }) : new Gate();
    const system = new System(gate);
    const directories = walker(resolve(root), system, options);
    const visit = options.changeDirectory === true ? visits() : undefined;
    this.#store = { directories, system, durable: options.durable ?? false, visit };
  }

  stat(path: string): Awaitable<Entry> {
    return this.#run(path, statSteps);
  }

  lstat(path: string): Awaitable<Entry> {
    return this.#run(path, lstatSteps);
  }

  async *list(path: string): AsyncGenerator<readonly Entry[]> {
    check(path);
    yield* listDirectory(this.#store, path);
  }

  openRead(path: string): Awaitable<ReadHandle> {
    return this.#run(path, openReadSteps);
  }

  prepareWrite(path: string, how: WriteHow): Awaitable<WritePlan> {
    return this.#run(path, (store) => this.#prepare(store, path, how));
  }

  async makeDirectory(path: string): Promise<string> {
    await this.#run(path, makeDirectorySteps);
    return path;
  }

  removeDirectory(path: string): Awaitable<void> {
    return this.#run(path, removeDirectorySteps);
  }

  removeFile(path: string): Awaitable<void> {
    return this.#run(path, removeFileSteps);
  }

  rename(from: string, to: string): Awaitable<void> {
    check(to);
    return this.#run(from, (store) => renameSteps(store, from, to));
  }

  setModified(path: string, modified: number): Awaitable<void> {
    return this.#run(path, (store) => setModifiedSteps(store, path, modified));
  }

  chmod(path: string, mode: number): Awaitable<void> {
    return this.#run(path, (store) => chmodSteps(store, path, mode));
  }

  symlink(target: string, path: string): Awaitable<void> {
    if (target === '' || /[\0\r\n]/.test(target)) throw new FilesError('bad-name', { path: target });
    return this.#run(path, (store) => symlinkSteps(store, target, path));
  }

  space(path: string): Awaitable<number> {
    return this.#run(path, (store) => spaceSteps(store, path));
  }

  /** Closes the open directories. They are opened again when there is need. */
  close(): void {
    this.#store.directories.close();
  }

  *#prepare(store: Store, path: string, how: WriteHow): Steps<WritePlan> {
    const chosen = yield* prepareSteps(store, path, how);
    return { path: chosen, open: () => this.#open(chosen, how) };
  }

  #open(path: string, how: WriteHow): Awaitable<WriteHandle> {
    return this.#run(path, (store) => openWriteSteps(store, path, how));
  }

  /** Runs an operation and turns what it throws into a FilesError about `path`. */
  #run<T>(path: string, operation: (store: Store, path: string) => Steps<T>): Awaitable<T> {
    check(path);
    try {
      const result = run(operation(this.#store, path));
      return result instanceof Promise ? result.catch((error) => fail(error, path)) : result;
    } catch (error) {
      return fail(error, path);
    }
  }
}

function* spaceSteps({ directories, system }: Store, path: string): Steps<number> {
  const place = yield* directories.locate(path);
  try {
    const { bavail, bsize } = yield* system.statfs(place.directory.self);
    return bavail * bsize;
  } finally {
    directories.release(place.directory);
  }
}

function walker(root: string, system: System, { walk, now }: DiskFilesOptions): Directories {
  const handles = process.platform === 'linux' && existsSync('/proc/self/fd');
  return (walk ?? (handles ? 'handles' : 'realpath')) === 'handles'
    ? new LinuxDirectories(root, system, now ?? Date.now)
    : new PortableDirectories(root, system);
}

function fail(error: unknown, path: string): never {
  throw toFilesError(error, path);
}

/** The last line of defence: a segment `..` must never reach a system call. */
function check(path: string): void {
  if (!isNormal(path) || path.includes('\0')) throw new FilesError('bad-name', { path });
}
