import { type Entry, encodeText } from '@duoport/protocol';
import {
  type Files,
  FilesError,
  type ReadHandle,
  type WriteHandle,
  type WriteHow,
  type WritePlan,
} from '../files.ts';
import { isWithin, joinPath, parentPath, resolvePath } from '../paths.ts';
import { MemoryReadHandle, MemoryWriteHandle, resize, Space } from './handles.ts';
import { type DirectoryNode, demand, entryOf, type FileNode, type Node, NodeMaker } from './nodes.ts';
import { directoryOf, nodeOf, type Spot, spotOf, targetOf } from './tree.ts';

export interface MemoryFilesOptions {
  /** What is in it at the start, by path: a file's text or bytes; a path that ends in a slash is a directory. */
  readonly contents?: Readonly<Record<string, string | Uint8Array>>;
  /** Bytes of all files together; more is 'no-space'. Default: no limit. */
  readonly capacity?: number;
  /** Milliseconds since the epoch. */
  readonly now?: () => number;
}

const batchEntries = 256;

/** Files that live and die with the process: for tests, for demonstrations, and as the model of what a backend does. */
export class MemoryFiles implements Files {
  readonly #now: () => number;
  readonly #space: Space;
  readonly #make: NodeMaker;
  readonly #root: DirectoryNode;
  #uniques = 0;

  constructor(options: MemoryFilesOptions = {}) {
    this.#now = options.now ?? (() => Date.now());
    this.#space = new Space(options.capacity ?? Number.MAX_SAFE_INTEGER);
    this.#make = new NodeMaker(this.#now);
    this.#root = this.#make.directory();
    for (const [path, content] of Object.entries(options.contents ?? {})) this.#seed(path, content);
  }

