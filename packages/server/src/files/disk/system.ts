import * as fs from 'node:fs';
import * as promises from 'node:fs/promises';
import { promisify } from 'node:util';
import { errorCode } from './errno.ts';
import { fromBinary, type OsPath } from './names.ts';
import { call, type Steps } from './steps.ts';

// The system calls of the disk backend, each in its two forms. Descriptors are plain numbers: a FileHandle would
// close itself when it is collected, and costs an allocation for each of thousands of opens a second.

const openLater = promisify(fs.open);
const closeLater = promisify(fs.close);
const fstatLater = promisify<number, fs.Stats>(fs.fstat);
const ftruncateLater = promisify(fs.ftruncate);
const fsyncLater = promisify(fs.fsync);

export function open(path: OsPath, flags: number, mode = 0o666): Steps<number> {
  return call({ now: () => fs.openSync(path, flags, mode), later: () => openLater(path, flags, mode) });
}

export function close(fd: number): Steps<void> {
  return call({ now: () => fs.closeSync(fd), later: () => closeLater(fd) });
}

export function fstat(fd: number): Steps<fs.Stats> {
  return call({ now: () => fs.fstatSync(fd), later: () => fstatLater(fd) });
}

export function ftruncate(fd: number, size: number): Steps<void> {
  return call({ now: () => fs.ftruncateSync(fd, size), later: () => ftruncateLater(fd, size) });
}

export function fsync(fd: number): Steps<void> {
  return call({ now: () => fs.fsyncSync(fd), later: () => fsyncLater(fd) });
}

const quiet = { throwIfNoEntry: false } as const;

/** `undefined` when there is nothing of that name: it is too common to pay for an exception. */
export function lstat(path: OsPath): Steps<fs.Stats | undefined> {
  return call({
    now: () => fs.lstatSync(path, quiet),
    later: () =>
      promises.lstat(path).catch((error: unknown) => {
        if (errorCode(error) === 'ENOENT') return undefined;
        throw error;
      }),
  });
}

export function stat(path: OsPath): Steps<fs.Stats> {
  return call({ now: () => fs.statSync(path), later: () => promises.stat(path) });
}

/** Throws where this process may not do what `mode` says. */
export function access(path: OsPath, mode: number): Steps<void> {
  return call({ now: () => fs.accessSync(path, mode), later: () => promises.access(path, mode) });
}

/** The text of a symlink, as text of the store. */
export function* readlink(path: OsPath): Steps<string> {
  const encoding = 'latin1';
  return fromBinary(
    yield* call({
      now: () => fs.readlinkSync(path, encoding),
      later: () => promises.readlink(path, encoding),
    }),
  );
}

export function* realpath(path: OsPath): Steps<string> {
  const bytes = yield* call({
    now: () => fs.realpathSync.native(path, 'buffer'),
    later: () => promises.realpath(path, 'buffer'),
  });
  return fromBinary(bytes.toString('latin1'));
}

export function mkdir(path: OsPath): Steps<void> {
  return call({
    now: () => {
      fs.mkdirSync(path, 0o777);
    },
    later: async () => {
      await promises.mkdir(path, 0o777);
    },
  });
}

export function rmdir(path: OsPath): Steps<void> {
  return call({ now: () => fs.rmdirSync(path), later: () => promises.rmdir(path) });
}

export function unlink(path: OsPath): Steps<void> {
  return call({ now: () => fs.unlinkSync(path), later: () => promises.unlink(path) });
}

export function rename(from: OsPath, to: OsPath): Steps<void> {
  return call({ now: () => fs.renameSync(from, to), later: () => promises.rename(from, to) });
}

export function symlink(target: OsPath, path: OsPath): Steps<void> {
  return call({ now: () => fs.symlinkSync(target, path), later: () => promises.symlink(target, path) });
}

export function chmod(path: OsPath, mode: number): Steps<void> {
  return call({ now: () => fs.chmodSync(path, mode), later: () => promises.chmod(path, mode) });
}

/** Times in seconds, as node:fs has them. */
export function utimes(path: OsPath, accessed: number, modified: number): Steps<void> {
  return call({
    now: () => fs.utimesSync(path, accessed, modified),
    later: () => promises.utimes(path, accessed, modified),
  });
}

export function statfs(path: OsPath): Steps<fs.StatsFs> {
  return call({ now: () => fs.statfsSync(path), later: () => promises.statfs(path) });
}

/** `batch`: how many names one system call may fetch at most. Names come one character a byte. */
export function opendir(path: OsPath, batch: number): Steps<fs.Dir> {
  const options = { encoding: 'latin1', bufferSize: batch } as const;
  // node:fs takes bytes here as in every other call; only its type declaration says string.
  const where = path as string;
  return call({ now: () => fs.opendirSync(where, options), later: () => promises.opendir(where, options) });
}
