import { type Files, FilesError } from './files.ts';
import type { HashAlgorithm } from './hash.ts';

/** The same files, to look at only. The optional powers that change something are not there, so FEAT does not tell of them. */
export function readOnly(files: Files): Files {
  const refuse = (path: string): never => {
    throw new FilesError('read-only', { path });
  };
  const view: Files = {
    stat: (path) => files.stat(path),
    list: (path) => files.list(path),
    openRead: (path) => files.openRead(path),
    prepareWrite: refuse,
    makeDirectory: refuse,
    removeDirectory: refuse,
    removeFile: refuse,
    rename: refuse,
  };
  const { lstat, checksum } = files;
  return {
    ...view,
    ...(lstat && { lstat: (path: string) => lstat.call(files, path) }),
    ...(checksum && {
      checksum: (path: string, algorithm: HashAlgorithm) => checksum.call(files, path, algorithm),
    }),
  };
}
