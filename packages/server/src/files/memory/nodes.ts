import { type Entry, type EntryDraft, encodeText } from '@duoport/protocol';
import { FilesError } from '../files.ts';

interface CommonNode {
  /** Never used again: the `unique` fact. */
  readonly id: number;
  mode: number;
  modified: number;
  created: number;
}

export interface FileNode extends CommonNode {
  readonly type: 'file';
  /** The first `size` bytes are the content; the rest is room to grow. */
  bytes: Uint8Array;
  size: number;
  /** Whether a name leads to it: what is only still open does not count as used space. */
  linked: boolean;
}

export interface DirectoryNode extends CommonNode {
  readonly type: 'directory';
  readonly children: Map<string, Node>;
}

interface LinkNode extends CommonNode {
  readonly type: 'symlink';
  readonly target: string;
}

export type Node = FileNode | DirectoryNode | LinkNode;

/** Bytes of a name: what common file systems take. */
const longestName = 255;

/** Makes the nodes of one store. */
export class NodeMaker {
  readonly #now: () => number;
  #last = 0;

  constructor(now: () => number) {
    this.#now = now;
  }

  file(): FileNode {
    return { ...this.#common(0o644), type: 'file', bytes: new Uint8Array(0), size: 0, linked: true };
  }

  directory(): DirectoryNode {
    return { ...this.#common(0o755), type: 'directory', children: new Map() };
  }

  link(target: string): LinkNode {
    return { ...this.#common(0o777), type: 'symlink', target };
  }

  #common(mode: number): CommonNode {
    const now = this.#now();
    return { id: ++this.#last, mode, modified: now, created: now };
  }
}

export function entryOf(name: string, node: Node): Entry {
  const entry: EntryDraft = {
    name,
    type: node.type,
    modified: node.modified,
    created: node.created,
    mode: node.mode,
    links: node.type === 'directory' ? 2 : 1,
    owner: 'ftp',
    group: 'ftp',
    unique: String(node.id),
    size: node.type === 'file' ? node.size : 0,
  };
  if (node.type === 'symlink') entry.target = node.target;
  return entry;
}

/** Bits of the owner, who is the only user that a store in memory has. */
export function demand(node: Node, bit: 'read' | 'write' | 'search', path: string): void {
  const mask = bit === 'read' ? 0o400 : bit === 'write' ? 0o200 : 0o100;
  if ((node.mode & mask) === 0) throw new FilesError('denied', { path });
}

export function checkName(name: string, path: string): void {
  if (name.length > longestName || encodeText(name).length > longestName) {
    throw new FilesError('name-too-long', { path });
  }
}
