import type { Awaitable, ByteSink, ByteSource } from '@duoport/net';
import type { Entry } from '@duoport/protocol';
import type { HashAlgorithm } from './hash.ts';

/**
 * What one session sees of a file store. A backend implements this and nothing else.
 *
 * Paths are absolute and normalised as `resolvePath` (paths.ts) makes them: they begin with `/`, have no empty, `.` or `..`
 * segment and no trailing slash, and name bytes as `decodeText` does, so a Latin-1 or GBK name survives. Every method fails
 * with a `FilesError`; anything else that is thrown is a bug. Optional methods are optional powers: FEAT is computed from
 * which ones are there.
 */
export interface Files {
  /** The facts of what a path leads to: symlinks are followed. */
  stat(path: string): Awaitable<Entry>;
  /** The facts of a name itself: a symlink is told as a symlink, with its `target`. Without it `stat` is used. */
  lstat?(path: string): Awaitable<Entry>;
  /** The names in a directory in batches, in no particular order, without `.` and `..`; symlinks are not followed. */
  list(path: string): AsyncIterable<readonly Entry[]>;
  openRead(path: string): Awaitable<ReadHandle>;
  /** Checks what can be checked and touches nothing: a failed data connection must leave no empty file behind. */
  prepareWrite(path: string, how: WriteHow): Awaitable<WritePlan>;
  /** Returns the path of the directory made. */
  makeDirectory(path: string): Awaitable<string>;
  removeDirectory(path: string): Awaitable<void>;
  removeFile(path: string): Awaitable<void>;
  /** Replaces a file at `to`, as rename(2) does; a directory only replaces an empty directory. */
  rename(from: string, to: string): Awaitable<void>;
  /** `modified`: milliseconds since the epoch, UTC. */
  setModified?(path: string, modified: number): Awaitable<void>;
  /** `created`: milliseconds since the epoch, UTC. */
  setCreated?(path: string, created: number): Awaitable<void>;
  /** `mode`: the low nine permission bits. */
  chmod?(path: string, mode: number): Awaitable<void>;
  /** Makes `path` a symlink whose text is `target` (absolute targets count from the root of the store). */
  symlink?(target: string, path: string): Awaitable<void>;
  /** Free bytes for this session at `path`. */
  space?(path: string): Awaitable<number>;
  /**
   * Bytes of an upload to `path` that broke off and can go on, where they are kept out of sight: there is no file of that name.
   * `undefined`: there is a file, or nothing.
   */
  partial?(path: string): Awaitable<number | undefined>;
  /** A file that is in the way of an upload or a rename is not replaced: it goes on under another name. */
  readonly keepsOld?: boolean;
  /** The checksum of the whole file where it is known without a read: from the upload, and nothing has changed the file since. */
  checksum?(path: string, algorithm: HashAlgorithm): Awaitable<FileSum | undefined>;
}

/** The checksum of a whole file. */
export interface FileSum {
  readonly algorithm: HashAlgorithm;
  /** Lower-case hexadecimal digits. */
  readonly digest: string;
  /** Bytes. */
  readonly size: number;
}

/** An open file. `read(into, at)` takes `at` as the position in the file; 0 is the end. Close exactly once is enough. */
export interface ReadHandle extends ByteSource {
  /** Bytes when it was opened; the file may grow or shrink meanwhile. */
  readonly size: number;
  /** Milliseconds since the epoch, UTC. */
  readonly modified?: number;
  close(): Awaitable<void>;
}

export type WriteHow =
  | { readonly kind: 'replace' }
  | { readonly kind: 'append' }
  /** Go on at `offset` bytes; beyond the end of the file it is refused as 'bad-offset'. What stands behind it is cut off. */
  | { readonly kind: 'resume'; readonly offset: number }
  /** A new file whose name starts with the given one; never an existing file. */
  | { readonly kind: 'unique' };

