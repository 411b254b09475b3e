import { readdir, stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { printable } from '../printable.ts';
import { UsageError } from '../usage-error.ts';

/** Absolute. Throws UsageError, with what the folder is called before it, when it is not there or cannot be read. */
export async function readableFolder(directory: string, label = ''): Promise<string> {
  const folder = resolve(directory);
  const where = label === '' ? '' : `${label} `;
  try {
    if (!(await stat(folder)).isDirectory()) {
      throw new UsageError(`${where}${printable(directory)} is a file: name the folder that it is in.`);
    }
    await readdir(folder);
    return folder;
  } catch (cause) {
    if (cause instanceof UsageError) throw cause;
    const code = (cause as NodeJS.ErrnoException).code;
    const why =
      code === 'ENOENT' ? 'there is no such folder; make it, or name another' : `it cannot be read (${code})`;
    throw new UsageError(`${where}${printable(directory)}: ${why}.`, { cause });
  }
}
