import { writeSync, writevSync, writev as writevWithCallback } from 'node:fs';
import type { Awaitable } from '@duoport/net';
import { type FileSum, FilesError, type WriteHandle } from '../files.ts';
import { toFilesError } from './errno.ts';
import type { OpenedFile } from './read-handle.ts';
import { run } from './steps.ts';
import type { Ending } from './uploads/ending.ts';

/** Bytes: a synchronous write of so much into the page cache takes less than a tenth of a millisecond. */
const shortWrite = 256 * 1024;

interface WriteFacts {
  readonly offset: number;
  /** Bytes go to the end of the file, wherever that is by then. */
  readonly append: boolean;
  readonly ending: Ending;
  /** Asks for room before bytes are written; throws when there is none. */
  readonly spend: ((bytes: number) => Awaitable<void>) | undefined;
}

/** A file being written. Short writes are synchronous on a fast root; one write at a time. */
export class DiskWriteHandle implements WriteHandle {
  readonly offset: number;
  readonly #file: OpenedFile;
  readonly #append: boolean;
  readonly #ending: Ending;
  readonly #spend: WriteFacts['spend'];
  #open = true;
  /** The write in the thread pool: the descriptor must not be closed, and its number given to another file, under it. */
  #writing: Promise<number> | undefined;

  constructor(file: OpenedFile, facts: WriteFacts) {
    this.#file = file;
    this.offset = facts.offset;
    this.#append = facts.append;
    this.#ending = facts.ending;
    this.#spend = facts.spend;
  }

  get hidden(): boolean {
    return this.#ending.hidden === true;
  }

  get path(): string | undefined {
    return this.#ending.path;
  }

  write(chunks: readonly Uint8Array[], at: number): Awaitable<void> {
    if (!this.#open) throw new Error('Write after close');
    const size = total(chunks);
    if (this.#spend === undefined) return this.#writeChunks(chunks, at, size);
    const room = this.#spend(size);
    return room instanceof Promise
      ? room.then(() => this.#writeChunks(chunks, at, size))
      : this.#writeChunks(chunks, at, size);
  }

  finish(sum?: FileSum): Awaitable<void> {
    if (!this.#open) throw new Error('Finish after close');
    if (this.#writing !== undefined) throw new Error('Finish during a write');
    this.#open = false;
    try {
      const finished = run(this.#ending.finish(this.#file, sum));
      return finished instanceof Promise ? finished.catch((error) => this.#fail(error)) : finished;
    } catch (error) {
      return this.#fail(error);
    }
  }

  async abandon(): Promise<void> {
    if (!this.#open) return;
    this.#open = false;
    await this.#writing?.catch(() => {});
    try {
      await run(this.#ending.abandon(this.#file));
    } catch {
      // The transfer has failed already, and that is what the client is told.
    }
  }

  #writeChunks(chunks: readonly Uint8Array[], at: number, size: number): Awaitable<void> {
    if (!this.#open) throw new FilesError('io', { path: this.#file.path, reason: 'Given up' });
    const { path } = this.#file;
    const { gate } = this.#file.system;
    if (size > shortWrite || !gate.fast) return this.#writeLater(chunks, at);
    try {
      const done = gate.measure(() => this.#writeNow(chunks, at), size);
      return done === size ? undefined : this.#writeLater(behind(chunks, done), at + done);
    } catch (error) {
      throw toFilesError(error, path);
    }
  }

  #writeNow(chunks: readonly Uint8Array[], at: number): number {
    const { fd } = this.#file;
    const position = this.#append ? null : at;
    const only = chunks.length === 1 ? chunks[0] : undefined;
    return only === undefined
      ? writevSync(fd, chunks as Uint8Array[], position ?? undefined)
      : writeSync(fd, only, 0, only.length, position);
  }

  async #writeLater(chunks: readonly Uint8Array[], at: number): Promise<void> {
    let rest = chunks;
    let left = total(chunks);
    let position = at;
    try {
      while (left > 0) {
        this.#writing = this.#queueWrite(rest, position);
        const written = await this.#writing;
        this.#writing = undefined;
        if (written === 0) throw new FilesError('io', { path: this.#file.path });
        if (!this.#open) throw new FilesError('io', { path: this.#file.path, reason: 'Given up' });
        left -= written;
        position += written;
        rest = left > 0 ? behind(rest, written) : [];
      }
    } catch (error) {
      throw toFilesError(error, this.#file.path);
    } finally {
      this.#writing = undefined;
    }
  }

  #queueWrite(chunks: readonly Uint8Array[], at: number): Promise<number> {
    return new Promise((resolve, reject) => {
      const position = this.#append ? null : at;
      // node:fs takes null for "where the file is"; only its type declaration wants a number.
      writevWithCallback(this.#file.fd, chunks as Uint8Array[], position as number, (error, count) => {
        if (error === null) resolve(count);
        else reject(error);
      });
    });
  }

  #fail(error: unknown): never {
    throw toFilesError(error, this.#file.path);
  }
}

function total(chunks: readonly Uint8Array[]): number {
  let sum = 0;
  for (const chunk of chunks) sum += chunk.length;
  return sum;
}

/** What is left of `chunks` after `count` bytes: a disk that runs full takes a part. */
function behind(chunks: readonly Uint8Array[], count: number): Uint8Array[] {
  const rest: Uint8Array[] = [];
  let skip = count;
  for (const chunk of chunks) {
    if (skip < chunk.length) rest.push(chunk.subarray(skip));
    skip = Math.max(0, skip - chunk.length);
  }
  return rest;
}
