import { momentOf, type ToldTime, toldTime } from './clock.ts';
import type { EntryDraft } from './entry.ts';
import { isDigits } from './fields.ts';
import { monthNumber } from './months.ts';
import {
  type FormatContext,
  type FormatRow,
  fault,
  held,
  type LineReaderOfFormat,
  type LineResult,
  setModified,
  setSize,
  skip,
  told,
} from './reader.ts';
import { toldSize } from './size.ts';

/**
 * OpenVMS `DIRECTORY`: `NAME.EXT;version`, then size in blocks, date, owner and protection in an order that
 * depends on the server. A long name stands on a line of its own and the rest comes indented on the next.
 */
export const vms: FormatRow = { format: 'vms', open: (context) => new VmsReader(context) };

const named = /^([^\s;]+);(\d{1,5})(?:\s+(.*))?$/;
const heading = /^(?:Directory |Total of |Grand total|[\w$.:-]+:?\[[^\]]*\]\s*$)/i;
/** Name, size, and protection may each stand on a line. */
const mostLines = 3;

class VmsReader implements LineReaderOfFormat {
  readonly #context: FormatContext;
  #pending = '';
  #lines = 0;

  constructor(context: FormatContext) {
    this.#context = context;
  }

  line(text: string): LineResult {
    const trimmed = text.trim();
    if (trimmed === '') return lost(this.#abandon()) ?? skip;
    const begins = named.test(trimmed) && !/^\s/.test(text);
    if (!begins && this.#pending !== '') return this.#read(`${this.#pending} ${trimmed}`);
    const abandoned = this.#abandon();
    if (!begins) return lost(abandoned) ?? (heading.test(trimmed) ? skip : undefined);
    const result = this.#read(trimmed);
    return abandoned !== undefined && result?.kind === 'entry'
      ? { ...result, lost: abandoned }
      : (lost(abandoned) ?? result);
  }

  restart(): void {
    this.#pending = '';
    this.#lines = 0;
  }

  end(): string | undefined {
    return this.#abandon();
  }

  #abandon(): string | undefined {
    if (this.#pending === '') return undefined;
    const name = this.#pending.slice(0, 60);
    this.#pending = '';
    this.#lines = 0;
    return `the entry ${name} was not finished`;
  }

  #read(text: string): LineResult {
    this.#lines += 1;
    const result = readVms(text, this.#context);
    const waits = result === undefined && this.#lines < mostLines;
    this.#pending = waits ? text : '';
    if (!waits) this.#lines = 0;
    return waits ? held : result;
  }
}

function lost(reason: string | undefined): LineResult {
  return reason === undefined ? undefined : fault(reason);
}

function readVms(text: string, context: FormatContext): LineResult {
  const match = named.exec(text);
  if (match === null) return undefined;
  const [, name = '', version = '', rest = ''] = match;
  const draft: EntryDraft = { name, type: 'file', version: Number(version) };
  if (/\.DIR$/i.test(name) && name.length > 4) {
    draft.name = name.slice(0, -4);
    draft.type = 'directory';
  }
  // `<%SYSTEM-F-NOPRIV, …>`: there is such a file, but nothing may be known of it.
  if (/^<?%[A-Z]/.test(rest)) return told(draft);
  const plain = setOwnerAndProtection(draft, rest);
  const date = setDate(draft, plain, context);
  if (date === undefined) return undefined;
  return setBlocks(draft, plain.replace(date, ' ').trim().split(/\s+/)) ?? told(draft);
}

/** Takes `[GROUP,OWNER]` and `(RWED,RWED,RE,)` out of the text; a bracket cut off by its column is closed by blanks. */
function setOwnerAndProtection(draft: EntryDraft, text: string): string {
  const owner = /\[([^\]\s]*(?:,\s?[^\]\s]*)?)\]?/.exec(text);
  if (owner !== null) {
    const [first = '', second] = (owner[1] ?? '').split(',').map((part) => part.trim());
    draft.owner = second ?? first;
    if (second !== undefined) draft.group = first;
  }
  const protection = /\(([RWED]*),([RWED]*),([RWED]*),([RWED]*)\)/i.exec(text);
  if (protection !== null) {
    const [, , ...classes] = protection;
    draft.mode = classes.reduce((mode, letters) => mode * 8 + classBits(letters.toUpperCase()), 0);
  }
  return text.replace(owner?.[0] ?? '', ' ').replace(protection?.[0] ?? '', ' ');
}

function classBits(letters: string): number {
  return (letters.includes('R') ? 4 : 0) + (letters.includes('W') ? 2 : 0) + (letters.includes('E') ? 1 : 0);
}

/** The text of the date, or `undefined` when there is none. */
function setDate(draft: EntryDraft, text: string, { clock }: FormatContext): string | undefined {
  const match = /(\d{1,2})-([^\d\s-]{3,5})-(\d{4})(?:\s+(\d{1,2}:\d{2}(?::\d{2}(?:\.\d{1,7})?)?))?/.exec(
    text,
  );
  const month = match === null ? undefined : monthNumber(match[2] ?? '');
  if (match === null || month === undefined) return undefined;
  const time: ToldTime | undefined = match[4] === undefined ? undefined : toldTime(match[4]);
  const date = { year: Number(match[3]), month, day: Number(match[1]) };
  setModified(draft, momentOf(time === undefined ? date : { ...date, time }, clock));
  return match[0];
}

/** `2/8`: two blocks of 512 bytes used, eight allocated. The last block is rarely full, so this is no size in bytes. */
function setBlocks(draft: EntryDraft, fields: readonly string[]): LineResult {
  for (const field of fields) {
    const used = /^(\d+)(?:\/\d+)?$/.exec(field)?.[1];
    if (used !== undefined && isDigits(used) && Number.isSafeInteger(Number(used))) {
      draft.blocks = Number(used);
      return undefined;
    }
    const size = /^\d+[KMG]B$/i.test(field) ? toldSize(field) : undefined;
    if (size !== undefined) return setSize(draft, size);
  }
  // `[GROUP]` may be left out for a bare word in the place of the owner.
  return undefined;
}
