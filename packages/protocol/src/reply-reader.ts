import { fault, isFault, type ProtocolFault } from './fault.ts';
import { limits } from './limits.ts';
import { LineReader } from './line-reader.ts';
import type { Quirk } from './quirks.ts';
import type { Reply } from './reply.ts';
import { undouble } from './telnet.ts';

export interface ReplyReaderOptions {
  /** Longest line in bytes. Default `limits.replyLineBytes`. */
  readonly lineBytes?: number;
  /** Most lines of one reply. Default `limits.replyLines`. */
  readonly lines?: number;
  /** Most bytes (counted as characters) of one reply. Default `limits.replyBytes`. */
  readonly bytes?: number;
}

export type DecodedReply = Reply & { readonly quirks: readonly Quirk[] };

/** What the first line of a reply says. */
interface Head {
  readonly code: number;
  readonly prefix: string;
  readonly more: boolean;
  readonly text: string;
}

/**
 * Bytes in, replies out. A reply of several lines ends at the line that begins with the same code and a space (RFC
 * 959 §4.2); inner lines may look like anything, another code included. A fault is final: what comes behind bytes
 * that have no meaning has none either.
 */
export class ReplyReader {
  readonly #limits: { readonly lines: number; readonly bytes: number };
  readonly #reader: LineReader;
  #code = 0;
  #prefix = '';
  #lines: string[] = [];
  #size = 0;
  #quirks = new Set<Quirk>();
  #dead = false;

  constructor(options: ReplyReaderOptions = {}) {
    this.#reader = new LineReader({ limit: options.lineBytes ?? limits.replyLineBytes, telnet: false });
    this.#limits = { lines: options.lines ?? limits.replyLines, bytes: options.bytes ?? limits.replyBytes };
  }

  push(chunk: Uint8Array): void {
    if (!this.#dead) this.#reader.push(chunk);
  }

  /** The next whole reply, a fault once, or undefined when more bytes are needed. */
  next(): DecodedReply | ProtocolFault | undefined {
    while (!this.#dead) {
      const event = this.#reader.next();
      if (event === undefined) {
        return this.#reader.overlong ? this.#die('a reply line is longer than the limit') : undefined;
      }
      if (event.kind === 'too-long') return this.#die('a reply line is longer than the limit');
      for (const quirk of event.quirks) this.#quirks.add(quirk);
      const result = this.#line(undouble(event.text));
      if (result !== undefined) return result;
    }
    return undefined;
  }

  /** Bytes that came in and belong to no whole line yet, or were not looked at. */
  get buffered(): number {
    return this.#reader.buffered;
  }

  /** True when part of a reply has come and its end has not. */
  get midway(): boolean {
    return this.#lines.length > 0 || this.#reader.buffered > 0 || this.#reader.overlong;
  }

  /** Hands over bytes behind the last reply, and forgets them. Behind the reply to AUTH TLS there must be none. */
  takeRest(): Uint8Array {
    return this.#reader.takeRest();
  }

  #line(line: string): DecodedReply | ProtocolFault | undefined {
    if (this.#lines.length > 0) return this.#inner(line);
    if (line === '') {
      // Some servers send a stray CRLF behind a reply. An endless row of them is no server.
      if (++this.#size > 16) return this.#die('empty lines where a reply was due');
      this.#quirks.add('empty-line');
      return undefined;
    }
    const head = this.#head(line);
    if (isFault(head)) return this.#die(head.fault);
    this.#code = head.code;
    this.#prefix = head.prefix;
    this.#lines.push(head.text);
    this.#size = line.length;
    return head.more ? undefined : this.#finish();
  }

  #head(line: string): Head | ProtocolFault {
    if (!/^[1-6][0-5]\d/.test(line))
      return fault(`not a reply: ${JSON.stringify(line.slice(0, limits.lineStart))}`);
    const prefix = line.slice(0, 3);
    const separator = line.charAt(3);
    if (separator === '') this.#quirks.add('bare-code');
    else if (separator === '\t') this.#quirks.add('tab-after-code');
    else if (separator !== ' ' && separator !== '-') {
      return fault(
        `the reply code is not followed by a space: ${JSON.stringify(line.slice(0, limits.lineStart))}`,
      );
    }
    return { code: Number(prefix), prefix, more: separator === '-', text: line.slice(4) };
  }

  #inner(line: string): DecodedReply | ProtocolFault | undefined {
    this.#size += line.length;
    if (this.#lines.length >= this.#limits.lines) return this.#die('a reply has more lines than the limit');
    if (this.#size > this.#limits.bytes) return this.#die('a reply is longer than the limit');
    const ours = line.startsWith(this.#prefix);
    const separator = ours ? line.charAt(3) : '';
    if (ours && (separator === ' ' || line.length === 3)) {
      if (line.length === 3) this.#quirks.add('bare-code');
      this.#lines.push(line.slice(4));
      return this.#finish();
    }
    // Many servers put `code-` before every line but the last; it is no part of the text.
    this.#lines.push(ours && separator === '-' ? line.slice(4) : line);
    return undefined;
  }

  #finish(): DecodedReply {
    const whole = { code: this.#code, lines: this.#lines, quirks: [...this.#quirks] };
    this.#lines = [];
    this.#size = 0;
    this.#quirks = new Set();
    return whole;
  }

  #die(why: string): ProtocolFault {
    this.#dead = true;
    this.#lines = [];
    return fault(why);
  }
}
