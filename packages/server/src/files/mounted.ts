import type { Entry } from '@duoport/protocol';
import { type Files, FilesError } from './files.ts';
import { baseName, isWithin, joinPath, parentPath } from './paths.ts';

/** One tree out of several: each mount is seen at its path, over whatever the root has there. */
export function mounted(root: Files, mounts: Readonly<Record<string, Files>>): Files {
  const tree = new Tree(root, mounts);
  const optional = <Key extends 'setModified' | 'setCreated' | 'chmod'>(key: Key) =>
    root[key] && {
      [key]: (path: string, value: number) =>
        tree.at(path, (files, inner) => {
          if (files[key] === undefined) throw new FilesError('unsupported', { path: inner });
          return files[key](inner, value);
        }),
    };
  return {
    stat: (path) => tree.facts(path, (files, inner) => files.stat(inner)),
    lstat: (path) => tree.facts(path, (files, inner) => (files.lstat ?? files.stat).call(files, inner)),
    list: (path) => tree.list(path),
    openRead: (path) => tree.at(path, (files, inner) => files.openRead(inner)),
    prepareWrite: (path, how) =>
      tree.at(path, async (files, inner, outer) => {
        const plan = await files.prepareWrite(inner, how);
        return { path: outer(plan.path), open: () => plan.open() };
      }),
    makeDirectory: (path) =>
      tree.at(path, async (files, inner, outer) => outer(await files.makeDirectory(inner))),
    removeDirectory: (path) => tree.change(path, (files, inner) => files.removeDirectory(inner)),
    removeFile: (path) => tree.change(path, (files, inner) => files.removeFile(inner)),
    rename: (from, to) => tree.rename(from, to),
    ...optional('setModified'),
    ...optional('setCreated'),
    ...optional('chmod'),
    // A mount may know what the root does not: it is asked when there is need.
    partial: (path) => tree.at(path, (files, inner) => files.partial?.(inner)),
    checksum: (path, algorithm) => tree.at(path, (files, inner) => files.checksum?.(inner, algorithm)),
    ...(root.space && {
      space: (path: string) =>
        tree.at(path, (files, inner) => {
          if (files.space === undefined) throw new FilesError('unsupported', { path: inner });
          return files.space(inner);
        }),
    }),
  };
}

type Work<T> = (files: Files, inner: string, outer: (inner: string) => string) => T | Promise<T>;

interface Mount {
  readonly path: string;
  readonly files: Files;
}

class Tree {
  readonly #root: Mount;
  /** The longest path first. */
  readonly #mounts: readonly Mount[];

  constructor(root: Files, mounts: Readonly<Record<string, Files>>) {
    this.#root = { path: '/', files: root };
    this.#mounts = Object.entries(mounts)
      .map(([path, files]) => ({ path, files }))
      .sort((one, other) => other.path.length - one.path.length);
  }

  /** Errors name the path as the user has it. */
  async at<T>(path: string, work: Work<T>): Promise<T> {
    const mount = this.#mountOf(path);
    const outer = (inner: string) =>
      mount.path === '/' ? inner : inner === '/' ? mount.path : mount.path + inner;
    try {
      return await work(mount.files, innerOf(mount, path), outer);
    } catch (error) {
      if (!(error instanceof FilesError) || error.path === undefined || mount.path === '/') throw error;
      const { kind, reason } = error;
      throw new FilesError(kind, { path: outer(error.path), reason, cause: error });
    }
  }

  /** A mount is a folder even while what it leads to is gone, and so is the way to it. */
  async facts(path: string, work: Work<Entry>): Promise<Entry> {
    try {
      const entry = await this.at(path, work);
      return this.#isMount(path) ? { ...entry, name: baseName(path) } : entry;
    } catch (error) {
      if (!this.#leadsToMount(path) || !(error instanceof FilesError)) throw error;
      return { name: baseName(path), type: 'directory' };
    }
  }

  /** What must not happen to a mount, nor to what it is in. */
  change<T>(path: string, work: Work<T>): Promise<T> {
    if (this.#leadsToMount(path)) return Promise.reject(new FilesError('denied', { path }));
    return this.at(path, work);
  }

  rename(from: string, to: string): Promise<void> {
    if (this.#mountOf(from) !== this.#mountOf(to)) {
      return Promise.reject(new FilesError('cross-device', { path: to }));
    }
    if (this.#leadsToMount(to)) return Promise.reject(new FilesError('denied', { path: to }));
    return this.change(from, (files, inner) => files.rename(inner, innerOf(this.#mountOf(to), to)));
  }

  async *list(path: string): AsyncGenerator<readonly Entry[]> {
    const over = this.#namesIn(path);
    const mount = this.#mountOf(path);
    try {
      for await (const batch of mount.files.list(innerOf(mount, path)))
        yield over.size === 0 ? batch : batch.filter(({ name }) => !over.has(name));
    } catch (error) {
      // The way to a mount need not be there on the disk.
      const isMissing = error instanceof FilesError && error.kind === 'not-found';
      if (!isMissing || over.size === 0) throw error;
    }
    if (over.size === 0) return;
    const names = [...over].map((name) => joinPath(path, name));
    yield await Promise.all(names.map((name) => this.facts(name, (files, inner) => files.stat(inner))));
  }

  #mountOf(path: string): Mount {
    return this.#mounts.find((mount) => isWithin(mount.path, path)) ?? this.#root;
  }

  #isMount(path: string): boolean {
    return this.#mounts.some((mount) => mount.path === path);
  }

  #leadsToMount(path: string): boolean {
    return this.#mounts.some((mount) => isWithin(path, mount.path));
  }

  /** Names in a folder that are mounts, or on the way to one. */
  #namesIn(path: string): ReadonlySet<string> {
    const names = new Set<string>();
    for (const mount of this.#mounts) {
      for (let at = mount.path; at !== '/'; at = parentPath(at)) {
        if (parentPath(at) === path) names.add(baseName(at));
      }
    }
    return names;
  }
}

function innerOf(mount: Mount, path: string): string {
  if (mount.path === '/') return path;
  return path === mount.path ? '/' : path.slice(mount.path.length);
}
