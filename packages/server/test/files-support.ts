import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import type { Entry } from '@duoport/protocol';
import { DiskFiles, type DiskFilesOptions } from '../src/files/disk/disk-files.ts';
import { type Files, FilesError, type FilesErrorKind, type WriteHow } from '../src/files/files.ts';

export function bytes(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

/** A directory of the machine that is gone after the test. */
export function temporaryDirectory(t: TestContext): string {
  const directory = mkdtempSync(join(tmpdir(), 'duoport-files-'));
  t.after(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

/** A disk backend on an empty directory. */
export function diskIn(t: TestContext, directory: string, options?: DiskFilesOptions): DiskFiles {
  const files = new DiskFiles(directory, options);
  t.after(() => files.close());
  return files;
}

/** Writes a file in one go, and returns its path. */
export async function put(
  files: Files,
  path: string,
  content: string | Uint8Array,
  how: WriteHow = { kind: 'replace' },
): Promise<string> {
  const plan = await files.prepareWrite(path, how);
  const handle = await plan.open();
  await handle.write([typeof content === 'string' ? bytes(content) : content], handle.offset);
  await handle.finish();
  return plan.path;
}

export async function get(files: Files, path: string, bufferSize = 4096): Promise<Buffer> {
  const handle = await files.openRead(path);
  try {
    const parts: Buffer[] = [];
    const into = new Uint8Array(bufferSize);
    for (let at = 0; ; ) {
      const read = await handle.read(into, at);
      if (read === 0) return Buffer.concat(parts);
      parts.push(Buffer.from(into.subarray(0, read)));
      at += read;
    }
  } finally {
    await handle.close();
  }
}

export async function getText(files: Files, path: string): Promise<string> {
  return (await get(files, path)).toString('utf8');
}

export async function listAll(files: Files, path: string): Promise<Entry[]> {
  const entries: Entry[] = [];
  for await (const batch of files.list(path)) entries.push(...batch);
  return entries;
}

export async function names(files: Files, path: string): Promise<string[]> {
  return (await listAll(files, path)).map((entry) => entry.name).sort();
}

/** The operation fails with a FilesError of that kind, whether it throws or rejects. */
export async function fails(kind: FilesErrorKind, operation: () => unknown): Promise<FilesError> {
  let caught: unknown;
  try {
    await operation();
  } catch (error) {
    caught = error;
  }
  assert.ok(caught instanceof FilesError, `expected a FilesError ${kind}, got ${String(caught)}`);
  assert.equal(caught.kind, kind, caught.message);
  return caught;
}
