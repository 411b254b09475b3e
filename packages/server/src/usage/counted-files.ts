import { type Files, FilesError, type WriteHandle, type WriteHow, type WritePlan } from '../files/files.ts';
import type { HashAlgorithm } from '../files/hash.ts';
import { blockAfter } from './blocks.ts';
import { CountedWriter, type WriterFacts } from './counted-writer.ts';
import type { OpenFiles } from './open-files.ts';
import { type Amount, type Hold, nothing } from './usage.ts';
import type { AccountBook } from './usage-books.ts';

/** The same files, where what is stored and removed is booked, and what the account may not store is refused. */
export function counted(files: Files, book: AccountBook, open: OpenFiles): Files {
  const counter = new Counter(files, book, open);
  const { lstat, symlink, setModified, setCreated, chmod, partial, checksum } = files;
  return {
    stat: (path) => files.stat(path),
    ...(lstat && { lstat: (path: string) => lstat.call(files, path) }),
    list: (path) => files.list(path),
    openRead: (path) => files.openRead(path),
    prepareWrite: (path, how) => counter.prepareWrite(path, how),
    makeDirectory: (path) => counter.named(path, () => files.makeDirectory(path)),
    removeDirectory: (path) => counter.removeDirectory(path),
    removeFile: (path) => counter.removeFile(path),
    rename: (from, to) => counter.rename(from, to),
    ...(setModified && {
      setModified: (path: string, modified: number) => setModified.call(files, path, modified),
    }),
    ...(setCreated && {
      setCreated: (path: string, created: number) => setCreated.call(files, path, created),
    }),
    ...(chmod && { chmod: (path: string, mode: number) => chmod.call(files, path, mode) }),
    ...(symlink && {
      symlink: (target: string, path: string) => counter.named(path, () => symlink.call(files, target, path)),
    }),
    ...(partial && { partial: (path: string) => partial.call(files, path) }),
    ...(checksum && {
      checksum: (path: string, algorithm: HashAlgorithm) => checksum.call(files, path, algorithm),
    }),
    ...((files.space || book.quota.bytes !== undefined) && { space: (path: string) => counter.space(path) }),
  };
}

class Counter {
  readonly #files: Files;
  readonly #book: AccountBook;
  readonly #open: OpenFiles;

  constructor(files: Files, book: AccountBook, open: OpenFiles) {
    this.#files = files;
    this.#book = book;
    this.#open = open;
  }

