import type { ListingClock, Moment } from './clock.ts';
import type { Entry, EntryDraft } from './entry.ts';
import type { ToldSize } from './size.ts';

/** Every way of writing a listing that is understood; `names` are bare names as NLST sends them. */
export type ListingFormat =
  | 'mlsd'
  | 'eplf'
  | 'unix'
  | 'unix-numeric'
  | 'unix-dateless'
  | 'netpresenz'
  | 'netware'
  | 'dos'
  | 'vms'
  | 'mvs'
  | 'mvs-members'
  | 'os400'
  | 'zvm'
  | 'os2'
  | 'nonstop'
  | 'nortel-wfftp'
  | 'vxworks'
  | 'vshell'
  | 'names';

/** What a format makes of one line. `undefined` means: this is not mine. */
export type LineResult =
  /** `lost` tells of an earlier entry that this one cut short. */
  | { readonly kind: 'entry'; readonly entry: Entry; readonly lost?: string }
  /** Belongs to the format but names nothing: a heading, a total, an empty line. */
  | { readonly kind: 'skip' }
  /** The first half of an entry; the rest is on the next line. */
  | { readonly kind: 'held' }
  /** Belongs to the format but cannot be told truthfully. */
  | { readonly kind: 'fault'; readonly reason: string }
  | undefined;

/** Reads the lines of one listing in one format. A reader may remember earlier lines; another listing needs another reader. */
export interface LineReaderOfFormat {
  line(text: string): LineResult;
  /** The sample is read twice: once to choose the format, once for good. Forgets lines, keeps what was learned of the dialect. */
  restart?(): void;
  /** Called after the last line; a reason when something was left half-read. */
  end?(): string | undefined;
}

/** What a format is told when it is opened for a listing. */
export interface FormatContext {
  readonly clock: ListingClock;
  readonly order: DayMonthOrder;
}

export interface FormatRow {
  readonly format: ListingFormat;
  readonly open: (context: FormatContext) => LineReaderOfFormat;
}

/** `04-06-00` is 6 April, unless another line of the same listing said `27-04-00`. */
export class DayMonthOrder {
  #dayFirst: boolean | undefined;

  resolve(first: number, second: number): { readonly day: number; readonly month: number } | undefined {
    if (first > 12 && second > 12) return undefined;
    if (first > 12) this.#dayFirst ??= true;
    if (second > 12) this.#dayFirst ??= false;
    const dayFirst = first > 12 || (second <= 12 && this.#dayFirst === true);
    return dayFirst ? { day: first, month: second } : { day: second, month: first };
  }
}

export const skip: LineResult = { kind: 'skip' };
export const held: LineResult = { kind: 'held' };

export function fault(reason: string): LineResult {
  return { kind: 'fault', reason };
}

export function told(entry: Entry): LineResult {
  if (entry.name === '') return fault('an entry without a name');
  return { kind: 'entry', entry };
}

/** Sets the size, or tells why the line must be refused: a size beyond 2^53 − 1 would be rounded without a word. */
export function setSize(draft: EntryDraft, size: ToldSize | undefined): LineResult {
  if (size === undefined) return undefined;
  if (size.kind === 'exact') draft.size = size.bytes;
  else if (size.kind === 'rough') draft.roughSize = size.bytes;
  else return fault(`size ${size.digits.slice(0, 40)} is beyond 2^53 - 1 bytes and cannot be told exactly`);
  return undefined;
}

export function setModified(draft: EntryDraft, moment: Moment | undefined): void {
  if (moment === undefined) return;
  draft.modified = moment.at;
  draft.modifiedPrecision = moment.precision;
}
