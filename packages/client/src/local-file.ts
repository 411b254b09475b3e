import { closeSync, ftruncateSync, openSync, readFileSync, statSync, writeSync } from 'node:fs';
import { type FileHandle, open, readFile, stat } from 'node:fs/promises';
import type { ByteSource } from '@duoport/net';
import { FtpLocalError } from '@duoport/protocol';
import { diskGate, smallFile } from './disk-gate.ts';
import type { Receiver } from './receiver.ts';
import { bytesSender, type Sender } from './sender.ts';

/** A download into a local file. What fits into memory is written in one go at the end. */
export function fileReceiver(path: string): Receiver {
  let file: FileHandle | undefined;
  let start = 0;
  let held: Uint8Array[] = [];
  let heldBytes = 0;
  const open = async () => {
    file ??= await openAt(path, start);
    await writeAll(file, held, start);
    held = [];
    return file;
  };
  const close = async () => {
    if (file !== undefined) await file.close();
    else await writeSmall(path, start, held);
  };
  return {
    held: () =>
      stat(path).then(
        (facts) => facts.size,
        () => 0,
      ),
    open: async (offset) => {
      start = offset;
      return {
        write: async (chunks, at) => {
          for (const chunk of chunks) heldBytes += chunk.length;
          if (heldBytes > smallFile) return await writeAll(file ?? (await open()), chunks, at);
          for (const chunk of chunks) held.push(Uint8Array.from(chunk)); // our buffers are used again
        },
      };
    },
    finish: close,
    // A transfer that brought nothing leaves what was there before.
    abandon: async () => {
      if (heldBytes > 0) await close().catch(() => undefined);
    },
  };
}

/** An upload from a local file. A small one is in memory when this resolves, and closed. */
export async function fileSender(path: string): Promise<Sender> {
  try {
    const facts = await diskGate.run(
      () => statSync(path),
      () => stat(path),
    );
    if (facts.isDirectory()) throw new Error('it is a directory');
    if (facts.isFile() && facts.size <= smallFile) {
      return bytesSender(
        await diskGate.run(
          () => readFileSync(path),
          () => readFile(path),
        ),
      );
    }
    return handleSender(await open(path, 'r'), facts.isFile() ? facts.size : undefined);
  } catch (cause) {
    throw new FtpLocalError(`${path} cannot be read: ${cause instanceof Error ? cause.message : cause}`, {
      cause,
    });
  }
}

/** `size` is undefined for what is no file: a pipe, a device. */
function handleSender(file: FileHandle, size: number | undefined): Sender {
  const from = (offset: number): ByteSource => ({
    size: size === undefined ? undefined : Math.max(0, size - offset),
    read: async (into, at) =>
      (await file.read(into, 0, into.length, size === undefined ? null : at)).bytesRead,
  });
  return { from, seekable: size !== undefined, close: () => file.close() };
}

async function openAt(path: string, offset: number): Promise<FileHandle> {
  const file = await open(path, offset > 0 ? 'r+' : 'w');
  if (offset > 0) await file.truncate(offset);
  return file;
}

function writeSmall(path: string, offset: number, chunks: readonly Uint8Array[]): Promise<void> {
  return diskGate.run(
    () => writeSmallNow(path, offset, chunks),
    async () => {
      const file = await openAt(path, offset);
      try {
        await writeAll(file, chunks, offset);
      } finally {
        await file.close();
      }
    },
  );
}

function writeSmallNow(path: string, offset: number, chunks: readonly Uint8Array[]): void {
  const file = openSync(path, offset > 0 ? 'r+' : 'w');
  try {
    if (offset > 0) ftruncateSync(file, offset);
    let at = offset;
    for (const chunk of chunks) {
      for (let done = 0; done < chunk.length; ) {
        const written = writeSync(file, chunk, done, chunk.length - done, at);
        done += written;
        at += written;
      }
    }
  } finally {
    closeSync(file);
  }
}

/**
 * All chunks in one call: TLS gives them in pieces of 16 KiB. One call may take less (a full disk takes the
 * first half).
 */
async function writeAll(file: FileHandle, chunks: readonly Uint8Array[], at: number): Promise<void> {
  let position = at;
  let rest = chunks;
  while (rest.length > 0) {
    const { bytesWritten } = await file.writev(rest.slice(0, vectors), position);
    position += bytesWritten;
    rest = after(rest, bytesWritten);
  }
}

/** The kernel takes no more buffers at once (IOV_MAX). */
const vectors = 1024;

/** What is left of the chunks behind so many bytes. */
function after(chunks: readonly Uint8Array[], bytes: number): readonly Uint8Array[] {
  let skip = bytes;
  for (const [index, chunk] of chunks.entries()) {
    if (skip < chunk.length) return [chunk.subarray(skip), ...chunks.slice(index + 1)];
    skip -= chunk.length;
  }
  return [];
}
