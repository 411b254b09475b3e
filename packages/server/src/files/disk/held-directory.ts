import { closeSync, fstatSync, readlinkSync, type Stats } from 'node:fs';
import { isRawText } from '@duoport/protocol';
import { joinPath } from '../paths.ts';
import type { Directory } from './directories.ts';
import { type OsPath, osPath, toBinary } from './names.ts';
import type { Steps } from './steps.ts';
import type { System } from './system.ts';

/**
 * Milliseconds that a directory must have been left alone before its change time can prove that it is unchanged: longer
 * than the coarsest time stamps of file systems (FAT: two seconds), so that a second change cannot hide behind the first.
 */
const settled = 3000;

interface HeldOptions {
  readonly system: System;
  readonly now: () => number;
  readonly path: string;
  readonly parent: HeldDirectory | undefined;
  readonly fd: number;
  /** What /proc said of the descriptor when it was opened, one character a byte. */
  readonly where: string;
  /** Whether change times of this file system can be trusted: local ones, not a network's. */
  readonly stamped: boolean;
  readonly device: number;
  readonly inode: number;
}

/**
 * A directory of Linux behind an open descriptor. Node has no openat(2), but `/proc/self/fd/N/name` is looked up from the
 * open directory whatever its path has become, which is the same thing.
 *
 * A descriptor that is kept can be carried out of the root when somebody renames the directory. So before each use one of
 * two proofs is made. `inPlace`: the kernel tells the path that the open directory has now. `still`: no directory between
 * the root and here has been changed since that was last done, told by their change times, which nobody can set; it
 * costs a fifth, and lets reading calls take the plain path, since no name on it can have been exchanged.
 */
export class HeldDirectory implements Directory {
  readonly path: string;
  readonly parent: HeldDirectory | undefined;
  readonly fd: number;
  readonly where: string;
  readonly stamped: boolean;
  readonly #system: System;
  readonly #now: () => number;
  readonly self: string;
  readonly fixed = true;
  readonly device: number;
  readonly inode: number;
  /** Folders above it; the root has none. */
  readonly depth: number;
  readonly #handle: string;
  readonly #plain: string | undefined;
  /** Operations and open children that need it open. */
  holders = 0;
  /** When it was last used, milliseconds since the epoch. */
  used = 0;
  /** No longer to be found: closed when nobody holds it. */
  retired = false;
  /** Change times of the directories above, nearest first, from when all were found in their places. */
  #stamps: number[] | undefined;
  #stampAgain = 0;

  constructor(options: HeldOptions) {
    this.path = options.path;
    this.parent = options.parent;
    this.fd = options.fd;
    this.where = options.where;
    this.stamped = options.stamped;
    this.device = options.device;
    this.inode = options.inode;
    this.depth = options.parent === undefined ? 0 : options.parent.depth + 1;
    this.#system = options.system;
    this.#now = options.now;
    this.self = `/proc/self/fd/${options.fd}`;
    this.#handle = `${this.self}/`;
    this.#plain = this.#plainPrefix();
    if (this.parent === undefined) this.#stamps = [];
    else this.parent.holders++;
  }

  at(name: string): OsPath {
    return osPath(this.#handle, name);
  }

  quick(name: string): string | undefined {
    if (this.#plain === undefined || this.#stamps === undefined || isRawText(name)) return undefined;
    return this.#plain + name;
  }

  still(): boolean {
    const stamps = this.#stamps;
    if (stamps === undefined) return false;
    let above = this.parent;
    for (let i = 0; above !== undefined; i++, above = above.parent) {
      if (fstatSync(above.fd).ctimeMs !== stamps[i]) {
        this.#stamps = undefined;
        return false;
      }
    }
    return true;
  }

  inPlace(): boolean {
    return this.still() || this.#findAgain();
  }

  stat(): Steps<Stats> {
    return this.#system.fstat(this.fd);
  }

  release(): void {
    this.holders--;
    this.#reap();
  }

  /** It is not to be found any more: closed as soon as nobody holds it. */
  retire(): void {
    this.retired = true;
    this.#reap();
  }

  #reap(): void {
    if (!this.retired || this.holders !== 0) return;
    this.holders = -1;
    closeSync(this.fd);
    this.parent?.release();
  }

  #plainPrefix(): string | undefined {
    if (this.parent === undefined) {
      const text = Buffer.from(this.where, 'latin1').toString('utf8');
      if (!this.stamped || toBinary(text) !== this.where || !text.startsWith('/')) return undefined;
      return text === '/' ? '/' : `${text}/`;
    }
    const name = this.path.slice(this.path.lastIndexOf('/') + 1);
    if (!this.stamped || isRawText(name)) return undefined;
    const above = this.parent.#plain;
    return above === undefined ? undefined : `${above}${name}/`;
  }

  #findAgain(): boolean {
    const now = this.#now();
    const stamps = this.#plain !== undefined && now >= this.#stampAgain ? this.#changeTimes() : undefined;
    if (readlinkSync(this.self, 'latin1') !== this.where) return false;
    if (stamps === undefined) return true;
    if (stamps.every((time) => now - time > settled) && this.#allInPlace()) this.#stamps = stamps;
    else this.#stampAgain = now + settled / 3;
    return true;
  }

  #changeTimes(): number[] {
    const times: number[] = [];
    for (let above = this.parent; above !== undefined; above = above.parent) {
      times.push(fstatSync(above.fd).ctimeMs);
    }
    return times;
  }

  /** The descriptors above must be the directories that are on the path now, not ones that once were. */
  #allInPlace(): boolean {
    for (let above = this.parent; above !== undefined; above = above.parent) {
      if (readlinkSync(above.self, 'latin1') !== above.where) return false;
    }
    return true;
  }
}

/** The kernel's path of a name in a directory, one character a byte. */
export function whereIn(directory: HeldDirectory, name: string): string {
  return joinPath(directory.where, toBinary(name));
}
