import { type FileHandle, open } from 'node:fs/promises';
import { printable } from '../printable.ts';
import { UsageError } from '../usage-error.ts';

/** Bytes that wait for the disk at most; lines beyond are lost. */
const most = 1024 * 1024;
/** Milliseconds until a file that could not be written to is tried again. */
const pause = 1000;

export interface LogFileOptions {
  /** The setting that names it, for what is told. */
  readonly setting: string;
  /** What a new file begins with. */
  readonly header?: (() => string) | undefined;
  /** Told once when lines begin to wait, and once when they are written again. */
  tell(text: string): void;
}

/**
 * Lines at the end of a file, written in the background. A disk that is full, slow or gone costs lines, which are counted, and never a
 * session: who writes does not wait, and what waits in memory has a bound.
 */
export class LogFile {
  readonly path: string;
  readonly #options: LogFileOptions;
  #file: FileHandle | undefined;
  #waiting: Buffer[] = [];
  #bytes = 0;
  #busy: Promise<void> | undefined;
  #timer: NodeJS.Timeout | undefined;
  /** Why it cannot be written to now. */
  #fault: string | undefined;
  /** Lines lost since it could last be written to, and in all. */
  #missed = 0;
  #lost = 0;
  #reopens = false;
  /** The header waits to be written. */
  #headed = false;
  #closed = false;

  constructor(path: string, options: LogFileOptions) {
    this.path = path;
    this.#options = options;
  }

  /** Lines that were lost in all. */
  get lost(): number {
    return this.#lost;
  }

  /** Rejects with UsageError when it cannot be written to: at the start that is for the administrator to mend. */
  async open(): Promise<void> {
    try {
      await this.#opened();
    } catch (cause) {
      const text = `${this.#options.setting} ${printable(this.path)}: cannot be written to (${codeOf(cause)}).`;
      throw new UsageError(text, { cause });
    }
  }

  /** `line` has no line break at its end. */
  write(line: string | Uint8Array): void {
    const bytes = Buffer.concat([typeof line === 'string' ? Buffer.from(line) : line, lineFeed]);
    if (this.#closed || this.#bytes + bytes.length > most) {
      this.#missed += 1;
      this.#lost += 1;
      return;
    }
    this.#waiting.push(bytes);
    this.#bytes += bytes.length;
    if (this.#fault === undefined) this.#start();
  }

  /** The file of this name is another one now: somebody has moved the old one away. */
  reopen(): void {
    this.#reopens = true;
    this.#start();
  }

  /** Writes what waits, if it can be written. */
  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#timer);
    await this.#busy;
    if (this.#bytes > 0) {
      this.#start();
      await this.#busy;
      clearTimeout(this.#timer);
    }
    await this.#file?.close().catch(() => undefined);
    this.#file = undefined;
  }

  #start(): void {
    this.#busy ??= this.#drain().finally(() => {
      this.#busy = undefined;
      if (this.#fault === undefined && (this.#bytes > 0 || this.#reopens)) this.#start();
    });
  }

  async #drain(): Promise<void> {
    clearTimeout(this.#timer);
    try {
      if (this.#reopens) {
        this.#reopens = false;
        await this.#file?.close().catch(() => undefined);
        this.#file = undefined;
      }
      const file = await this.#opened();
      while (this.#waiting.length > 0) await this.#writeSome(file);
      this.#headed = false;
      this.#mended();
    } catch (error) {
      this.#failed(error);
    }
  }

  async #writeSome(file: FileHandle): Promise<void> {
    const bytes = Buffer.concat(this.#waiting);
    this.#waiting = [bytes];
    const { bytesWritten } = await file.write(bytes);
    // What has come meanwhile stands behind it.
    this.#waiting[0] = bytes.subarray(bytesWritten);
    if (bytesWritten === bytes.length) this.#waiting.shift();
    this.#bytes -= bytesWritten;
  }

  async #opened(): Promise<FileHandle> {
    if (this.#file !== undefined) return this.#file;
    const file = await open(this.path, 'a', 0o640);
    this.#file = file;
    const { size } = await file.stat();
    if (size === 0 && !this.#headed) this.#begin(this.#options.header?.());
    return file;
  }

  /** Waits with the lines: a disk that is full now is no reason not to start. */
  #begin(header: string | undefined): void {
    if (header === undefined) return;
    const bytes = Buffer.from(header);
    this.#waiting.unshift(bytes);
    this.#bytes += bytes.length;
    this.#headed = true;
  }

  #mended(): void {
    if (this.#fault === undefined) return;
    this.#fault = undefined;
    const lines = this.#missed === 1 ? 'one line was' : `${this.#missed || 'no'} lines were`;
    this.#missed = 0;
    this.#options.tell(`${this.#name} is written to again; ${lines} lost.`);
  }

  #failed(error: unknown): void {
    // One that was taken away with its folder is made anew when the folder is back.
    void this.#file?.close().catch(() => undefined);
    this.#file = undefined;
    const first = this.#fault === undefined;
    this.#fault = codeOf(error);
    if (first)
      this.#options.tell(
        `${this.#name} cannot be written to (${this.#fault}): its lines wait, and are lost once there are too many. Sessions go on.`,
      );
    if (!this.#closed) this.#timer = setTimeout(() => this.#start(), pause).unref();
  }

  get #name(): string {
    return `${this.#options.setting} ${printable(this.path)}`;
  }
}

const lineFeed = Buffer.from('\n');

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : String(error);
}
