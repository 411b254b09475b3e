import type { HeldDirectory } from './held-directory.ts';

const mostCached = 128;
/** Milliseconds: descriptors unused for so long are closed, so that nothing keeps a file system from being unmounted. */
const idleAfter = 10_000;

/**
 * Open directories by their path in the store, which has no symlinks in it. What is forgotten is closed when the last
 * operation on it is over.
 */
export class DirectoryCache {
  readonly #now: () => number;
  readonly #cached = new Map<string, HeldDirectory>();
  #sweep: NodeJS.Timeout | undefined;

  constructor(now: () => number) {
    this.#now = now;
  }

  /** One that is in its place at this moment; one that is not is forgotten with all below it. */
  find(path: string): HeldDirectory | undefined {
    const found = this.#cached.get(path);
    if (found === undefined || found.inPlace()) return found;
    this.forget(found);
    return undefined;
  }

  keep(held: HeldDirectory): void {
    const before = this.#cached.get(held.path);
    if (before !== undefined) this.forget(before);
    held.used = this.#now();
    this.#cached.set(held.path, held);
    if (this.#cached.size > mostCached) this.#evict(held);
    if (this.#sweep !== undefined) return;
    this.#sweep = setInterval(() => this.#closeIdle(), idleAfter / 2);
    this.#sweep.unref();
  }

  forget(held: HeldDirectory): void {
    const inside = held.path === '/' ? '/' : `${held.path}/`;
    for (const [path, other] of this.#cached) {
      if (other === held || path.startsWith(inside)) {
        this.#cached.delete(path);
        other.retire();
      }
    }
    if (this.#cached.size > 0) return;
    clearInterval(this.#sweep);
    this.#sweep = undefined;
  }

  #evict(newest: HeldDirectory): void {
    const idle = [...this.#cached.values()].filter((held) => held.holders === 0 && held !== newest);
    idle.sort((a, b) => a.used - b.used);
    for (const unused of idle.slice(0, mostCached / 4)) this.forget(unused);
  }

  #closeIdle(): void {
    const before = this.#now() - idleAfter;
    // The deepest first, since a directory is held by those below it.
    for (const held of [...this.#cached.values()].reverse()) {
      if (held.holders === 0 && held.used <= before) this.forget(held);
    }
  }
}
