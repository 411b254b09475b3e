import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Awaitable } from '@duoport/net';
import type { Entry } from '@duoport/protocol';
import {
  type FileSum,
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
import { lstatSteps, openReadSteps, statSteps, sumSteps } from './reading.ts';
import { run, type Steps } from './steps.ts';
import type { Store } from './store.ts';
import { System } from './system.ts';
import { DiskFloors } from './uploads/disk-floor.ts';
import { plainEnding } from './uploads/ending.ts';
import { partialSteps } from './uploads/partial.ts';
import { StoredSums } from './uploads/stored-sums.ts';
import { type SweepCount, type SweepOptions, sweepStale } from './uploads/sweep.ts';
import { isReserved } from './uploads/upload-names.ts';
import type { UploadOptions, UploadPolicy } from './uploads/upload-policy.ts';
import { UploadSweeper } from './uploads/upload-sweeper.ts';
import { visits } from './visit.ts';
import { openWriteSteps, prepareSteps } from './writing.ts';

export interface DiskFilesOptions {
  /** Whether a change is only done when the disk has it (fsync): of files and of names. Default false. */
  readonly durable?: boolean;
  readonly uploads?: UploadOptions;
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
  readonly keepsOld: boolean;
  readonly #store: Store;
  readonly #sweeper: UploadSweeper;
  readonly #staleAfter: number;
  readonly #now: () => number;

  /** `root`: a path of the machine. It is looked up at the first use and need not be there before. */
  constructor(root: string, options: DiskFilesOptions = {}) {
    const gate = options.synchronous === 'never' ? new Gate({ closed: true }) : new Gate();
    const system = new System(gate);
    const directories = walker(resolve(root), system, options);
    const visit = options.changeDirectory === true ? visits() : undefined;
    const { uploads = {} } = options;
    const policy = policyOf(options);
    this.keepsOld = policy.overwrite === 'rename-old';
    const floors = uploads.floor && new DiskFloors(uploads.floor, system);
    const sums = new StoredSums();
    this.#store = { directories, system, policy, floors, sums, plain: plainEnding({ sums }), visit };
    this.#sweeper = new UploadSweeper(this, {
      every: policy.mode === 'atomic' ? (uploads.sweepEvery ?? hour) : Number.POSITIVE_INFINITY,
      root: resolve(root),
    });
    this.#staleAfter = uploads.staleAfter ?? 24 * hour;
    this.#now = options.now ?? Date.now;
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

  /** Bytes of an unfinished upload to a name that no file has: with `atomic` only, for otherwise they are the file. */
  partial(path: string): Awaitable<number | undefined> {
    return this.#run(path, partialSteps);
  }

  checksum(path: string, algorithm: FileSum['algorithm']): Awaitable<FileSum | undefined> {
    return this.#run(path, (store) => sumSteps(store, path, algorithm));
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
    if (isReserved(`/${target}`)) throw new FilesError('denied', { path });
    return this.#run(path, (store) => symlinkSteps(store, target, path));
  }

  space(path: string): Awaitable<number> {
    return this.#run(path, (store) => spaceSteps(store, path));
  }

  /**
   * Removes what unfinished uploads left that have not been touched for `staleAfter`. It looks at names only, a little at a time, and
   * is called by itself at the start and every `sweepEvery`.
   */
  sweep(options: SweepOptions = {}): Promise<SweepCount> {
    return sweepStale(this.#store, { before: this.#now() - this.#staleAfter, ...options });
  }

  /** Closes the open directories, which are opened again when there is need, and looks for stale uploads no more. */
  close(): void {
    this.#sweeper.stop();
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

const hour = 3_600_000;

function policyOf({ durable = false, uploads = {} }: DiskFilesOptions): UploadPolicy {
  const { mode = 'direct', partial = 'keep', overwrite = 'allow' } = uploads;
  return { mode, durable, partial, overwrite };
}

function* spaceSteps({ directories, system, floors }: Store, path: string): Steps<number> {
  const place = yield* directories.locate(path);
  try {
    if (floors !== undefined) return yield* floors.room(place.directory);
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

/** The last line of defence: a segment `..` must never reach a system call, nor a name that is ours. */
function check(path: string): void {
  if (!isNormal(path) || path.includes('\0')) throw new FilesError('bad-name', { path });
  if (isReserved(path))
    throw new FilesError('denied', { path, reason: 'Names that begin like this are for the server itself' });
}
