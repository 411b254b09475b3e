import { decodeText, encodeText } from '../text.ts';

export interface LineSink {
  line(text: string): void;
  /** A line beyond the limit was passed over; `start` is its beginning. */
  tooLong(start: string): void;
}

const lf = 0x0a;
const startBytes = 64;

/**
 * Cuts the bytes of a listing into lines, with CRLF, LF or CR CR LF at their ends. Whole runs of lines are
 * decoded at once: no byte of a longer UTF-8 sequence is an LF, so cutting after decoding gives the same lines.
 */
export class LineSplitter {
  readonly #limit: number;
  readonly #sink: LineSink;
  #carry = new Uint8Array(256);
  #carried = 0;
  #discarding = false;

  constructor(limit: number, sink: LineSink) {
    this.#limit = limit;
    this.#sink = sink;
  }

  push(chunk: Uint8Array): void {
    const last = chunk.lastIndexOf(lf);
    if (last < 0) return this.#keep(chunk);
    let from = 0;
    if (this.#carried > 0 || this.#discarding) {
      const first = chunk.indexOf(lf);
      this.#keep(chunk.subarray(0, first));
      this.#finish();
      from = first + 1;
    }
    if (from <= last) {
      for (const line of decodeText(chunk.subarray(from, last)).split('\n')) this.#emit(line);
    }
    this.#keep(chunk.subarray(last + 1));
  }

  /** A last line may come without its LF. */
  end(): void {
    if (this.#carried > 0 || this.#discarding) this.#finish();
  }

  #keep(part: Uint8Array): void {
    if (this.#discarding || part.length === 0) return;
    const size = this.#carried + part.length;
    if (size > this.#limit) {
      // Only the beginning is still wanted, to say which line it was.
      this.#append(part.subarray(0, Math.max(0, startBytes - this.#carried)));
      this.#discarding = true;
      return;
    }
    this.#append(part);
  }

  #append(part: Uint8Array): void {
    const size = this.#carried + part.length;
    if (size > this.#carry.length) {
      const larger = new Uint8Array(Math.max(size, this.#carry.length * 2));
      larger.set(this.#carry.subarray(0, this.#carried));
      this.#carry = larger;
    }
    this.#carry.set(part, this.#carried);
    this.#carried = size;
  }

  #finish(): void {
    const bytes = this.#carry.subarray(0, this.#carried);
    const discarding = this.#discarding;
    this.#carried = 0;
    this.#discarding = false;
    if (discarding) this.#sink.tooLong(decodeText(bytes.subarray(0, startBytes)));
    else this.#emit(decodeText(bytes));
  }

  #emit(line: string): void {
    // A code unit stands for one to three bytes; only between those bounds must they be counted.
    if (line.length * 3 > this.#limit) {
      const bytes = encodeText(line);
      if (bytes.length > this.#limit) return this.#sink.tooLong(decodeText(bytes.subarray(0, startBytes)));
    }
    let end = line.length;
    while (end > 0 && line.charCodeAt(end - 1) === 0x0d) end -= 1;
    this.#sink.line(end === line.length ? line : line.slice(0, end));
  }
}
