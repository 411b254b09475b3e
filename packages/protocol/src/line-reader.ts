import { limits } from './limits.ts';
import type { Quirk } from './quirks.ts';
import { removeTelnet } from './telnet.ts';
import { decodeText } from './text.ts';

export type LineEvent =
  | {
      readonly kind: 'line';
      readonly text: string;
      /** IAC IP, IAC DM or what the kernel left of them stood before the line. */
      readonly urgent: boolean;
      readonly quirks: readonly Quirk[];
    }
  /** Comes once, when the end of the overlong line was seen. `start`: its first bytes, at most 32 characters. */
  | { readonly kind: 'too-long'; readonly limit: number; readonly start: string };

export interface LineReaderOptions {
  /** Longest line in bytes, without its end. Default `limits.lineBytes`. */
  readonly limit?: number;
  /** Telnet commands are taken out and doubled 0xFF undone (RFC 854). Default true. */
  readonly telnet?: boolean;
}

const LF = 10;
const CR = 13;
const EMPTY = new Uint8Array(0);
const NO_QUIRKS: readonly Quirk[] = [];
const BARE_LF: readonly Quirk[] = ['bare-lf'];

/**
 * Bytes in, lines out. Bytes are looked at once, however they were cut; an overlong line is dropped while it comes,
 * so memory stays bounded by the limit and the newest chunk. A chunk is not copied: leave its memory alone until
 * `next()` has returned undefined, which copies what is left over.
 */
export class LineReader {
  readonly #limit: number;
  readonly #telnet: boolean;
  #window: Uint8Array = EMPTY;
  #start = 0;
  #end = 0;
  #searched = 0;
  /** The OR of all bytes of the line searched so far: below 0x80 it is plain ASCII. */
  #bits = 0;
  /** The window is memory of our own, with room to grow behind `#end`. */
  #owned = false;
  /** The first bytes of an overlong line whose end has not come yet. */
  #overlong: string | undefined;
  /** A line was given out at its CR; the LF may still come. */
  #lfDue = false;

  constructor(options: LineReaderOptions = {}) {
    this.#limit = options.limit ?? limits.lineBytes;
    this.#telnet = options.telnet ?? true;
  }

  push(chunk: Uint8Array): void {
    if (this.#start !== this.#end) {
      this.#append(chunk);
      return;
    }
    this.#window = chunk;
    this.#start = 0;
    this.#searched = 0;
    this.#end = chunk.length;
    this.#owned = false;
  }

