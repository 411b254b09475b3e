import type { Stats } from 'node:fs';
import type { FileSum } from '../../files.ts';
import type { Directory } from '../directories.ts';
import { errorCode } from '../errno.ts';
import type { OpenedFile } from '../read-handle.ts';
import { directoryFlags } from '../reading.ts';
import type { Steps } from '../steps.ts';
import type { Store } from '../store.ts';
import type { System } from '../system.ts';
import type { UploadPlace } from './upload-place.ts';

/** What becomes of a file that was written, and of one that was not written to its end. Either closes it whatever happens. */
export interface Ending {
  /** The bytes have a name that no client sees until `finish`. */
  readonly hidden?: boolean;
  /** Where the file is, when that is not where it was meant to be. Known after `finish`. */
  readonly path?: string | undefined;
  /** All bytes are written; `sum`: their checksum. */
  finish(file: OpenedFile, sum: FileSum | undefined): Steps<void>;
  abandon(file: OpenedFile): Steps<void>;
}

/** Written under its own name, and what arrived stays: there is nothing to do but to close it. */
export function plainEnding({ sums }: Pick<Store, 'sums'>): Ending {
  return {
    *finish({ fd, system }, sum) {
      if (sum !== undefined) sums.keep(yield* closing(fd, system, system.fstat(fd)), sum);
      yield* system.close(fd);
    },
    *abandon({ fd, system }) {
      yield* system.close(fd);
    },
  };
}

/** Written under its own name. `isWhole`: from the first byte on, so that nothing of an earlier file is in it. */
export class DirectEnding implements Ending {
  readonly #place: UploadPlace;
  readonly #isWhole: boolean;

  constructor(place: UploadPlace, isWhole: boolean) {
    this.#place = place;
    this.#isWhole = isWhole;
  }

  *finish(file: OpenedFile, sum: FileSum | undefined): Steps<void> {
    const { fd, system } = file;
    const { policy, sums } = this.#place.store;
    try {
      const stats = yield* closing(fd, system, this.#written(file));
      yield* system.close(fd);
      if (policy.durable) yield* syncDirectory(system, this.#place.directory);
      if (sum !== undefined) sums.keep(stats, sum);
    } finally {
      this.#place.leave();
    }
  }

  *abandon({ fd, system }: OpenedFile): Steps<void> {
    const { store, path } = this.#place;
    try {
      if (!this.#isWhole || store.policy.partial === 'keep') return;
      const { ino } = yield* system.fstat(fd);
      if ((yield* system.lstat(path))?.ino === ino) yield* system.unlink(path);
    } finally {
      this.#place.leave();
      yield* system.close(fd);
    }
  }

  *#written({ fd, system }: OpenedFile): Steps<Stats> {
    if (this.#place.store.policy.durable) yield* system.fsync(fd);
    return yield* system.fstat(fd);
  }
}

/** The last steps before a file is closed: when they fail it is closed, too. */
export function* closing<T>(fd: number, system: System, steps: Steps<T>): Steps<T> {
  let isDone = false;
  try {
    const result = yield* steps;
    isDone = true;
    return result;
  } finally {
    if (!isDone) yield* system.close(fd);
  }
}

/** Returns when the disk has the names in a directory as they are now. */
export function* syncDirectory(system: System, directory: Directory): Steps<void> {
  // Windows opens no directories, and writes names down by itself.
  if (process.platform === 'win32') return;
  const fd = yield* system.open(directory.at('.'), directoryFlags);
  try {
    yield* system.fsync(fd);
  } catch (error) {
    // A file system without it (some of FUSE) has nothing better to give.
    const code = errorCode(error);
    if (code !== 'EINVAL' && code !== 'ENOTSUP' && code !== 'EOPNOTSUPP') throw error;
  } finally {
    yield* system.close(fd);
  }
}
