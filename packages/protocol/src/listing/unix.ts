import { encodeText } from '../text.ts';
import { momentOf } from './clock.ts';
import type { EntryDraft } from './entry.ts';
import { Fields, isDigits } from './fields.ts';
import { alienDate, clearDate, type FoundDate, numericDate } from './loose-date.ts';
import {
  type DayMonthOrder,
  type FormatContext,
  type FormatRow,
  fault,
  type LineReaderOfFormat,
  type LineResult,
  setModified,
  setSize,
  skip,
  told,
} from './reader.ts';
import { type ToldSize, toldSize } from './size.ts';
import { type UnixMode, unixMode } from './unix-mode.ts';

/**
 * `ls -l` as a hundred servers print it. Which fields stand before the date varies (links, owner, group, domain
 * may be missing, or hold blanks); what does not vary is mode, …, size, date, name. So the date is looked for
 * first, where it stands most often, and must have a size before it.
 */
export const unix: FormatRow = { format: 'unix', open: (context) => new UnixReader(context) };

/** Places of the date, counted in fields after the mode: usual, with a domain, without group, without owner, alone; then groups with blanks. */
const datePlaces = [4, 5, 3, 2, 1, 6, 7, 8, 9, 10, 11, 12, 13, 14] as const;

class UnixReader implements LineReaderOfFormat {
  readonly #context: FormatContext;
  #entries = 0;
  #recursive = false;

  constructor(context: FormatContext) {
    this.#context = context;
  }

  line(text: string): LineResult {
    const start = text.search(/\S/);
    if (start < 0) return skip;
    if (this.#recursive) return fault('in a folder below, which was not asked for');
    const mode = unixMode(text, start);
    if (mode === undefined) return this.#heading(text);
    const result = this.#entry(text, start, mode);
    if (result?.kind === 'entry') this.#entries += 1;
    return result;
  }

  restart(): void {
    this.#entries = 0;
    this.#recursive = false;
  }

  /** `total 12`, `insgesamt 12`, and the `folder:` of a recursive listing. */
  #heading(text: string): LineResult {
    if (/^[^\d\s]+:? +[\d.,]+[kKMGTP]?i?B?$/.test(text)) return skip;
    if (!/^\S.*:$/.test(text)) return undefined;
    this.#recursive = this.#entries > 0;
    return this.#recursive ? fault('a recursive listing: only the first folder is read') : skip;
  }

