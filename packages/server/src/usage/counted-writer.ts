import type { Awaitable } from '@duoport/net';
import type { FileSum, FilesError, WriteHandle } from '../files/files.ts';
import { blockAfter, pieceOf, total } from './blocks.ts';
import type { OpenFile, OpenFiles } from './open-files.ts';
import { type Amount, type Hold, nothing, plus } from './usage.ts';
import { type AccountBook, unknown } from './usage-books.ts';

export interface WriterFacts {
  readonly handle: WriteHandle;
  /** Every byte is one more: an append, or a file beside the one that it replaces in the end. */
  readonly growsByAll: boolean;
  /** What was there stays there, and when it breaks off nothing else. */
  readonly leavesNothing: boolean;
  readonly file: OpenFile;
  readonly open: OpenFiles;
  readonly book: AccountBook;
  /** What is held for it at the beginning, and its name where that is new. Undefined: nobody could be asked. */
  readonly hold: Hold | undefined;
  /** Bytes that were left when that was asked last. */
  readonly left: number;
  /** What is stored of it and not booked yet. */
  readonly stored: Amount;
  /** Undefined: there is no such file. */
  sizeNow(path: string): Promise<number | undefined>;
}

/** Books what a file grows by as it is written, a block ahead, and puts it right at the end. */
export class CountedWriter implements WriteHandle {
  readonly offset: number;
  readonly #facts: WriterFacts;
  #held: { readonly epoch: number; readonly amount: Amount };
  #unbooked: Amount;
  #written = 0;
  /** Bytes that may be written without asking. */
  #room: number;
  /** Bytes that were free for all when that was last known: nobody takes more while nobody can be asked. */
  #free: number;
  #isOpen = true;

  constructor(facts: WriterFacts) {
    const { hold } = facts;
    this.#facts = facts;
    this.offset = facts.handle.offset;
    this.#unbooked = facts.stored;
    this.#room = hold?.bytes ?? 0;
    this.#free = hold?.left.bytes ?? facts.left;
    this.#held = { epoch: hold?.epoch ?? 0, amount: { bytes: this.#room, files: hold?.files ?? 0 } };
  }

  write(chunks: readonly Uint8Array[], at: number): Awaitable<void> {
    const size = total(chunks);
    return this.#growth(size, at) <= this.#room ? this.#take(chunks, at, size) : this.#writeAsked(chunks, at);
  }

  get path(): string | undefined {
    return this.#facts.handle.path;
  }

  async finish(sum?: FileSum): Promise<void> {
    await this.#facts.handle.finish(sum);
    await this.#close(false);
  }

  async abandon(): Promise<void> {
    await this.#facts.handle.abandon();
    await this.#close(this.#facts.leavesNothing);
  }

  #growth(size: number, at: number): number {
    const { growsByAll, file } = this.#facts;
    return growsByAll ? size : Math.max(0, at + size - file.booked);
  }

  #take(chunks: readonly Uint8Array[], at: number, size: number): Awaitable<void> {
    const growth = this.#growth(size, at);
    this.#room -= growth;
    this.#written += growth;
    this.#unbooked = { bytes: this.#unbooked.bytes + growth, files: this.#unbooked.files };
    this.#facts.file.booked += growth;
    return this.#facts.handle.write(chunks, at);
  }

  /** What fits is written, up to the last byte; then it fails. */
  async #writeAsked(chunks: readonly Uint8Array[], at: number): Promise<void> {
    let rest = chunks;
    let position = at;
    for (let size = total(rest); size > 0; size = total(rest)) {
      const growth = this.#growth(size, position);
      if (growth > this.#room) await this.#ask(growth);
      const fits = size - Math.max(0, this.#growth(size, position) - this.#room);
      const part = pieceOf(rest, 0, fits);
      await this.#take(part, position, fits);
      rest = pieceOf(rest, fits, size);
      position += fits;
    }
  }

  async #ask(growth: number): Promise<void> {
    const { book, file } = this.#facts;
    const bytes = Math.max(growth, blockAfter(this.#written));
    const { epoch, amount } = this.#held;
    const after = { epoch, held: amount, stored: this.#unbooked };
    let hold: Hold;
    try {
      hold = await book.hold({ bytes, least: 1, files: 0 }, after);
    } catch (error) {
      this.#goOn(bytes, unknown(error));
      return;
    }
    this.#unbooked = nothing;
    this.#held = { epoch: hold.epoch, amount: { bytes: hold.bytes, files: 0 } };
    this.#room = hold.bytes;
    this.#free = hold.left.bytes;
    if (!hold.granted) throw book.full(file.path, hold.left);
  }

  /** Nobody can be asked: a file that has been begun goes on, as far as there was room when somebody could. */
  #goOn(bytes: number, error: FilesError): void {
    const more = Math.min(bytes - this.#room, this.#free);
    if (this.#room + more <= 0) throw error;
    this.#free -= more;
    this.#room += more;
  }

  async #close(isGone: boolean): Promise<void> {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    const { open, book } = this.#facts;
    const { epoch, amount: held } = this.#held;
    const corrected = await open.alone(() => this.#correction(isGone));
    await book.settle(plus(this.#unbooked, corrected), { epoch, held });
  }

  /** What is really there, against what is booked, once nobody writes it any more. */
  async #correction(isGone: boolean): Promise<Amount> {
    const { open, file, sizeNow } = this.#facts;
    if (!open.leave(file)) return nothing;
    const path = this.path ?? file.path;
    const size = isGone || file.isGone ? undefined : await sizeNow(path).catch(() => file.booked);
    return { bytes: (size ?? 0) - file.booked, files: size === undefined ? -1 : 0 };
  }
}
