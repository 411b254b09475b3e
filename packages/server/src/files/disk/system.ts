import * as fs from 'node:fs';
import * as promises from 'node:fs/promises';
import { promisify } from 'node:util';
import { errorCode } from './errno.ts';
import type { Gate } from './gate.ts';
import { fromBinary, type OsPath } from './names.ts';
import type { Steps } from './steps.ts';

// Descriptors are plain numbers: a FileHandle would close itself when it is collected, and costs an allocation for each of
// thousands of opens a second.
const openLater = promisify(fs.open);
const closeLater = promisify(fs.close);
const fstatLater = promisify<number, fs.Stats>(fs.fstat);
const ftruncateLater = promisify(fs.ftruncate);
const fsyncLater = promisify(fs.fsync);
const fchmodLater = promisify(fs.fchmod);
const fchownLater = promisify(fs.fchown);

const quiet = { throwIfNoEntry: false } as const;

/** The system calls of one root, each synchronous while the gate is open and in the thread pool otherwise. */
export class System {
  readonly gate: Gate;

  constructor(gate: Gate) {
    this.gate = gate;
  }

  open(path: OsPath, flags: number): Steps<number> {
    return this.#call(
      () => fs.openSync(path, flags, 0o666),
      () => openLater(path, flags, 0o666),
    );
  }

  close(fd: number): Steps<void> {
    return this.#call(
      () => fs.closeSync(fd),
      () => closeLater(fd),
    );
  }

  fstat(fd: number): Steps<fs.Stats> {
    return this.#call(
      () => fs.fstatSync(fd),
      () => fstatLater(fd),
    );
  }

  ftruncate(fd: number, size: number): Steps<void> {
    return this.#call(
      () => fs.ftruncateSync(fd, size),
      () => ftruncateLater(fd, size),
    );
  }

  /** Always in the thread pool: a disk takes milliseconds for it, whatever it took before. */
  *fsync(fd: number): Steps<void> {
    yield fsyncLater(fd);
  }

  /** `undefined` when there is nothing of that name: it is too common to pay for an exception. */
  lstat(path: OsPath): Steps<fs.Stats | undefined> {
    return this.#call(
      () => fs.lstatSync(path, quiet),
      () => promises.lstat(path).catch(nothingThere),
    );
  }

  stat(path: OsPath): Steps<fs.Stats> {
    return this.#call(
      () => fs.statSync(path),
      () => promises.stat(path),
    );
  }

  /** Throws where this process may not do what `mode` says. */
  access(path: OsPath, mode: number): Steps<void> {
    return this.#call(
      () => fs.accessSync(path, mode),
      () => promises.access(path, mode),
    );
  }

  /** The text of a symlink, as text of the store. */
  *readlink(path: OsPath): Steps<string> {
    const encoding = 'latin1';
    const text = yield* this.#call(
      () => fs.readlinkSync(path, encoding),
      () => promises.readlink(path, encoding),
    );
    return fromBinary(text);
  }

  *realpath(path: OsPath): Steps<string> {
    const bytes = yield* this.#call(
      () => fs.realpathSync.native(path, 'buffer'),
      () => promises.realpath(path, 'buffer'),
    );
    return fromBinary(bytes.toString('latin1'));
  }

  mkdir(path: OsPath): Steps<unknown> {
    return this.#call(
      () => fs.mkdirSync(path, 0o777),
      () => promises.mkdir(path, 0o777),
    );
  }

  rmdir(path: OsPath): Steps<void> {
    return this.#call(
      () => fs.rmdirSync(path),
      () => promises.rmdir(path),
    );
  }

  unlink(path: OsPath): Steps<void> {
    return this.#call(
      () => fs.unlinkSync(path),
      () => promises.unlink(path),
    );
  }

  rename(from: OsPath, to: OsPath): Steps<void> {
    return this.#call(
      () => fs.renameSync(from, to),
      () => promises.rename(from, to),
    );
  }

  /** A second name for a file; it never replaces one. */
  link(from: OsPath, to: OsPath): Steps<void> {
    return this.#call(
      () => fs.linkSync(from, to),
      () => promises.link(from, to),
    );
  }

  /** Makes a new file of the same bytes, sharing them where the file system can. Always in the thread pool: it may take long. */
  *copyFile(from: OsPath, to: OsPath): Steps<void> {
    yield promises.copyFile(from, to, fs.constants.COPYFILE_EXCL | fs.constants.COPYFILE_FICLONE);
  }

  fchmod(fd: number, mode: number): Steps<void> {
    return this.#call(
      () => fs.fchmodSync(fd, mode),
      () => fchmodLater(fd, mode),
    );
  }

  fchown(fd: number, owner: number, group: number): Steps<void> {
    return this.#call(
      () => fs.fchownSync(fd, owner, group),
      () => fchownLater(fd, owner, group),
    );
  }

  symlink(target: OsPath, path: OsPath): Steps<void> {
    return this.#call(
      () => fs.symlinkSync(target, path),
      () => promises.symlink(target, path),
    );
  }

  chmod(path: OsPath, mode: number): Steps<void> {
    return this.#call(
      () => fs.chmodSync(path, mode),
      () => promises.chmod(path, mode),
    );
  }

  /** Milliseconds since the epoch. As dates: node:fs takes a negative number for "now". */
  utimes(path: OsPath, accessed: number, modified: number): Steps<void> {
    const [atime, mtime] = [new Date(accessed), new Date(modified)];
    return this.#call(
      () => fs.utimesSync(path, atime, mtime),
      () => promises.utimes(path, atime, mtime),
    );
  }

  statfs(path: OsPath): Steps<fs.StatsFs> {
    return this.#call(
      () => fs.statfsSync(path),
      () => promises.statfs(path),
    );
  }

  /** `batch`: how many names one system call may fetch at most. Names come one character a byte. */
  opendir(path: OsPath, batch: number): Steps<fs.Dir> {
    const options = { encoding: 'latin1', bufferSize: batch } as const;
    // node:fs takes bytes here as in every other call; only its type declaration says string.
    const where = path as string;
    return this.#call(
      () => fs.opendirSync(where, options),
      () => promises.opendir(where, options),
    );
  }

  *#call<T>(now: () => T, later: () => Promise<T>): Steps<T> {
    return this.gate.fast ? this.gate.measure(now) : ((yield later()) as T);
  }
}

function nothingThere(error: unknown): undefined {
  if (errorCode(error) !== 'ENOENT') throw error;
  return undefined;
}
