import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { encodeText, isRawText, isSafeName } from '@duoport/protocol';
import { printable } from '../printable.ts';
import { CommandError, UsageError } from '../usage-error.ts';

/** Where downloads go. */
export type Output =
  | { readonly kind: 'stdout' }
  | { readonly kind: 'file'; readonly path: string }
  | { readonly kind: 'directory'; readonly path: string };

/**
 * What `-o` means: `-` is stdout; what ends in a slash, or is a directory, takes files under their own names; anything else is
 * the name of the one file. Without it, the current directory.
 */
export async function readOutput(output: string | undefined): Promise<Output> {
  if (output === undefined) return { kind: 'directory', path: '.' };
  if (output === '-') return { kind: 'stdout' };
  if (output === '')
    throw new UsageError('-o: the name is empty. Give a file, a directory, or - for standard output.');
  if (/[/\\]$/.test(output) && (process.platform === 'win32' || output.endsWith('/')))
    return { kind: 'directory', path: output };
  return { kind: (await isDirectory(output)) ? 'directory' : 'file', path: output };
}

/** The last part of a path on a server. */
export function lastName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

/**
 * Where in a local directory a file of the server goes. A name that could lead anywhere else (`..`, one with a slash, a device
 * name) is refused: the server chose it, not the user.
 */
export function safeLocalPath(directory: string, name: string): string {
  if (!isSafeName(name)) {
    throw new CommandError(
      name === ''
        ? 'The URL names no file, so there is no name to store it under: give one with -o FILE.'
        : `The server's name "${printable(name)}" is not safe as a local file name: give another with -o FILE.`,
    );
  }
  return join(directory, name);
}

/** For `node:fs`: a name that is not UTF-8 goes to the disk with the bytes that the server sent. */
export function fsPath(path: string): string | Buffer {
  return isRawText(path) ? Buffer.from(encodeText(path)) : path;
}

async function isDirectory(path: string): Promise<boolean> {
  return await stat(fsPath(path)).then(
    (facts) => facts.isDirectory(),
    () => false,
  );
}
