import { fullYear, momentOf, type ToldTime, toldTime } from './clock.ts';
import type { EntryDraft } from './entry.ts';
import { Fields } from './fields.ts';
import {
  type DayMonthOrder,
  type FormatContext,
  type FormatRow,
  fault,
  type LineResult,
  setModified,
  setSize,
  skip,
  told,
} from './reader.ts';
import { groupedSize } from './size.ts';

/** MS-DOS `dir`, as IIS, Windows CE and many devices send it: date, time, size or `<DIR>`, name. */
export const dos: FormatRow = { format: 'dos', open: (context) => ({ line: (text) => line(text, context) }) };

const heading = /^\s*(?:Volume (?:in|Serial)|Directory of |\d+ (?:File|Dir)\(s\))/i;

function line(text: string, context: FormatContext): LineResult {
  if (text.trim() === '' || heading.test(text)) return skip;
  const fields = new Fields(text, 0, 6);
  const day = dosDate(fields.at(0), context.order);
  if (day === undefined) return undefined;
  const time = dosTime(fields);
  if (time === undefined) return undefined;
  const what = fields.at(time.next);
  const draft: EntryDraft = { name: '', type: 'file' };
  setModified(draft, momentOf({ ...day, time: time.time }, context.clock));
  if (draft.modified === undefined) return fault(`a date that does not exist: ${fields.at(0)}`);
  return what.startsWith('<') ? marked(draft, fields, time.next) : sized(draft, fields, time.next);
}

function dosDate(
  text: string,
  order: DayMonthOrder,
): { year: number; month: number; day: number } | undefined {
  const match = /^(\d{1,4})([-/.])(\d{1,2})\2(\d{1,4})\.?$/.exec(text);
  if (match === null) return undefined;
  const [, first = '', , middle = '', last = ''] = match;
  if (first.length === 4) return { year: Number(first), month: Number(middle), day: Number(last) };
  const year = last.length === 1 ? undefined : fullYear(last);
  const monthDay = order.resolve(Number(first), Number(middle));
  return year === undefined || monthDay === undefined || first.length > 2 ? undefined : { year, ...monthDay };
}

/** `12:09PM`, `18:48`, and `03:15 PM` in two fields. */
function dosTime(fields: Fields): { readonly time: ToldTime; readonly next: number } | undefined {
  const half = /^[AaPp]\.?[Mm]\.?$/.test(fields.at(2)) ? fields.at(2).replaceAll('.', '') : '';
  const time = toldTime(fields.at(1) + half);
  return time && { time, next: half === '' ? 2 : 3 };
}

function sized(draft: EntryDraft, fields: Fields, at: number): LineResult {
  const size = groupedSize(fields.at(at));
  if (size === undefined || at + 1 >= fields.count) return undefined;
  draft.name = fields.after(at);
  return setSize(draft, size) ?? told(draft);
}

/** After `<DIR>` IIS leaves ten blanks; whatever goes beyond belongs to the name. */
const nameGap = 10;

function marked(draft: EntryDraft, fields: Fields, at: number): LineResult {
  const mark = fields.at(at).toUpperCase();
  if (at + 1 >= fields.count) return undefined;
  const extra = Math.max(0, fields.gap(at + 1) - nameGap);
  draft.name = mark === '<DIR>' ? ' '.repeat(extra) + fields.from(at + 1) : fields.from(at + 1);
  if (mark === '<DIR>') draft.type = 'directory';
  else if (mark === '<JUNCTION>' || mark === '<SYMLINKD>' || mark === '<SYMLINK>') splitTarget(draft, mark);
  else return undefined;
  return told(draft);
}

/** `name [\??\D:\target]`. */
function splitTarget(draft: EntryDraft, mark: string): void {
  draft.type = 'symlink';
  draft.kind = mark.slice(1, -1);
  const text = draft.name.trimEnd();
  const bracket = text.indexOf(' [');
  if (bracket < 1 || !text.endsWith(']')) return;
  draft.name = text.slice(0, bracket).trimEnd();
  draft.target = text.slice(bracket + 2, -1).replace(/^\\\?\?\\/, '');
}
