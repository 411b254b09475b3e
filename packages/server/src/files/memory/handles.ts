import { FilesError, type ReadHandle, type WriteHandle } from '../files.ts';
import type { FileNode } from './nodes.ts';

/** Reads go on when the name is removed meanwhile, as on a disk. */
export class MemoryReadHandle implements ReadHandle {
  readonly size: number;
  readonly modified: number;
  readonly #node: FileNode;

  constructor(node: FileNode) {
    this.#node = node;
    this.size = node.size;
    this.modified = node.modified;
  }

  read(into: Uint8Array, at: number): number {
    const count = Math.max(0, Math.min(into.length, this.#node.size - at));
    into.set(this.#node.bytes.subarray(at, at + count));
    return count;
  }

  close(): void {}
}

/** Space that is counted, so that a full disk can be had without one. */
export class Space {
  readonly #capacity: number;
  #used = 0;

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  get free(): number {
    return this.#capacity - this.#used;
  }

  take(bytes: number): void {
    this.#used += bytes;
  }
}

interface MemoryTarget {
  readonly node: FileNode;
  readonly space: Space;
  readonly path: string;
  now(): number;
}

export class MemoryWriteHandle implements WriteHandle {
  readonly offset: number;
  readonly #target: MemoryTarget;
  readonly #append: boolean;
  #open = true;

  constructor(target: MemoryTarget, offset: number, append: boolean) {
    this.#target = target;
    this.offset = offset;
    this.#append = append;
  }

  write(chunks: readonly Uint8Array[], at: number): void {
    if (!this.#open) throw new Error('Write after close');
    let position = this.#append ? this.#target.node.size : at;
    for (const chunk of chunks) {
      const fits = this.#room(position, chunk.length);
      this.#target.node.bytes.set(chunk.subarray(0, fits), position);
      position += fits;
      if (fits < chunk.length) throw new FilesError('no-space', { path: this.#target.path });
    }
    this.#target.node.modified = this.#target.now();
  }

  async finish(): Promise<void> {
    this.#open = false;
  }

  async abandon(): Promise<void> {
    this.#open = false;
  }

  /** Makes room for `length` bytes at `position`, and says how many of them fit. */
  #room(position: number, length: number): number {
    const { node, space } = this.#target;
    const allowed = node.linked ? Math.max(0, space.free) : length;
    const fits = Math.max(0, Math.min(length, node.size + allowed - position));
    const size = Math.max(node.size, position + fits);
    resize(node, size, space);
    return fits;
  }
}

/** Sets the size of a file; what is new in it is zero. */
export function resize(node: FileNode, size: number, space: Space): void {
  if (size > node.bytes.length) {
    const grown = new Uint8Array(Math.max(size, node.bytes.length * 2));
    grown.set(node.bytes.subarray(0, node.size));
    node.bytes = grown;
  } else if (size < node.size) node.bytes.fill(0, size, node.size);
  if (node.linked) space.take(size - node.size);
  node.size = size;
}
