import { pathReply, reply } from '@duoport/protocol';
import { command } from '../command.ts';
import { FilesError } from '../files/files.ts';
import { parentPath } from '../files/paths.ts';

/** RFC 959 §4.1.1: CWD changes the current directory, after making sure that it is one. */
export const cwd = command('CWD', async ({ files, path }) => {
  const entry = await files.stat(path);
  if (entry.type !== 'directory') throw new FilesError('not-a-directory', { path });
  return { reply: reply(250, `Current directory is ${path}`), parameters: { directory: path } };
});

/** RFC 959 §4.1.1: CDUP is CWD to the parent, for systems whose path syntax the client does not know. */
export const cdup = command('CDUP', async ({ files, parameters }) => {
  const path = parentPath(parameters.directory);
  await files.stat(path);
  return { reply: reply(250, `Current directory is ${path}`), parameters: { directory: path } };
});

/** RFC 959 §4.1.3: PWD, quotes doubled as Appendix II has it. */
export const pwd = command('PWD', ({ parameters }) =>
  pathReply(parameters.directory, 'is the current directory'),
);

/** RFC 959 §4.1.3: MKD creates the directory and answers with its full path, quotes doubled. */
export const mkd = command('MKD', async ({ files, path: asked }) => {
  const path = await files.makeDirectory(asked);
  return { reply: pathReply(path, 'created'), changed: { change: 'made-directory', path } };
});

/** RFC 959 §4.1.3: RMD removes a directory; never one that is not empty. */
export const rmd = command('RMD', async ({ files, path }) => {
  await files.removeDirectory(path);
  return { reply: reply(250, 'Directory removed'), changed: { change: 'removed-directory', path } };
});
