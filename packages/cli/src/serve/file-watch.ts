import { createHash } from 'node:crypto';
import { type FSWatcher, watch } from 'node:fs';
import { lstat, readFile, readlink } from 'node:fs/promises';
import path from 'node:path';

export interface FileWatchOptions {
  readonly files: readonly string[];
  /** What {@link contentsOf} said when they were read. Default: what they hold now. */
  readonly known?: string;
  /** The contents of one of them are not what they were. */
  readonly changed: () => void;
  /** Milliseconds without a change before anybody looks: a certificate and its key are written one after the other. */
  readonly quiet?: number;
  /** Milliseconds between looks where nothing was told: network shares tell nothing. */
  readonly interval?: number;
}

/**
 * Tells when files have other contents: written, replaced, or at the end of a symbolic link that now leads elsewhere (certbot swaps the
 * link itself, Kubernetes that of a folder on the way). Keeps no process alive.
 */
export class FileWatch implements Disposable {
  readonly #files: readonly string[];
  readonly #changed: () => void;
  readonly #quiet: number;
  readonly #slow: NodeJS.Timeout;
  #watchers: readonly FSWatcher[] = [];
  #timer: NodeJS.Timeout | undefined;
  #known: string | undefined;
  #looking: Promise<void>;
  #closed = false;

  constructor({ files, known, changed, quiet = 500, interval = 60_000 }: FileWatchOptions) {
    this.#known = known;
    this.#files = files;
    this.#changed = changed;
    this.#quiet = quiet;
    this.#slow = setInterval(() => this.#look(), interval).unref();
    this.#looking = this.#arm();
  }

  /** The watching has begun. */
  get ready(): Promise<void> {
    return this.#looking;
  }

  [Symbol.dispose](): void {
    this.#closed = true;
    clearInterval(this.#slow);
    clearTimeout(this.#timer);
    this.#disarm();
  }

  #look(): void {
    this.#looking = this.#looking.then(() => this.#arm());
  }

  /** The folders may be others than before. What changes between the look and the watching is seen: the watching begins first. */
  async #arm(): Promise<void> {
    const folders = new Set((await Promise.all(this.#files.map(foldersOf))).flat());
    if (this.#closed) return;
    this.#disarm();
    this.#watchers = [...folders].flatMap((folder) => this.#watch(folder));
    const found = await contentsOf(this.#files);
    if (this.#closed || found === this.#known) return;
    const isFirst = this.#known === undefined;
    this.#known = found;
    if (!isFirst) this.#changed();
  }

  /** A folder that cannot be watched is looked at now and then. */
  #watch(folder: string): readonly FSWatcher[] {
    try {
      const watcher = watch(folder, { persistent: false }, () => this.#stir());
      watcher.on('error', () => watcher.close());
      return [watcher];
    } catch {
      return [];
    }
  }

  #stir(): void {
    if (this.#closed) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#look(), this.#quiet).unref();
  }

  #disarm(): void {
    for (const watcher of this.#watchers) watcher.close();
    this.#watchers = [];
  }
}

/** One text for the contents of all; a file that is not there is a content too. */
export async function contentsOf(files: readonly string[]): Promise<string> {
  const hash = createHash('sha256');
  for (const file of files) {
    const content = await readFile(file).catch(() => undefined);
    hash.update(content === undefined ? 'none' : `${content.length} `).update(content ?? '');
  }
  return hash.digest('hex');
}

const longestWay = 40;

/** The folder of the file, and those of all links on the way to it. */
async function foldersOf(file: string): Promise<readonly string[]> {
  const folders = new Set<string>();
  let way = path.resolve(file);
  for (let hops = 0; hops < longestWay; hops += 1) {
    const link = await firstLink(way);
    if (link === undefined) break;
    folders.add(path.dirname(link.at));
    way = path.resolve(path.dirname(link.at), link.target, link.rest);
  }
  folders.add(path.dirname(way));
  return [...folders];
}

async function firstLink(
  way: string,
): Promise<{ readonly at: string; readonly target: string; readonly rest: string } | undefined> {
  const { root } = path.parse(way);
  const parts = way.slice(root.length).split(path.sep);
  for (let count = 1; count <= parts.length; count += 1) {
    const at = path.join(root, ...parts.slice(0, count));
    const facts = await lstat(at).catch(() => undefined);
    if (facts === undefined) return undefined;
    if (facts.isSymbolicLink())
      return { at, target: await readlink(at), rest: path.join('.', ...parts.slice(count)) };
  }
  return undefined;
}
