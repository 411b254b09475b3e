import { FilesError, type FilesErrorKind } from '../files.ts';

/** The one table from what the operating system says to what a client is told. */
const kinds: Readonly<Record<string, FilesErrorKind>> = {
  ENOENT: 'not-found',
  EACCES: 'denied',
  EPERM: 'denied',
  EEXIST: 'exists',
  ENOTDIR: 'not-a-directory',
  EISDIR: 'is-a-directory',
  ENOTEMPTY: 'not-empty',
  ENOSPC: 'no-space',
  EDQUOT: 'quota',
  EFBIG: 'too-large',
  EOVERFLOW: 'too-large',
  ENAMETOOLONG: 'name-too-long',
  EILSEQ: 'bad-name',
  EINVAL: 'unsupported',
  ENOSYS: 'unsupported',
  EOPNOTSUPP: 'unsupported',
  ENOTSUP: 'unsupported',
  ELOOP: 'loop',
  EMLINK: 'no-space',
  EBUSY: 'busy',
  ETXTBSY: 'busy',
  EAGAIN: 'busy',
  EDEADLK: 'busy',
  EMFILE: 'overloaded',
  ENFILE: 'overloaded',
  ENOMEM: 'overloaded',
  EXDEV: 'cross-device',
  EROFS: 'read-only',
  ENXIO: 'not-a-file',
  ENODEV: 'not-a-file',
  EIO: 'io',
  ESTALE: 'io',
  ENOTCONN: 'io',
  EHOSTDOWN: 'io',
  ETIMEDOUT: 'io',
  EREMOTEIO: 'io',
};

/** The errno name of a system error (`ENOENT`), or `undefined`. */
export function errorCode(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}

/**
 * A system error as a `FilesError` about `path`, the path of the store. The machine's own paths stand in the text of
 * the system error, so that only goes along as `cause`. What is no system error is a bug and comes back unchanged.
 */
export function toFilesError(error: unknown, path: string): unknown {
  if (error instanceof FilesError) return error;
  const code = errorCode(error);
  if (code === undefined || code.startsWith('ERR_')) return error;
  return new FilesError(kinds[code] ?? 'io', { path, cause: error });
}