  /** The next whole line, or undefined when more bytes are needed. */
  next(): LineEvent | undefined {
    const window = this.#window;
    if (this.#lfDue && this.#searched < this.#end) this.#swallowLf();
    let bits = this.#bits;
    for (let i = this.#searched; i < this.#end; i++) {
      const byte = window[i] as number;
      if (byte !== LF) {
        bits |= byte;
        continue;
      }
      if (bits >= 0x80 && this.#telnet && isTelnetOption(window, this.#start, i)) continue;
      return this.#lineTo(i, bits);
    }
    this.#searched = this.#end;
    this.#bits = bits;
    return this.#pause();
  }

  /** Bytes that came in and were not given out as lines. */
  get buffered(): number {
    return this.#end - this.#start;
  }

  /** True while an overlong line is being thrown away. */
  get overlong(): boolean {
    return this.#overlong !== undefined;
  }

  /** Hands over the bytes not given out as lines, a copy, and forgets them. Behind AUTH TLS there must be none. */
  takeRest(): Uint8Array {
    const rest = Uint8Array.from(this.#window.subarray(this.#start, this.#end));
    this.#clear();
    this.#bits = 0;
    this.#overlong = undefined;
    this.#lfDue = false;
    return rest;
  }

  #lineTo(lf: number, bits: number): LineEvent {
    const from = this.#start;
    const bare = lf === from || this.#window[lf - 1] !== CR;
    const to = bare ? lf : lf - 1;
    this.#start = lf + 1;
    this.#searched = lf + 1;
    this.#bits = 0;
    if (this.#overlong !== undefined || to - from > this.#limit) return this.#tooLong(from, to);
    const text = decodeText(this.#window.subarray(from, to));
    const quirks = bare ? BARE_LF : NO_QUIRKS;
    if (bits < 0x80 || !this.#telnet) return { kind: 'line', text, urgent: false, quirks };
    const cleaned = removeTelnet(text);
    return {
      kind: 'line',
      text: cleaned.text,
      urgent: cleaned.urgent,
      quirks: cleaned.quirks.length > 0 ? [...quirks, ...cleaned.quirks] : quirks,
    };
  }

  #tooLong(from: number, to: number): LineEvent {
    const start = this.#overlong ?? this.#startOf(from, to);
    this.#overlong = undefined;
    return { kind: 'too-long', limit: this.#limit, start };
  }

  #startOf(from: number, to: number): string {
    return decodeText(
      this.#window.subarray(from, Math.min(to, from + Math.min(limits.lineStart, this.#limit))),
    );
  }

  /** The window holds no whole line. */
  #pause(): LineEvent | undefined {
    const length = this.buffered;
    if (length === 0) {
      this.#clear();
      return undefined;
    }
    if (this.#overlong !== undefined) this.#drop();
    else if (length > this.#limit + 1) {
      // One more than the limit may be the CR of a line that just fits; two more cannot.
      this.#overlong = this.#startOf(this.#start, this.#end);
      this.#drop();
    } else if (this.#telnet && isUrgentAbort(this.#window, this.#start, this.#end)) {
      this.#lfDue = true;
      const event = this.#lineTo(this.#end, this.#bits);
      this.#clear();
      return event;
    } else if (!this.#owned) this.#own(length);
    return undefined;
  }

  /** Python's ftplib sends ABOR CR LF as urgent data; the kernel takes the last byte, the LF, out of the stream. */
  #swallowLf(): void {
    this.#lfDue = false;
    if (this.#window[this.#start] !== LF) return;
    this.#start++;
    this.#searched = this.#start;
  }

  #append(chunk: Uint8Array): void {
    const held = this.#end - this.#start;
    if (!this.#owned || this.#end + chunk.length > this.#window.length) this.#own(held + chunk.length);
    this.#window.set(chunk, this.#end);
    this.#end += chunk.length;
  }

  /** Moves the held bytes into memory of our own with room for `size` bytes and, within the limit, some more. */
  #own(size: number): void {
    const held = this.#window.subarray(this.#start, this.#end);
    const memory = new Uint8Array(Math.max(256, size, Math.min(size * 2, this.#limit + 2)));
    memory.set(held);
    this.#window = memory;
    this.#searched -= this.#start;
    this.#start = 0;
    this.#end = held.length;
    this.#owned = true;
  }

  /** An overlong line has no end yet: forget its bytes, but for a CR that may belong to the end. */
  #drop(): void {
    this.#clear();
    this.#bits = 0;
  }

  #clear(): void {
    this.#window = EMPTY;
    this.#start = 0;
    this.#end = 0;
    this.#searched = 0;
    this.#owned = false;
  }
}

/** The LF at `lf` is the option byte of IAC WILL/WONT/DO/DONT before the verb, not the end of a line. */
function isTelnetOption(bytes: Uint8Array, start: number, lf: number): boolean {
  if (lf - start < 2 || bytes[lf - 2] !== 0xff || (bytes[lf - 1] as number) < 0xfb || bytes[lf - 1] === 0xff)
    return false;
  for (let i = start; i < lf; i++) if (bytes[i] === 0x20) return false;
  return true;
}

/** All that is buffered is `ABOR` CR, perhaps with Telnet bytes in front. */
function isUrgentAbort(bytes: Uint8Array, start: number, end: number): boolean {
  if (end - start < 5 || bytes[end - 1] !== CR) return false;
  for (let i = start; i < end - 5; i++) if ((bytes[i] as number) < 0xf0) return false;
  return [0x41, 0x42, 0x4f, 0x52].every((letter, i) => ((bytes[end - 5 + i] as number) & 0xdf) === letter);
}
