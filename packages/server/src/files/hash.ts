import { createHash } from 'node:crypto';
import * as zlib from 'node:zlib';
import type { Awaitable } from '@duoport/net';
import { type FileSum, type Files, FilesError, type ReadHandle, type WriteHandle } from './files.ts';

/** The names of the HASH draft (draft-bryan-ftpext-hash §3.1), as FEAT and OPTS HASH write them. */
export const hashAlgorithms = ['SHA-256', 'SHA-512', 'SHA-1', 'MD5', 'CRC32'] as const;

export type HashAlgorithm = (typeof hashAlgorithms)[number];

export interface HashRequest {
  readonly path: string;
  readonly algorithm: HashAlgorithm;
  /** First byte, default 0. */
  readonly start?: number;
  /** The byte behind the last, default the end of the file; a range beyond the end stops there. */
  readonly end?: number;
  readonly signal?: AbortSignal;
}

export interface FileHash {
  /** Lower-case hexadecimal digits. */
  readonly digest: string;
  readonly start: number;
  /** The byte behind the last one that was hashed. */
  readonly end: number;
}

const chunkBytes = 256 * 1024;

/** Reads a range of a file and hashes it, giving up the event loop between chunks. */
export async function hashFile(files: Files, request: HashRequest): Promise<FileHash> {
  const known = await knownSum(files, request);
  if (known !== undefined) return { digest: known.digest, start: 0, end: known.size };
  const start = request.start ?? 0;
  const handle = await files.openRead(request.path);
  try {
    if (start > handle.size || (request.end !== undefined && request.end < start)) {
      throw new FilesError('bad-offset', { path: request.path });
    }
    const digest = digester(request.algorithm);
    const end = await feed(
      handle,
      { ...request, start, end: request.end ?? Number.POSITIVE_INFINITY },
      digest,
    );
    return { digest: digest.finish(), start, end };
  } finally {
    await handle.close();
  }
}

/** What was computed while the file was stored; only the whole file was. */
function knownSum(
  files: Files,
  { path, algorithm, start, end }: HashRequest,
): Awaitable<FileSum | undefined> {
  if (start !== undefined || end !== undefined) return undefined;
  return files.checksum?.(path, algorithm);
}

/** The same handle, that computes the checksum of what is written. Only for a file that is written from its first byte on. */
export function summing(handle: WriteHandle, algorithm: HashAlgorithm): WriteHandle {
  const digest = digester(algorithm);
  let size = 0;
  return {
    offset: handle.offset,
    hidden: handle.hidden === true,
    get path() {
      return handle.path;
    },
    write: (chunks, at) => {
      for (const chunk of chunks) {
        digest.update(chunk);
        size += chunk.length;
      }
      return handle.write(chunks, at);
    },
    finish: () => handle.finish({ algorithm, digest: digest.finish(), size }),
    abandon: () => handle.abandon(),
  };
}

interface Digester {
  update(bytes: Uint8Array): void;
  finish(): string;
}

function digester(algorithm: HashAlgorithm): Digester {
  if (algorithm === 'CRC32') return crc32();
  const hash = createHash(algorithm.replace('-', '').toLowerCase());
  return { update: (bytes) => void hash.update(bytes), finish: () => hash.digest('hex') };
}

function crc32(): Digester {
  let sum = 0;
  return {
    update: (bytes) => {
      sum = zlib.crc32(bytes, sum);
    },
    finish: () => sum.toString(16).padStart(8, '0'),
  };
}

interface Range {
  readonly start: number;
  readonly end: number;
  readonly signal?: AbortSignal;
}

async function feed(handle: ReadHandle, range: Range, digest: Digester): Promise<number> {
  const buffer = new Uint8Array(Math.max(1, Math.min(chunkBytes, range.end - range.start)));
  let at = range.start;
  while (at < range.end) {
    range.signal?.throwIfAborted();
    const read = await handle.read(buffer.subarray(0, Math.min(buffer.length, range.end - at)), at);
    if (read === 0) break;
    digest.update(buffer.subarray(0, read));
    at += read;
    await turn();
  }
  return at;
}

/** Lets everything else have its turn: a read that was synchronous would otherwise go on and on. */
function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