  #entry(text: string, start: number, mode: UnixMode): LineResult {
    const fields = new Fields(text, afterMode(text, start + 10));
    const found = findDate(fields, mode, this.#context);
    if (found !== undefined) return readEntry(fields, mode, found, this.#context);
    if (mode.mode === undefined) return unknownEntry(fields, mode);
    return fault('a mode but no date with a size before it');
  }
}

/** An ACL mark (`+`, SELinux `.`, macOS `@`) may stand between mode and links. */
export function afterMode(text: string, at: number): number {
  const next = text.charAt(at);
  return next !== '' && '+.@*'.includes(next) ? at + 1 : at;
}

interface FoundFields {
  readonly date: FoundDate;
  readonly size: ToldSize | undefined;
  /** The fields from here to `ownersEnd` are owner and group. */
  readonly ownersStart: number;
  readonly ownersEnd: number;
  /** The part of a last owner field that ran into the size. */
  readonly glued?: string;
}

type DateSearch = (fields: Fields, at: number, order: DayMonthOrder) => FoundDate | undefined;

function findDate(fields: Fields, mode: UnixMode, { order }: FormatContext): FoundFields | undefined {
  return (
    searchDate(fields, mode, clearDate, order) ??
    searchDate(fields, mode, numericDate, order) ??
    gluedSize(fields, order) ??
    searchDate(fields, mode, alienDate, order)
  );
}

function searchDate(
  fields: Fields,
  mode: UnixMode,
  search: DateSearch,
  order: DayMonthOrder,
): FoundFields | undefined {
  for (const at of datePlaces) {
    // A name stands after the date, so the date is never the last field.
    if (at >= fields.count - 1) continue;
    const size = toldSize(fields.at(at - 1));
    const device = deviceFields(fields, at, mode);
    if (size === undefined && device === 0) continue;
    const date = search(fields, at, order);
    if (date === undefined || date.next >= fields.count) continue;
    const ownersEnd = at - (device === 0 ? 1 : device);
    const ownersStart = ownersEnd > 0 && isDigits(fields.at(0)) ? 1 : 0;
    return { date, size: device === 0 ? size : undefined, ownersStart, ownersEnd };
  }
  return undefined;
}

/** Devices have `major, minor` in place of a size: `0, 27` or `109,767`. */
function deviceFields(fields: Fields, at: number, mode: UnixMode): number {
  if (mode.letter !== 'b' && mode.letter !== 'c') return 0;
  if (/^\d+,\d+$/.test(fields.at(at - 1))) return 1;
  return /^\d+,$/.test(fields.at(at - 2)) && /^(?:0x)?[\da-f]+$/.test(fields.at(at - 1)) ? 2 : 0;
}

/** `longgroup123456`: a fixed column was too narrow and group and size ran together. */
function gluedSize(fields: Fields, order: DayMonthOrder): FoundFields | undefined {
  for (const at of datePlaces) {
    const match = at < fields.count - 1 ? /^(.*[^\d.,])(\d+)$/.exec(fields.at(at - 1)) : null;
    const date = match === null ? undefined : clearDate(fields, at, order);
    if (match === null || date === undefined || date.next >= fields.count) continue;
    const ownersStart = at > 1 && isDigits(fields.at(0)) ? 1 : 0;
    return { date, size: toldSize(match[2] ?? ''), ownersStart, ownersEnd: at - 1, glued: match[1] ?? '' };
  }
  return undefined;
}

function readEntry(fields: Fields, mode: UnixMode, found: FoundFields, context: FormatContext): LineResult {
  const { date } = found;
  const name = date.padded ? fields.from(date.next) : fields.after(date.next - 1);
  const draft = named(name, mode, found.size);
  // Where the letters are not those of Unix, the fields behind them are not links, owner and group either.
  if (mode.mode !== undefined) {
    draft.mode = mode.mode;
    if (found.ownersStart === 1) setLinks(draft, fields.at(0));
    setOwners(draft, fields, found);
  }
  if (date.date !== undefined) setModified(draft, momentOf(date.date, context.clock));
  return setSize(draft, found.size) ?? told(draft);
}

export function setLinks(draft: EntryDraft, digits: string): void {
  const links = Number(digits);
  if (Number.isSafeInteger(links)) draft.links = links;
}

export function named(name: string, mode: UnixMode, size?: ToldSize): EntryDraft {
  const draft: EntryDraft = { name, type: mode.type };
  if (mode.kind !== undefined) draft.kind = mode.kind;
  if (mode.type === 'symlink') splitLink(draft, name, size);
  else if (mode.type === 'directory' && name.length > 1 && name.endsWith('/')) draft.name = name.slice(0, -1);
  return draft;
}

const arrow = ' -> ';

/** Either side may itself hold an arrow; the size of a link is the length of its target, which decides. */
function splitLink(draft: EntryDraft, text: string, size: ToldSize | undefined): void {
  const first = text.indexOf(arrow);
  if (first < 0) return;
  let at = first;
  for (let other = first; other >= 0 && size?.kind === 'exact'; other = text.indexOf(arrow, other + 1)) {
    if (encodeText(text.slice(other + arrow.length)).length === size.bytes) at = other;
  }
  draft.name = text.slice(0, at);
  draft.target = text.slice(at + arrow.length);
}

function setOwners(draft: EntryDraft, fields: Fields, found: FoundFields): void {
  const { ownersStart, ownersEnd, glued } = found;
  const last = glued === undefined ? ownersEnd : ownersEnd + 1;
  if (last <= ownersStart) return;
  const split = ownerEnd(fields, ownersStart, last);
  draft.owner = fields.span(ownersStart, split);
  if (split < last) draft.group = fields.span(split, last);
  if (glued === undefined) return;
  const extra = fields.at(last - 1).length - glued.length;
  if (draft.group === undefined) draft.owner = draft.owner.slice(0, -extra);
  else draft.group = draft.group.slice(0, -extra);
}

/** Where owner and group may hold blanks, columns are told apart by two or more of them; without such a gap the owner is one word. */
function ownerEnd(fields: Fields, from: number, to: number): number {
  for (let at = from + 1; at < to && to - from > 2; at += 1) {
    if (fields.gap(at) > 1) return at;
  }
  return from + 1;
}

/** `-????????? ? ? ? ? ? name`. */
function unknownEntry(fields: Fields, mode: UnixMode): LineResult {
  let at = 0;
  while (fields.at(at) === '?') at += 1;
  if (at < 4 || at >= fields.count) return undefined;
  return told(named(fields.after(at - 1), mode));
}
