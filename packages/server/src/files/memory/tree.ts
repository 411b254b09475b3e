import { FilesError } from '../files.ts';
import { baseName, isNormal, parentPath, pathSegments } from '../paths.ts';
import { checkName, type DirectoryNode, demand, type Node } from './nodes.ts';

/** A name in a directory, and what is there. The root has no name. */
export interface Spot {
  readonly directory: DirectoryNode;
  readonly name: string;
  readonly node: Node | undefined;
}

const maxLinks = 40;

/** The name `path` itself; symlinks on the way are followed, one at the end is not. */
export function spotOf(root: DirectoryNode, path: string): Spot {
  if (!isNormal(path) || path.includes('\0')) throw new FilesError('bad-name', { path });
  if (path === '/') return { directory: root, name: '', node: root };
  const walker = new Walker(root, path);
  const directory = walker.enter(pathSegments(parentPath(path)));
  return walker.child(directory, baseName(path));
}

/** What `path` leads to, with symlinks followed to the end. */
export function targetOf(root: DirectoryNode, path: string): Spot {
  if (!isNormal(path) || path.includes('\0')) throw new FilesError('bad-name', { path });
  if (path === '/') return { directory: root, name: '', node: root };
  return new Walker(root, path).target(pathSegments(path));
}

/** What is there, or 'not-found'. */
export function nodeOf(spot: Spot, path: string): Node {
  if (spot.node === undefined) throw new FilesError('not-found', { path });
  return spot.node;
}

export function directoryOf(spot: Spot, path: string): DirectoryNode {
  const node = nodeOf(spot, path);
  if (node.type !== 'directory') throw new FilesError('not-a-directory', { path });
  return node;
}

/** One walk: counts the symlinks on it, and knows the way back for `..` in their texts. */
class Walker {
  readonly #root: DirectoryNode;
  readonly #path: string;
  #trail: DirectoryNode[];
  #links = 0;

  constructor(root: DirectoryNode, path: string) {
    this.#root = root;
    this.#path = path;
    this.#trail = [root];
  }

  enter(segments: readonly string[]): DirectoryNode {
    for (const segment of segments) {
      if (segment === '..') this.#up();
      else this.#down(segment);
    }
    return this.#here();
  }

  target(segments: readonly string[]): Spot {
    const last = segments.at(-1);
    if (last === undefined || last === '..') {
      const directory = this.enter(segments);
      return { directory, name: '', node: directory };
    }
    const spot = this.child(this.enter(segments.slice(0, -1)), last);
    return spot.node?.type === 'symlink' ? this.target(this.#along(spot.node.target)) : spot;
  }

  child(directory: DirectoryNode, name: string): Spot {
    checkName(name, this.#path);
    demand(directory, 'search', this.#path);
    return { directory, name, node: directory.children.get(name) };
  }

  #here(): DirectoryNode {
    return this.#trail.at(-1) ?? this.#root;
  }

  #up(): void {
    if (this.#trail.length === 1) {
      throw new FilesError('denied', {
        path: this.#path,
        reason: 'A symbolic link here leads out of the top folder',
      });
    }
    this.#trail.pop();
  }

  #down(name: string): void {
    const node = nodeOf(this.child(this.#here(), name), this.#path);
    if (node.type === 'directory') this.#trail.push(node);
    else if (node.type === 'symlink') this.enter(this.#along(node.target));
    else throw new FilesError('not-a-directory', { path: this.#path });
  }

  /** The segments of a symlink's text; an absolute one starts at the root again. */
  #along(target: string): string[] {
    if (++this.#links > maxLinks) throw new FilesError('loop', { path: this.#path });
    if (target.startsWith('/')) this.#trail = [this.#root];
    return target.split('/').filter((segment) => segment !== '' && segment !== '.');
  }
}
