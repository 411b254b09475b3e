import type { Stats } from 'node:fs';
import { type FileSum, FilesError, type WriteHow } from '../../files.ts';
import { joinPath, parentPath } from '../../paths.ts';
import { errorCode } from '../errno.ts';
import type { OpenedFile } from '../read-handle.ts';
import type { Steps } from '../steps.ts';
import { closing, type Ending, syncDirectory } from './ending.ts';
import type { Claim } from './live-uploads.ts';
import { freeName, moveAndKeepOld, moveToNew } from './overwrite.ts';
import { asideName } from './upload-names.ts';
import type { UploadPlace } from './upload-place.ts';

interface AtomicUpload {
  readonly path: string;
  readonly how: WriteHow;
  /** The hidden name that it was opened by. */
  readonly partial: string;
  readonly stats: Stats;
  readonly claim: Claim;
  /** The finished file that it goes on with, still open: `stats` are that file's, and the hidden name is nobody else's. */
  readonly base?: number;
}

/**
 * The end of an upload whose bytes have a hidden name: that name is exchanged for the one that was meant.
 *
 * Whoever begins an upload of the same name takes the hidden name over, in this process or in another one. So a file is only
 * ever moved from a name that has its inode in it, which no other upload uses.
 */
export class AtomicEnding implements Ending {
  readonly hidden = true;
  readonly #place: UploadPlace;
  readonly #upload: AtomicUpload;
  #path: string | undefined;

  constructor(place: UploadPlace, upload: AtomicUpload) {
    this.#place = place;
    this.#upload = upload;
  }

  get path(): string | undefined {
    return this.#path;
  }

  *finish(file: OpenedFile, sum: FileSum | undefined): Steps<void> {
    const { store, directory } = this.#place;
    const { system, policy, sums } = store;
    try {
      const own = yield* closing(file.fd, system, this.#secured(file));
      try {
        yield* system.close(file.fd);
        const name = yield* this.#putInPlace(own);
        if (sum !== undefined) {
          const stats = yield* system.lstat(directory.at(name));
          if (stats !== undefined) sums.keep(stats, sum);
        }
      } catch (error) {
        yield* this.#leave(own);
        throw error;
      }
      if (policy.durable) yield* syncDirectory(system, directory);
    } finally {
      yield* this.#over();
    }
  }

  *abandon({ fd, system }: OpenedFile): Steps<void> {
    try {
      const { size, ino } = yield* system.fstat(fd);
      const name = yield* this.#nameOf(ino);
      if (name === undefined) return;
      if (size === 0) yield* system.unlink(this.#place.directory.at(name));
      else yield* this.#leave(name);
    } finally {
      yield* system.close(fd);
      yield* this.#over();
    }
  }

  /** All bytes are in the file, and it has a name that is nobody else's. */
  *#secured({ fd, system }: OpenedFile): Steps<string> {
    const { store, directory } = this.#place;
    if (store.policy.durable) yield* system.fsync(fd);
    const { partial, base, stats } = this.#upload;
    if (base !== undefined) return partial;
    const name = yield* this.#nameOf(stats.ino);
    if (name === undefined) throw this.#lost();
    const own = asideName(partial, stats.ino);
    if (name === own) return own;
    yield* system.rename(directory.at(partial), directory.at(own));
    // Another process may have put another file there since it was looked at.
    if ((yield* system.lstat(directory.at(own)))?.ino === stats.ino) return own;
    yield* system.rename(directory.at(own), directory.at(partial));
    throw this.#lost();
  }

  /** The hidden name that the file has now. */
  *#nameOf(inode: number): Steps<string | undefined> {
    const { directory, store } = this.#place;
    const { partial } = this.#upload;
    for (const name of [partial, asideName(partial, inode)])
      if ((yield* store.system.lstat(directory.at(name)))?.ino === inode) return name;
    return undefined;
  }

  /** Returns the name that it got. */
  *#putInPlace(own: string): Steps<string> {
    const { store, directory, name } = this.#place;
    const { system, policy } = store;
    const { how, path, base } = this.#upload;
    const from = directory.at(own);
    const move = { from, directory, name, path };
    if (base !== undefined) yield* this.#checkBase();
    else if (how.kind === 'unique' || policy.overwrite === 'refuse') {
      yield* moveToNew(system, move);
      return name;
    } else if (policy.overwrite === 'rename-old') {
      yield* moveAndKeepOld(system, move);
      return name;
    } else if (policy.overwrite === 'rename-new') return yield* this.#moveToFree(own);
    yield* system.rename(from, this.#place.path);
    return name;
  }

  *#moveToFree(own: string): Steps<string> {
    const { store, directory, name } = this.#place;
    const { path } = this.#upload;
    for (let chosen = name; ; chosen = yield* freeName(store.system, directory, name)) {
      try {
        yield* moveToNew(store.system, { from: directory.at(own), directory, name: chosen, path });
        if (chosen !== name) this.#path = joinPath(parentPath(path), chosen);
        return chosen;
      } catch (error) {
        if (!(error instanceof FilesError) || error.kind !== 'exists') throw error;
      }
    }
  }

  /** What it goes on with must be what is there: the bytes of an upload that was finished meanwhile are not thrown away. */
  *#checkBase(): Steps<void> {
    const { stats } = this.#upload;
    const now = yield* this.#place.store.system.lstat(this.#place.path);
    const isSame =
      now !== undefined &&
      now.ino === stats.ino &&
      now.size === stats.size &&
      now.mtimeMs === stats.mtimeMs &&
      now.ctimeMs === stats.ctimeMs;
    if (isSame) return;
    const reason = 'The file was changed while this was added to it';
    throw new FilesError('busy', { path: this.#upload.path, reason });
  }

  /** It is not finished: what is there under `name` stays where an upload can go on with it, and goes otherwise. */
  *#leave(name: string): Steps<void> {
    const { store, directory, path } = this.#place;
    const { system, policy } = store;
    const { partial, base } = this.#upload;
    const isWanted =
      policy.partial === 'keep' && base === undefined && (yield* system.lstat(path)) === undefined;
    if (isWanted && name === partial) return;
    const isFree = isWanted && (yield* system.lstat(directory.at(partial))) === undefined;
    try {
      if (isFree) yield* system.rename(directory.at(name), directory.at(partial));
      else yield* system.unlink(directory.at(name));
    } catch (error) {
      if (errorCode(error) !== 'ENOENT') throw error;
    }
  }

  *#over(): Steps<void> {
    const { base, claim } = this.#upload;
    claim.release();
    this.#place.leave();
    if (base !== undefined) yield* this.#place.store.system.close(base);
  }

  #lost(): FilesError {
    const reason = 'It was removed while it was stored';
    return new FilesError('busy', { path: this.#upload.path, reason });
  }
}
