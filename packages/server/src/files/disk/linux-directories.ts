import { closeSync, constants, fstatSync, readlinkSync, type Stats, statfsSync } from 'node:fs';
import { FilesError } from '../files.ts';
import { baseName, joinPath, parentPath, pathSegments } from '../paths.ts';
import type { Directories, Directory, Place } from './directories.ts';
import { DirectoryCache } from './directory-cache.ts';
import { errorCode } from './errno.ts';
import { HeldDirectory, whereIn } from './held-directory.ts';
import { afterRoot, leadsOut, maxLinks, movedMeanwhile } from './links.ts';
import { fromBinary, type OsPath } from './names.ts';
import type { Steps } from './steps.ts';
import type { System } from './system.ts';

/** open(2): not in node:fs. The same number on every architecture that Node runs on. */
const O_PATH = 0o10000000;
const asDirectory = O_PATH | constants.O_DIRECTORY | constants.O_NOFOLLOW;
const asName = O_PATH | constants.O_NOFOLLOW;

/** statfs(2) types of local file systems, whose change times are made by this kernel: ext, xfs, btrfs, tmpfs, f2fs, zfs, overlay. */
const stampedTypes = new Set([
  0xef53, 0x58465342, 0x9123683e, 0x01021994, 0xf2f52010, 0x2fc12fc1, 0x794c7630,
]);

/** Folders inside folders: each is an open descriptor while a path goes through it. */
const deepest = 256;
/** Milliseconds between looks whether the root is still the directory of that name. */
const rootEvery = 1000;

/** The walk of Linux: component by component from open directories, with O_NOFOLLOW, symlinks resolved by hand. */
export class LinuxDirectories implements Directories {
  readonly #system: System;
  readonly #now: () => number;
  readonly #rootPath: OsPath;
  readonly #rootText: string;
  /** Retired when it was idle, like any other. */
  #root: HeldDirectory | undefined;
  #rootChecked = 0;
  readonly #cache: DirectoryCache;

  /** `root`: a path of the machine; symlinks on the way to it and itself are followed, it is the owner's. */
  constructor(root: OsPath, system: System, now: () => number) {
    this.#now = now;
    this.#cache = new DirectoryCache(now);
    this.#system = system;
    this.#rootPath = root;
    this.#rootText = typeof root === 'string' ? root : fromBinary(root.toString('latin1'));
  }

