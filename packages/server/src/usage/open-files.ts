import type { Files } from '../files/files.ts';
import { isWithin } from '../files/paths.ts';

/** A file that somebody writes, as far as its bytes are booked. Several may write it. */
export class OpenFile {
  /** Changes when the file gets another name meanwhile. */
  path: string;
  /** Bytes that are booked for it. */
  booked: number;
  writers = 0;
  /** Its name is gone: what it holds is free when the last one closes it. */
  isGone = false;

  constructor(path: string, booked: number) {
    this.path = path;
    this.booked = booked;
  }
}

/** The files that are being written, of one account in one folder. */
export class OpenFiles {
  readonly #files = new Map<string, OpenFile>();
  #last: Promise<unknown> = Promise.resolve();

  /** Nobody else of the account changes which names there are, in this process and this folder. For work that asks the disk only. */
  alone<T>(work: () => Promise<T>): Promise<T> {
    const mine = this.#last.then(work);
    this.#last = mine.catch(() => undefined);
    return mine;
  }

  /** `size`: where nobody else writes it. */
  enter(path: string, size: number): OpenFile {
    const file = this.#files.get(path) ?? new OpenFile(path, size);
    file.writers += 1;
    this.#files.set(path, file);
    return file;
  }

  /** Returns whether it was the last. */
  leave(file: OpenFile): boolean {
    file.writers -= 1;
    if (file.writers > 0) return false;
    if (this.#files.get(file.path) === file) this.#files.delete(file.path);
    return true;
  }

  /** Its name is taken away. Returns whether somebody writes it: then its bytes are given back by the last who does. */
  removed(path: string): boolean {
    const file = this.#files.get(path);
    if (file === undefined) return false;
    file.isGone = true;
    this.#files.delete(path);
    return true;
  }

  /** A file or a folder has another name. */
  renamed(from: string, to: string): void {
    for (const [path, file] of [...this.#files]) {
      if (!isWithin(from, path)) continue;
      this.#files.delete(path);
      file.path = to + path.slice(from.length);
      this.#files.set(file.path, file);
    }
  }
}

/** Sessions of one account share what is open, each with its own view of the folder. */
export class AllOpenFiles {
  readonly #folders = new WeakMap<Files, Map<string, OpenFiles>>();

  of(files: Files, account: string): OpenFiles {
    const accounts = this.#folders.get(files) ?? new Map<string, OpenFiles>();
    this.#folders.set(files, accounts);
    const open = accounts.get(account) ?? new OpenFiles();
    accounts.set(account, open);
    return open;
  }
}