  async prepareWrite(path: string, how: WriteHow): Promise<WritePlan> {
    const plan = await this.#files.prepareWrite(path, how);
    const size = await this.#sizeAt(plan.path, how);
    const left = await this.#book.left();
    // What can only fail is refused before anything is sent.
    if (left.bytes <= 0 && givenBack(how, size) <= 0) throw this.#book.full(plan.path, left);
    if (left.files <= 0 && size === undefined) throw this.#book.full(plan.path, left);
    return { ...plan, open: () => this.#openWrite(plan, how, left.bytes) };
  }

  /** Makes something that is one more name. */
  async named<T>(path: string, make: () => T | Promise<T>): Promise<T> {
    const hold = await this.#book.holdNames(1, path);
    const held = { epoch: hold.epoch, held: { bytes: 0, files: 1 } };
    try {
      const made = await make();
      await this.#book.settle({ bytes: 0, files: 1 }, held);
      return made;
    } catch (error) {
      await this.#book.settle(nothing, held);
      throw error;
    }
  }

  async removeDirectory(path: string): Promise<void> {
    await this.#files.removeDirectory(path);
    await this.#book.settle({ bytes: 0, files: -1 });
  }

  async removeFile(path: string): Promise<void> {
    const gone = await this.#open.alone(async () => {
      const { amount } = await this.#nameAt(path);
      await this.#files.removeFile(path);
      return this.#open.removed(path) ? nothing : amount;
    });
    await this.#book.settle(gone);
  }

  async rename(from: string, to: string): Promise<void> {
    if (from === to) return this.#files.rename(from, to);
    const gone = await this.#open.alone(async () => {
      const there = await this.#nameAt(to);
      if (there.kind === 'hidden') await this.#dropHidden(from, to);
      await this.#files.rename(from, to);
      const isOpen = this.#open.removed(to);
      this.#open.renamed(from, to);
      const isKept = there.kind === 'file' && this.#files.keepsOld === true;
      return isOpen || isKept ? nothing : there.amount;
    });
    await this.#book.settle(gone);
  }

  /** What an unfinished upload has left under a name is of no use once something has the name. */
  async #dropHidden(from: string, to: string): Promise<void> {
    await (this.#files.lstat ?? this.#files.stat).call(this.#files, from);
    await this.#files.removeFile(to);
  }

  /** The smaller of what the disk has and what the account may have. */
  async space(path: string): Promise<number> {
    const disk = (await this.#files.space?.(path)) ?? Number.MAX_SAFE_INTEGER;
    return Math.min(disk, (await this.#book.left()).bytes);
  }

  async #openWrite(plan: WritePlan, how: WriteHow, left: number): Promise<WriteHandle> {
    const { path } = plan;
    for (;;) {
      const isNew = (await this.#sizeAt(path, how)) === undefined;
      const hold = isNew ? await this.#book.hold(ahead(1)).catch(() => undefined) : undefined;
      if (hold?.granted === false) throw this.#book.full(path, hold.left);
      let opened: Opened | undefined;
      try {
        opened = await this.#open.alone(() => this.#openKnown(plan, how, isNew));
      } finally {
        if (opened === undefined && hold !== undefined)
          await this.#book.settle(nothing, { epoch: hold.epoch, held: { bytes: hold.bytes, files: 1 } });
      }
      if (opened !== undefined)
        return isNew ? this.#writer(opened, left, hold) : this.#writerOfOld(opened, left);
    }
  }

  /** Undefined: it is gone since, and room for its name is needed. */
  async #openKnown(plan: WritePlan, how: WriteHow, mayBeNew: boolean): Promise<Opened | undefined> {
    const { path } = plan;
    const before = await this.#sizeAt(path, how);
    if (before === undefined && !mayBeNew) return undefined;
    const handle = await plan.open();
    // What was there is cut off now, or stays until the new file is whole.
    const after = how.kind === 'append' || how.kind === 'unique' ? before : await this.#thereAt(path);
    const { offset } = handle;
    const isBeside = (after ?? 0) > offset;
    const file = this.#open.enter(path, before ?? 0);
    // What others have written of it and not booked yet cannot be given back yet: the last to close it puts it right.
    const cut = before === undefined || file.writers > 1 ? 0 : Math.min(0, (after ?? offset) - file.booked);
    file.booked += cut;
    return {
      handle,
      file,
      growsByAll: how.kind === 'append' || (isBeside && before !== undefined),
      leavesNothing: isBeside && before === undefined,
      stored: { bytes: cut, files: before === undefined ? 1 : 0 },
    };
  }

  /** What was cut off is free for all from now on, however long this upload takes. */
  async #writerOfOld(opened: Opened, left: number): Promise<WriteHandle> {
    const after = { epoch: 0, held: nothing, stored: opened.stored };
    const hold = await this.#book.hold(ahead(0), after).catch(() => undefined);
    return this.#writer(hold === undefined ? opened : { ...opened, stored: nothing }, left, hold);
  }

  #writer(opened: Opened, left: number, hold: Hold | undefined): WriteHandle {
    return new CountedWriter({
      ...opened,
      left,
      hold,
      open: this.#open,
      book: this.#book,
      sizeNow: (path) => this.#sizeAt(path, { kind: 'append' }),
    });
  }

  /** Of what an upload to this path takes the place of; undefined when there is nothing. */
  async #sizeAt(path: string, how: WriteHow): Promise<number | undefined> {
    if (how.kind === 'unique') return undefined;
    const size = await this.#thereAt(path);
    if (size !== undefined && !(how.kind === 'replace' && this.#files.keepsOld === true)) return size;
    return this.#files.partial?.(path);
  }

  /** Of the file that a path leads to. */
  async #thereAt(path: string): Promise<number | undefined> {
    try {
      const { type, size = 0 } = await this.#files.stat(path);
      return type === 'file' ? size : 0;
    } catch (error) {
      if (error instanceof FilesError && error.kind === 'not-found') return undefined;
      throw error;
    }
  }

  async #nameAt(path: string): Promise<Name> {
    try {
      const { type, size = 0 } = await (this.#files.lstat ?? this.#files.stat).call(this.#files, path);
      const amount = { bytes: type === 'file' ? -size : 0, files: -1 };
      return { kind: type === 'directory' ? 'folder' : 'file', amount };
    } catch (error) {
      // Whatever is wrong with it is said by what is done to it.
      if (!(error instanceof FilesError)) throw error;
      const left = error.kind === 'not-found' ? await this.#files.partial?.(path) : undefined;
      if (left === undefined) return { kind: 'nothing', amount: nothing };
      return { kind: 'hidden', amount: { bytes: -left, files: -1 } };
    }
  }
}

/** What there is of a name, and what goes when the name is taken away. */
interface Name {
  readonly kind: 'file' | 'folder' | 'hidden' | 'nothing';
  readonly amount: Amount;
}

/** A file that was opened, and what that changed. */
type Opened = Pick<WriterFacts, 'handle' | 'growsByAll' | 'leavesNothing' | 'file' | 'stored'>;

function ahead(files: number) {
  return { bytes: blockAfter(0), least: 0, files };
}

/** What the old file makes room for. */
function givenBack(how: WriteHow, size = 0): number {
  if (how.kind === 'replace') return size;
  return how.kind === 'resume' ? size - how.offset : 0;
}