  near(path: string): Place | undefined {
    const now = this.#now();
    if (this.#rootIsDue(now)) return undefined;
    const directory = this.#cache.find(parentPath(path));
    if (directory === undefined) return undefined;
    directory.used = now;
    directory.holders++;
    return { directory, name: baseName(path) };
  }

  *locate(path: string): Steps<Place> {
    const directory = yield* this.enter(parentPath(path));
    return { directory, name: baseName(path) };
  }

  *enter(path: string): Steps<HeldDirectory> {
    if (this.#rootIsDue(this.#now())) yield* this.#checkRoot();
    return yield* this.#walk(yield* this.#openRoot(), pathSegments(path), path);
  }

  *follow(place: Place): Steps<Place> {
    const from = place.directory as HeldDirectory;
    const path = joinPath(from.path, place.name);
    const target = yield* this.#system.readlink(from.at(place.name));
    const segments = this.#segmentsOf(target, path);
    const base = target.startsWith('/') ? yield* this.#openRoot() : from;
    const last = segments.at(-1);
    const named = last !== undefined && last !== '..' && !target.endsWith('/');
    const directory = yield* this.#walk(base, named ? segments.slice(0, -1) : segments, path);
    return { directory, name: named ? last : '' };
  }

  shown(target: string): string | undefined {
    if (!target.startsWith('/')) return target;
    const root = fromBinary(this.#root?.where ?? '/');
    return afterRoot(target, root) ?? afterRoot(target, this.#rootText);
  }

  release(directory: Directory): void {
    (directory as HeldDirectory).release();
  }

  hold(directory: Directory): void {
    (directory as HeldDirectory).holders++;
  }

  *exactly<T>(place: Place, act: (path: OsPath, stats: Stats) => Steps<T>): Steps<T> {
    if (place.name === '') return yield* act(place.directory.self, yield* place.directory.stat());
    const fd = yield* this.#system.open(place.directory.at(place.name), asName);
    try {
      return yield* act(`/proc/self/fd/${fd}`, yield* this.#system.fstat(fd));
    } finally {
      closeSync(fd);
    }
  }

  close(): void {
    this.#forgetRoot();
  }

  /** From `base` along `segments`; the result is held. `path` is for messages. */
  *#walk(base: HeldDirectory, segments: readonly string[], path: string): Steps<HeldDirectory> {
    const pending = segments.toReversed();
    let links = 0;
    let at = base;
    at.holders++;
    try {
      for (let name = pending.pop(); name !== undefined; name = pending.pop()) {
        let next = name === '..' ? this.#above(at, path) : yield* this.#child(at, name);
        if (typeof next === 'string') {
          if (++links > maxLinks) throw new FilesError('loop', { path });
          pending.push(...this.#segmentsOf(next, path).reverse());
          next = next.startsWith('/') ? yield* this.#openRoot() : at;
        }
        next.holders++;
        this.release(at);
        at = next;
      }
    } catch (error) {
      this.release(at);
      throw error;
    }
    at.used = this.#now();
    return at;
  }

  /** The directory above, which may have been carried away while the one below stayed. */
  #above({ parent }: HeldDirectory, path: string): HeldDirectory {
    if (parent === undefined) throw leadsOut(path);
    if (parent.inPlace()) return parent;
    this.#cache.forget(parent);
    throw movedMeanwhile(path);
  }

  /** The directory of that name in `directory`, or the text of the symlink of that name. */
  *#child(directory: HeldDirectory, name: string): Steps<HeldDirectory | string> {
    const path = joinPath(directory.path, name);
    const known = this.#cache.find(path);
    if (known !== undefined && known.parent === directory) return known;
    try {
      const fd = yield* this.#system.open(directory.at(name), asDirectory);
      return this.#adopt(directory, name, fd);
    } catch (error) {
      const code = errorCode(error);
      if (code !== 'ENOTDIR' && code !== 'ELOOP') throw error;
      return yield* this.#linkText(directory, name, path);
    }
  }

  *#linkText(directory: HeldDirectory, name: string, path: string): Steps<string> {
    try {
      return yield* this.#system.readlink(directory.at(name));
    } catch (error) {
      if (errorCode(error) === 'EINVAL') throw new FilesError('not-a-directory', { path });
      throw error;
    }
  }

  /** Takes over a directory opened just now inside `parent`. */
  #adopt(parent: HeldDirectory, name: string, fd: number): HeldDirectory {
    const path = joinPath(parent.path, name);
    const held = this.#hold(fd, path, parent);
    if (held.where === whereIn(parent, name) && !parent.retired) {
      this.#cache.keep(held);
      return held;
    }
    // Moved since, or a file system that tells its paths differently: good for this one operation, if it is inside.
    const root = this.#root?.where ?? '';
    const inside = held.where.startsWith(root === '/' ? root : `${root}/`);
    if (inside) held.retired = true;
    else held.retire();
    if (!inside) throw movedMeanwhile(path);
    return held;
  }

  #hold(fd: number, path: string, parent: HeldDirectory | undefined): HeldDirectory {
    try {
      if (parent !== undefined && parent.depth >= deepest) throw new FilesError('name-too-long', { path });
      const where = readlinkSync(`/proc/self/fd/${fd}`, 'latin1');
      const { dev, ino } = fstatSync(fd);
      const stamped = dev === parent?.device ? parent.stamped : isStamped(fd);
      const [system, now] = [this.#system, this.#now];
      return new HeldDirectory({ system, now, path, parent, fd, where, stamped, device: dev, inode: ino });
    } catch (error) {
      closeSync(fd);
      throw error;
    }
  }

  #forgetRoot(): void {
    if (this.#root !== undefined) this.#cache.forget(this.#root);
    this.#root = undefined;
  }

  *#openRoot(): Steps<HeldDirectory> {
    const known = this.#liveRoot();
    if (known !== undefined) return known;
    const fd = yield* this.#system.open(this.#rootPath, O_PATH | constants.O_DIRECTORY);
    const meanwhile = this.#liveRoot();
    if (meanwhile !== undefined) {
      closeSync(fd);
      return meanwhile;
    }
    const root = this.#hold(fd, '/', undefined);
    this.#root = root;
    this.#rootChecked = this.#now();
    this.#cache.keep(root);
    return root;
  }

  #liveRoot(): HeldDirectory | undefined {
    return this.#root?.retired === false ? this.#root : undefined;
  }

  #rootIsDue(now: number): boolean {
    return now - this.#rootChecked >= rootEvery || now < this.#rootChecked;
  }

  /** The owner may put another directory in the root's place; the descriptor would go on meaning the old one. */
  *#checkRoot(): Steps<void> {
    this.#rootChecked = this.#now();
    const root = this.#root;
    if (root === undefined) return;
    try {
      const found = yield* this.#system.stat(this.#rootPath);
      if (found.ino === root.inode && found.dev === root.device) return;
    } catch (error) {
      if (errorCode(error) !== 'ENOENT') throw error;
    }
    if (this.#root === root) this.#forgetRoot();
  }

  /** The components of a symlink's text. An absolute one must begin with the root's own path: it is the machine's. */
  #segmentsOf(target: string, path: string): string[] {
    const inside = this.shown(target);
    if (inside === undefined) throw leadsOut(path);
    return inside.split('/').filter((segment) => segment !== '' && segment !== '.');
  }
}

function isStamped(fd: number): boolean {
  return stampedTypes.has(statfsSync(`/proc/self/fd/${fd}`).type);
}
