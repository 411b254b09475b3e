import { realpathSync, type Stats } from 'node:fs';
import { sep } from 'node:path';
import { FilesError } from '../files.ts';
import { baseName, joinPath, parentPath } from '../paths.ts';
import type { Directories, Directory, Place } from './directories.ts';
import { afterRoot, leadsOut } from './links.ts';
import { fromBinary, type OsPath, osPath } from './names.ts';
import type { Steps } from './steps.ts';
import type { System } from './system.ts';

/**
 * The way of systems without /proc: the real path of each directory is asked for and must be inside the root.
 *
 * What remains: whoever may rename folders inside the root on the machine itself can exchange one for a symlink between
 * that question and a call that creates, changes or removes a name. Opening for reading asks again afterwards.
 */
export class PortableDirectories implements Directories {
  readonly #system: System;
  readonly #rootPath: OsPath;

  constructor(root: OsPath, system: System) {
    this.#system = system;
    this.#rootPath = root;
  }

  near(): undefined {
    return undefined;
  }

  *locate(path: string): Steps<Place> {
    checkNames(path);
    const directory = yield* this.enter(parentPath(path));
    return { directory, name: baseName(path) };
  }

  *enter(path: string): Steps<Directory> {
    checkNames(path);
    const root = yield* this.#root();
    const real = yield* this.#system.realpath(osPath(root + sep, path.slice(1).replaceAll('/', sep)));
    const inside = insideOf(root, real, path);
    const stats = yield* this.#system.stat(osPath(real, ''));
    if (!stats.isDirectory()) throw new FilesError('not-a-directory', { path });
    return new RealDirectory(this.#system, inside, real);
  }

  *follow(place: Place): Steps<Place> {
    const path = joinPath(place.directory.path, place.name);
    const root = yield* this.#root();
    const real = yield* this.#system.realpath(place.directory.at(place.name));
    const inside = insideOf(root, real, path);
    if (inside === '/') return { directory: new RealDirectory(this.#system, '/', root), name: '' };
    const name = baseName(inside);
    const above = real.slice(0, real.length - name.length - 1);
    return { directory: new RealDirectory(this.#system, parentPath(inside), above), name };
  }

  shown(target: string): string | undefined {
    if (!target.startsWith('/') && !target.includes('\\')) return target;
    return afterRoot(target, fromBinary(this.#rootPath.toString('latin1')));
  }

  release(): void {}

  hold(): void {}

  *exactly<T>(place: Place, act: (path: OsPath, stats: Stats) => Steps<T>): Steps<T> {
    const path = place.name === '' ? place.directory.self : place.directory.at(place.name);
    const stats = yield* this.#system.lstat(path);
    if (stats === undefined)
      throw new FilesError('not-found', { path: joinPath(place.directory.path, place.name) });
    return yield* act(path, stats);
  }

  close(): void {}

  #root(): Steps<string> {
    return this.#system.realpath(this.#rootPath);
  }
}

class RealDirectory implements Directory {
  readonly path: string;
  readonly self: OsPath;
  readonly fixed = false;
  readonly #real: string;
  readonly #system: System;

  constructor(system: System, path: string, real: string) {
    this.#system = system;
    this.path = path;
    this.#real = real;
    this.self = osPath(real, '');
  }

  at(name: string): OsPath {
    return osPath(this.#real.endsWith(sep) ? this.#real : this.#real + sep, name);
  }

  quick(): undefined {
    return undefined;
  }

  still(): boolean {
    return false;
  }

  inPlace(): boolean {
    return fromBinary(realpathSync.native(this.self, 'buffer').toString('latin1')) === this.#real;
  }

  stat(): Steps<Stats> {
    return this.#system.stat(this.self);
  }
}

/** The path in the store of a real path of the machine. */
function insideOf(root: string, real: string, path: string): string {
  const [above, below] = sep === '/' ? [root, real] : [root.replaceAll(sep, '/'), real.replaceAll(sep, '/')];
  const inside = afterRoot(below, above);
  if (inside === undefined) throw leadsOut(path);
  return inside;
}

/** Names that Windows would read as something else: another folder, a drive, a stream, a device, or without their end. */
const misread = /[\\:*?"<>|]|[. ](?:\/|$)|\/(?:con|prn|aux|nul|com\d|lpt\d)(?:[./]|$)/i;

function checkNames(path: string): void {
  if (process.platform === 'win32' && misread.test(path)) throw new FilesError('bad-name', { path });
}
