import { closeSync, close as closeWithCallback, readSync, read as readWithCallback } from 'node:fs';
import type { Awaitable } from '@duoport/net';
import type { ReadHandle } from '../files.ts';
import { toFilesError } from './errno.ts';
import type { System } from './system.ts';

/** Bytes: a synchronous read of so much from the page cache takes a few microseconds. */
const shortRead = 64 * 1024;

export interface OpenedFile {
  readonly fd: number;
  readonly system: System;
  /** Path of the store, for messages. */
  readonly path: string;
}

/** A file being read. Short reads are synchronous on a fast root; one read at a time. */
export class DiskReadHandle implements ReadHandle {
  readonly size: number;
  readonly modified: number;
  readonly #file: OpenedFile;
  #open = true;
  /** The read in the thread pool: the descriptor must not be closed, and its number given to another file, under it. */
  #reading: Promise<number> | undefined;

  constructor(file: OpenedFile, facts: { readonly size: number; readonly modified: number }) {
    this.#file = file;
    this.size = facts.size;
    this.modified = facts.modified;
  }

  read(into: Uint8Array, at: number): Awaitable<number> {
    if (!this.#open) throw new Error('Read after close');
    const { fd, system, path } = this.#file;
    const { gate } = system;
    const short = into.length <= shortRead || this.size - at <= shortRead;
    if (!short || !gate.fast) return this.#readLater(into, at);
    try {
      return gate.measure(() => readSync(fd, into, 0, Math.min(into.length, shortRead), at));
    } catch (error) {
      throw toFilesError(error, path);
    }
  }

  close(): Awaitable<void> {
    if (!this.#open) return;
    this.#open = false;
    if (this.#reading !== undefined) return this.#closeLater(this.#reading);
    if (this.#file.system.gate.fast) this.#file.system.gate.measure(() => closeSync(this.#file.fd));
    else closeWithCallback(this.#file.fd);
  }

  async #readLater(into: Uint8Array, at: number): Promise<number> {
    this.#reading = this.#queueRead(into, at);
    try {
      return await this.#reading;
    } catch (error) {
      throw toFilesError(error, this.#file.path);
    } finally {
      this.#reading = undefined;
    }
  }

  #queueRead(into: Uint8Array, at: number): Promise<number> {
    return new Promise((resolve, reject) => {
      readWithCallback(this.#file.fd, into, 0, into.length, at, (error, count) => {
        if (error === null) resolve(count);
        else reject(error);
      });
    });
  }

  async #closeLater(reading: Promise<number>): Promise<void> {
    await reading.catch(() => {});
    closeWithCallback(this.#file.fd);
  }
}