  stat(path: string): Entry {
    const spot = targetOf(this.#root, path);
    return entryOf(path === '/' ? path : path.slice(path.lastIndexOf('/') + 1), nodeOf(spot, path));
  }

  lstat(path: string): Entry {
    return path === '/' ? this.stat(path) : this.#entryAt(spotOf(this.#root, path), path);
  }

  async *list(path: string): AsyncGenerator<readonly Entry[]> {
    const directory = directoryOf(targetOf(this.#root, path), path);
    demand(directory, 'read', path);
    const entries = [...directory.children].map(([name, node]) => entryOf(name, node));
    for (let from = 0; from < entries.length; from += batchEntries)
      yield entries.slice(from, from + batchEntries);
  }

  openRead(path: string): ReadHandle {
    const node = nodeOf(targetOf(this.#root, path), path);
    demand(node, 'read', path);
    return new MemoryReadHandle(asFile(node, path));
  }

  prepareWrite(path: string, how: WriteHow): WritePlan {
    const chosen = how.kind === 'unique' ? this.#freeName(path) : path;
    this.#writable(chosen, how);
    return { path: chosen, open: () => this.#openWrite(chosen, how) };
  }

  makeDirectory(path: string): string {
    this.#place(path, () => this.#make.directory());
    return path;
  }

  removeDirectory(path: string): void {
    const spot = this.#named(path);
    if (directoryOf(spot, path).children.size > 0) throw new FilesError('not-empty', { path });
    this.#unlink(spot, path);
  }

  removeFile(path: string): void {
    const spot = this.#named(path);
    if (nodeOf(spot, path).type === 'directory') throw new FilesError('is-a-directory', { path });
    this.#unlink(spot, path);
  }

  rename(from: string, to: string): void {
    const source = this.#named(from);
    const target = this.#named(to);
    const node = nodeOf(source, from);
    if (node === target.node) return;
    if (node.type === 'directory' && isWithin(from, to)) {
      throw new FilesError('denied', { path: to, reason: 'A folder cannot be moved into itself' });
    }
    if (target.node !== undefined) this.#checkReplace(node.type === 'directory', target, to);
    demand(source.directory, 'write', from);
    demand(target.directory, 'write', to);
    if (target.node !== undefined) this.#unlink(target, to);
    source.directory.children.delete(source.name);
    target.directory.children.set(target.name, node);
    source.directory.modified = target.directory.modified = this.#now();
  }

  setModified(path: string, modified: number): void {
    nodeOf(targetOf(this.#root, path), path).modified = modified;
  }

  setCreated(path: string, created: number): void {
    nodeOf(targetOf(this.#root, path), path).created = created;
  }

  chmod(path: string, mode: number): void {
    nodeOf(targetOf(this.#root, path), path).mode = mode & 0o777;
  }

  symlink(target: string, path: string): void {
    if (target === '' || /[\0\r\n]/.test(target)) throw new FilesError('bad-name', { path: target });
    this.#place(path, () => this.#make.link(target));
  }

  space(path: string): number {
    spotOf(this.#root, path);
    return Math.max(0, this.#space.free);
  }

  #entryAt(spot: Spot, path: string): Entry {
    return entryOf(spot.name, nodeOf(spot, path));
  }

  /** A name that can be removed or renamed: not the root. */
  #named(path: string): Spot {
    const spot = spotOf(this.#root, path);
    if (spot.name === '') throw new FilesError('denied', { path, reason: 'This is the top folder' });
    return spot;
  }

  #place(path: string, make: () => Node): void {
    const spot = spotOf(this.#root, path);
    if (spot.node !== undefined) throw new FilesError('exists', { path });
    demand(spot.directory, 'write', path);
    spot.directory.children.set(spot.name, make());
    spot.directory.modified = this.#now();
  }

  #unlink({ directory, name, node }: Spot, path: string): void {
    demand(directory, 'write', path);
    directory.children.delete(name);
    directory.modified = this.#now();
    if (node?.type !== 'file') return;
    this.#space.take(-node.size);
    node.linked = false;
  }

  #checkReplace(byDirectory: boolean, target: Spot, to: string): void {
    const isDirectory = target.node?.type === 'directory';
    if (isDirectory && !byDirectory) throw new FilesError('is-a-directory', { path: to });
    if (!isDirectory && byDirectory) throw new FilesError('not-a-directory', { path: to });
    if (isDirectory && directoryOf(target, to).children.size > 0)
      throw new FilesError('not-empty', { path: to });
  }

  /** The place to write to; throws what makes it impossible. */
  #writable(path: string, how: WriteHow): Spot {
    const spot = targetOf(this.#root, path);
    if (spot.node === undefined) demand(spot.directory, 'write', path);
    else demand(asFile(spot.node, path), 'write', path);
    if (how.kind === 'unique' && spot.node !== undefined) throw new FilesError('exists', { path });
    const size = spot.node?.type === 'file' ? spot.node.size : 0;
    if (how.kind === 'resume' && how.offset > size) {
      const reason = `Cannot go on at byte ${how.offset} of a file of ${size} bytes`;
      throw new FilesError('bad-offset', { path, reason });
    }
    return spot;
  }

  #openWrite(path: string, how: WriteHow): WriteHandle {
    const spot = this.#writable(path, how);
    const node = spot.node === undefined ? this.#make.file() : asFile(spot.node, path);
    if (spot.node === undefined) {
      spot.directory.children.set(spot.name, node);
      spot.directory.modified = this.#now();
    }
    const offset = how.kind === 'append' ? node.size : how.kind === 'resume' ? how.offset : 0;
    if (offset < node.size) {
      resize(node, offset, this.#space);
      node.modified = this.#now();
    }
    const target = { node, space: this.#space, path, now: this.#now };
    return new MemoryWriteHandle(target, offset, how.kind === 'append');
  }

  #freeName(path: string): string {
    for (;;) {
      const name = `${path}.${(++this.#uniques).toString().padStart(3, '0')}`;
      if (spotOf(this.#root, name).node === undefined) return name;
    }
  }

  #seed(path: string, content: string | Uint8Array): void {
    const normal = resolvePath('/', path);
    this.#seedDirectory(path.endsWith('/') ? normal : parentPath(normal));
    if (path.endsWith('/')) return;
    const bytes = typeof content === 'string' ? encodeText(content) : content;
    this.#openWrite(normal, { kind: 'replace' }).write([bytes], 0);
  }

  #seedDirectory(path: string): void {
    let above = '/';
    for (const segment of path === '/' ? [] : path.slice(1).split('/')) {
      above = joinPath(above, segment);
      if (spotOf(this.#root, above).node === undefined) this.makeDirectory(above);
    }
  }
}

function asFile(node: Node, path: string): FileNode {
  if (node.type === 'directory') throw new FilesError('is-a-directory', { path });
  if (node.type !== 'file') throw new FilesError('not-a-file', { path });
  return node;
}
