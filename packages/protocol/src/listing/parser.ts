import type { ListingClock } from './clock.ts';
import { type ChosenFormat, detectFormat, looksLikeNames, openFormat } from './detect.ts';
import type { Entry } from './entry.ts';
import { type ListingLimits, listingLimits } from './limits.ts';
import { LineSplitter } from './lines.ts';
import type { LineReaderOfFormat, LineResult, ListingFormat } from './reader.ts';

export interface ListingOptions {
  /** Milliseconds since the epoch, UTC: the time of the listing. `Aug 15 05:49` is the most recent such moment before it. */
  readonly now: number;
  /** Minutes east of UTC of the times the server lists; 0 when unknown. Formats that tell UTC (MLSD, EPLF) ignore it. */
  readonly timeZoneOffset?: number | undefined;
  /** The format this server used before. It is dropped when the listing turns out otherwise; `names` is kept. */
  readonly format?: ListingFormat | undefined;
  /** Read a listing of single words that no format understands as names. Off by default: an error message is such a listing too. */
  readonly allowNames?: boolean | undefined;
  /** Tell `.` and `..` (and MLSD `cdir`, `pdir`) as well, marked with `place`. Off by default: who walks into them walks for ever. */
  readonly places?: boolean | undefined;
  readonly limits?: Partial<ListingLimits> | undefined;
}

/** A line that tells no entry, and why. */
export interface ListingFault {
  /** The beginning of the line. */
  readonly line: string;
  readonly reason: string;
}

const faultLineLength = 200;

/**
 * Reads a listing as it comes in, in any format and any chunks. The first lines are held back until the format
 * is clear; from then on every line is read in that one format. No input throws.
 */
export class ListingParser {
  readonly #clock: ListingClock;
  readonly #options: ListingOptions;
  readonly #limits: ListingLimits;
  readonly #splitter: LineSplitter;
  #chosen: ChosenFormat | undefined;
  /** Tells at the first entry that the remembered format still holds. */
  #remembered: ChosenFormat | undefined;
  #sample: string[] = [];
  #entries: Entry[] = [];
  #count = 0;
  #truncated = false;
  #faults: ListingFault[] = [];
  #faultCount = 0;

  constructor(options: ListingOptions) {
    this.#options = options;
    this.#clock = { now: options.now, timeZoneOffset: options.timeZoneOffset ?? 0 };
    this.#limits = { ...listingLimits, ...options.limits };
    this.#splitter = new LineSplitter(this.#limits.lineBytes, {
      line: (text) => this.#line(text),
      tooLong: (start) => this.#fault(start, `a line longer than ${this.#limits.lineBytes} bytes`),
    });
    const remembered = options.format === undefined ? undefined : openFormat(options.format, this.#clock);
    if (remembered?.format === 'names') this.#chosen = remembered;
    else this.#remembered = remembered;
  }

  push(chunk: Uint8Array): void {
    if (!this.#truncated) this.#splitter.push(chunk);
  }

  /** The data connection has been closed: what is held back is decided now. */
  end(): void {
    if (!this.#truncated) this.#splitter.end();
    if (this.#chosen === undefined) this.#decide();
    const reason = this.#chosen?.reader.end?.();
    if (reason !== undefined) this.#fault('', reason);
  }

  /** The entries since the last call. */
  entries(): Entry[] {
    const entries = this.#entries;
    this.#entries = [];
    return entries;
  }

  /** `undefined` until it has been decided. */
  get format(): ListingFormat | undefined {
    return this.#chosen?.format;
  }

  /** The first faults; `faultCount` counts all. */
  get faults(): readonly ListingFault[] {
    return this.#faults;
  }

  get faultCount(): number {
    return this.#faultCount;
  }

  /** The limit of entries was reached and the rest of the listing dropped. */
  get truncated(): boolean {
    return this.#truncated;
  }

  #line(text: string): void {
    if (this.#truncated) return;
    if (this.#chosen !== undefined) this.#take(text, this.#chosen.reader.line(text));
    else this.#hold(text);
  }

  #hold(text: string): void {
    this.#sample.push(text);
    const early = this.#remembered?.reader.line(text);
    if (early?.kind === 'entry' && this.#remembered !== undefined) {
      this.#remembered.reader.restart?.();
      this.#choose(this.#remembered);
    } else {
      if (early?.kind !== 'skip' && early?.kind !== 'held') this.#remembered = undefined;
      if (this.#sample.length >= this.#limits.sampleLines) this.#decide();
    }
  }

  #decide(): void {
    const format = detectFormat(this.#sample, this.#clock, this.#options.format);
    if (format !== undefined && this.#sample.length > 0) return this.#choose(format);
    if (this.#options.allowNames === true && this.#sample.length > 0 && looksLikeNames(this.#sample)) {
      return this.#choose(openFormat('names', this.#clock));
    }
    // Nobody can read these: perhaps a banner, and the listing is still to come.
    for (const text of this.#sample) this.#take(text, undefined);
    this.#sample = [];
  }

  #choose(chosen: ChosenFormat): void {
    this.#chosen = chosen;
    this.#remembered = undefined;
    const sample = this.#sample;
    this.#sample = [];
    this.#replay(sample, chosen.reader);
  }

  #replay(sample: readonly string[], reader: LineReaderOfFormat): void {
    for (const text of sample) {
      if (!this.#truncated) this.#take(text, reader.line(text));
    }
  }

  #take(text: string, result: LineResult): void {
    if (result === undefined) {
      if (text.trim() !== '') this.#fault(text, `not a line of ${this.#describe()}`);
    } else if (result.kind === 'entry') {
      if (result.lost !== undefined) this.#fault(text, result.lost);
      this.#tell(result.entry);
    } else if (result.kind === 'fault') {
      this.#fault(text, result.reason);
    }
  }

  #tell(entry: Entry): void {
    const placed = placeOf(entry);
    if (placed !== undefined && this.#options.places !== true) return;
    if (this.#count >= this.#limits.entries) {
      this.#truncated = true;
      this.#fault('', `more than ${this.#limits.entries} entries`);
      return;
    }
    this.#count += 1;
    this.#entries.push(
      placed === undefined || entry.place !== undefined ? entry : { ...entry, place: placed },
    );
  }

  #fault(line: string, reason: string): void {
    this.#faultCount += 1;
    if (this.#faults.length < this.#limits.faults)
      this.#faults.push({ line: line.slice(0, faultLineLength), reason });
  }

  #describe(): string {
    return this.#chosen === undefined ? 'any known listing format' : `the format ${this.#chosen.format}`;
  }
}

function placeOf(entry: Entry): Entry['place'] {
  if (entry.place !== undefined) return entry.place;
  if (entry.name === '.') return 'current';
  return entry.name === '..' ? 'parent' : undefined;
}

/** A whole listing at once. */
export function parseListing(
  bytes: Uint8Array,
  options: ListingOptions,
): {
  readonly entries: readonly Entry[];
  readonly format: ListingFormat | undefined;
  readonly faults: readonly ListingFault[];
  readonly truncated: boolean;
} {
  const parser = new ListingParser(options);
  parser.push(bytes);
  parser.end();
  return {
    entries: parser.entries(),
    format: parser.format,
    faults: parser.faults,
    truncated: parser.truncated,
  };
}