export interface WritePlan {
  /** Where the bytes will be: differs from the path asked for with 'unique'. */
  readonly path: string;
  /** Creates or empties the file. Called when the data connection stands. */
  open(): Awaitable<WriteHandle>;
}

/** `write(chunks, at)` takes `at` as the position in the file, starting at `offset`. Resolves when all bytes are taken. */
export interface WriteHandle extends ByteSink {
  /** Where the first byte goes: 0, the offset of a resume, or the size of the file for an append. */
  readonly offset: number;
  /** Nobody sees the file before `finish`: then it is worth a moment to see whether the client is still there. */
  readonly hidden?: boolean;
  /** Where the file is, when it got another name than the plan said. Known after `finish`. */
  readonly path?: string | undefined;
  /** All is written and the file closed without an error, or it throws. Only then may a server answer 226. `sum`: to remember. */
  finish(sum?: FileSum): Awaitable<void>;
  /** Closes it; what has arrived is kept, so that the client can resume, or removed, as the store does it. Never throws. */
  abandon(): Awaitable<void>;
}

/** Why a file operation failed, in the words of the reply table. */
export type FilesErrorKind =
  | 'not-found'
  | 'denied'
  | 'exists'
  | 'not-a-directory'
  | 'is-a-directory'
  | 'not-empty'
  /** A device, FIFO or socket where a file is needed. */
  | 'not-a-file'
  /** The store is full. */
  | 'no-space'
  /** What is left of the disk shall stay free. */
  | 'space-kept'
  /** This account may not use more. */
  | 'quota'
  /** The file would be larger than the store can keep. */
  | 'too-large'
  | 'name-too-long'
  /** A name that the store cannot have: NUL, CR, LF, or not representable. */
  | 'bad-name'
  /** REST beyond the end of the file. */
  | 'bad-offset'
  /** Symlinks that lead in a circle. */
  | 'loop'
  /** In use, or another operation is in the way: trying again may help. */
  | 'busy'
  /** The process is out of descriptors or memory: trying again may help. */
  | 'overloaded'
  /** Across two file systems. */
  | 'cross-device'
  | 'read-only'
  | 'unsupported'
  | 'io';

const texts: Readonly<Record<FilesErrorKind, string>> = {
  'not-found': 'No such file or directory',
  denied: 'Permission denied',
  exists: 'Already exists',
  'not-a-directory': 'Not a directory',
  'is-a-directory': 'Is a directory',
  'not-empty': 'Directory is not empty',
  'not-a-file': 'Not a regular file',
  'no-space': 'No space left',
  'space-kept': 'The rest of the disk is kept free',
  quota: 'Quota exceeded',
  'too-large': 'File is too large',
  'name-too-long': 'Name is too long',
  'bad-name': 'This name is not possible here',
  'bad-offset': 'The offset is beyond the end of the file',
  loop: 'Too many symbolic links',
  busy: 'Busy, try again later',
  overloaded: 'Too many open files, try again later',
  'cross-device': 'Cannot move to another file system',
  'read-only': 'Read-only',
  unsupported: 'Not supported here',
  io: 'Input/output error',
};

/** A file operation that did not work. `message` is fit for a client: it names paths of the store, never of the machine. */
export class FilesError extends Error {
  override readonly name = 'FilesError';
  readonly kind: FilesErrorKind;
  /** The path of the store that the trouble is with. */
  readonly path: string | undefined;
  /** The message without the path. */
  readonly reason: string;

  constructor(
    kind: FilesErrorKind,
    options: { readonly path?: string | undefined; readonly reason?: string; readonly cause?: unknown } = {},
  ) {
    const reason = options.reason ?? texts[kind];
    super(
      options.path === undefined ? reason : `${reason}: ${options.path}`,
      options.cause === undefined ? undefined : { cause: options.cause },
    );
    this.kind = kind;
    this.path = options.path;
    this.reason = reason;
  }
}
