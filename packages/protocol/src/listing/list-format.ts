import { civilFromDays, dayMs, minuteMs } from './civil.ts';
import type { Entry, EntryType } from './entry.ts';
import { isListableName } from './safe-name.ts';
import { modeText } from './unix-mode.ts';

export interface ListFormatOptions {
  /** Milliseconds since the epoch, UTC: times within the last half year are told with hour and minute, others with the year. */
  readonly now: number;
  /** Minutes east of UTC in which times are told; 0 by default. */
  readonly timeZoneOffset?: number | undefined;
  /** For entries that have none. */
  readonly owner?: string | undefined;
  readonly group?: string | undefined;
}

const monthNames = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
/** As vsftpd and GNU `ls` have it. */
const recentMs = 182 * dayMs;
const twoDigits = Array.from({ length: 100 }, (_, value) => String(value).padStart(2, '0'));
const cachedWords = 256;
const cachedDays = 4096;
const defaultModes: Readonly<Record<EntryType, number>> = {
  file: 0o644,
  directory: 0o755,
  symlink: 0o777,
  other: 0o644,
};

/**
 * Writes LIST lines in the columns of vsftpd: `-rw-r--r--    1 owner    group        1234 Nov 20 07:03 name`. Modes,
 * owners and days repeat within a folder, so each is put into words once; one formatter serves one listing.
 */
export class ListFormatter {
  readonly #now: number;
  readonly #shift: number;
  readonly #owner: string;
  readonly #group: string;
  readonly #modes = new Map<number, string>();
  readonly #words = new Map<string, string>();
  readonly #days = new Map<number, DayText>();
  #headOf: Partial<Entry> = {};
  #headText = '';

  constructor(options: ListFormatOptions) {
    this.#now = options.now;
    this.#shift = (options.timeZoneOffset ?? 0) * minuteMs;
    this.#owner = options.owner ?? 'ftp';
    this.#group = options.group ?? 'ftp';
  }

  /** One line without its CRLF, or `undefined` for a name that no line can hold (CR, LF, NUL or empty). */
  line(entry: Entry): string | undefined {
    if (!isListableName(entry.name)) return undefined;
    const size = entry.size === undefined ? '0' : String(entry.size);
    const padded = size.length < 8 ? size.padStart(8) : size;
    return `${this.#head(entry)} ${padded} ${this.#date(entry.modified ?? 0)} ${entry.name}${arrowOf(entry)}`;
  }

  /** Lines with CRLF for a batch of entries, joined; unlistable names are left out. */
  lines(entries: readonly Entry[]): string {
    let text = '';
    for (const entry of entries) {
      const line = this.line(entry);
      if (line !== undefined) text += `${line}\r\n`;
    }
    return text;
  }

  /** The columns up to the size; mostly those of the entry before. */
  #head(entry: Entry): string {
    const before = this.#headOf;
    if (
      entry.type === before.type &&
      entry.mode === before.mode &&
      entry.links === before.links &&
      entry.owner === before.owner &&
      entry.group === before.group
    )
      return this.#headText;
    const links = entry.links === undefined ? '   1' : String(entry.links).padStart(4);
    const owners = `${this.#word(entry.owner ?? this.#owner)} ${this.#word(entry.group ?? this.#group)}`;
    this.#headText = `${this.#mode(entry)} ${links} ${owners}`;
    this.#headOf = entry;
    return this.#headText;
  }

  #mode(entry: Entry): string {
    const mode = entry.mode ?? defaultModes[entry.type];
    const key = (entry.type === 'directory' ? 0x10000 : entry.type === 'symlink' ? 0x20000 : 0) + mode;
    const known = this.#modes.get(key);
    if (known !== undefined) return known;
    const text = modeText(entry.type, mode);
    this.#modes.set(key, text);
    return text;
  }

  /** Padded to the column; blanks and control characters would shift the columns behind them. */
  #word(word: string): string {
    const known = this.#words.get(word);
    if (known !== undefined) return known;
    const text = (word.replace(/[\s\p{Cc}]/gu, '_') || '-').padEnd(8);
    if (this.#words.size < cachedWords) this.#words.set(word, text);
    return text;
  }

  #date(modified: number): string {
    const local = modified + this.#shift;
    const day = Math.floor(local / dayMs);
    const text = this.#day(day);
    // A time to come would be read as one of last year.
    if (modified > this.#now || this.#now - modified > recentMs) return text.withYear;
    const minutes = Math.floor((local - day * dayMs) / minuteMs);
    const hour = Math.floor(minutes / 60);
    return `${text.begin}${twoDigits[hour] ?? '00'}:${twoDigits[minutes - hour * 60] ?? '00'}`;
  }

  #day(day: number): DayText {
    const known = this.#days.get(day);
    if (known !== undefined) return known;
    const civil = civilFromDays(day);
    const begin = `${monthNames[civil.month - 1] ?? 'Jan'} ${twoDigits[civil.day] ?? '01'} `;
    const text = { begin, withYear: `${begin} ${String(civil.year).padStart(4, '0')}` };
    if (this.#days.size < cachedDays) this.#days.set(day, text);
    return text;
  }
}

interface DayText {
  /** `Nov 20 `. */
  readonly begin: string;
  /** `Nov 20  2025`: the year fills the five columns of a time. */
  readonly withYear: string;
}

function arrowOf(entry: Entry): string {
  if (entry.type !== 'symlink' || entry.target === undefined) return '';
  return isListableName(entry.target) ? ` -> ${entry.target}` : '';
}

/** One LIST line with its CRLF, or `undefined` for a name that no line can hold. For many entries use one `ListFormatter`. */
export function formatList(entry: Entry, options: ListFormatOptions): string | undefined {
  const line = new ListFormatter(options).line(entry);
  return line === undefined ? undefined : `${line}\r\n`;
}

/** NLST (RFC 959 §4.1.3): names alone, each with CRLF; unlistable names are left out. */
export function formatNames(entries: readonly Entry[], prefix = ''): string {
  let text = '';
  for (const { name } of entries) {
    if (isListableName(name)) text += `${prefix}${name}\r\n`;
  }
  return text;
}
