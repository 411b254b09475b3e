import type { TestContext } from 'node:test';
import type { DiskFiles, DiskFilesOptions } from '../src/files/disk/disk-files.ts';
import type { WriteHandle, WriteHow } from '../src/files/files.ts';
import { bytes, diskIn, temporaryDirectory } from './files-support.ts';

export const replace = { kind: 'replace' } as const;
export const append = { kind: 'append' } as const;

interface Place {
  readonly folder: string;
  readonly files: DiskFiles;
}

export function atomicPlace(t: TestContext, uploads: DiskFilesOptions['uploads'] = {}): Place {
  const folder = temporaryDirectory(t);
  return { folder, files: diskIn(t, folder, { uploads: { mode: 'atomic', ...uploads } }) };
}

/** An upload that has begun, with its first bytes. */
export async function begun(
  files: DiskFiles,
  path: string,
  content: string,
  how: WriteHow = replace,
): Promise<WriteHandle> {
  const handle = await (await files.prepareWrite(path, how)).open();
  await handle.write([bytes(content)], handle.offset);
  return handle;
}
