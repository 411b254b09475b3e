import { type Files, FilesError } from './files/files.ts';

const refuse = (): never => {
  throw new FilesError('denied');
};

/** What a session sees before its login: nothing. Verbs that touch files need a login, so nobody gets here. */
export const noFiles: Files = {
  stat: refuse,
  list: refuse,
  openRead: refuse,
  prepareWrite: refuse,
  makeDirectory: refuse,
  removeDirectory: refuse,
  removeFile: refuse,
  rename: refuse,
};
