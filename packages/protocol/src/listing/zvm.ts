import { fullYear, momentOf, type ToldDate, toldTime } from './clock.ts';
import type { EntryDraft } from './entry.ts';
import { Fields, isDigits } from './fields.ts';
import {
  type FormatContext,
  type FormatRow,
  type LineResult,
  setModified,
  setSize,
  skip,
  told,
} from './reader.ts';
import { toldSize } from './size.ts';

/** z/VM (CMS): `name type format lrecl records blocks date time owner`; directories have `DIR` as their format and dashes for numbers. */
export const zvm: FormatRow = { format: 'zvm', open: (context) => ({ line: (text) => line(text, context) }) };

function line(text: string, context: FormatContext): LineResult {
  if (text.trim() === '') return skip;
  const fields = new Fields(text);
  const formatAt = [2, 1].find((at) => /^(?:[FV]|DIR|-)$/.test(fields.at(at)) && isCount(fields.at(at + 1)));
  if (formatAt === undefined) return undefined;
  const date = zvmDate(fields.at(formatAt + 4));
  const time = toldTime(fields.at(formatAt + 5));
  if (date === undefined || time === undefined || !isCount(fields.at(formatAt + 2))) return undefined;
  const format = fields.at(formatAt);
  const name = formatAt === 2 ? `${fields.at(0)}.${fields.at(1)}` : fields.at(0);
  const draft: EntryDraft = { name, type: format === 'DIR' ? 'directory' : 'file' };
  setModified(draft, momentOf({ ...date, time }, context.clock));
  const owner = fields.at(formatAt + 6);
  if (owner !== '' && owner !== '-') draft.owner = owner;
  if (draft.type === 'directory') return told(draft);
  return setRecords(draft, fields, formatAt) ?? told(draft);
}

/** Records of fixed length (F) tell the exact size; of variable length (V) only the longest record is told. */
function setRecords(draft: EntryDraft, fields: Fields, formatAt: number): LineResult {
  const length = Number(fields.at(formatAt + 1));
  const records = Number(fields.at(formatAt + 2));
  if (!Number.isSafeInteger(length * records)) return setSize(draft, toldSize(fields.at(formatAt + 2)));
  draft.records = records;
  if (fields.at(formatAt) === 'F') draft.size = length * records;
  else draft.roughSize = length * records;
  return undefined;
}

function isCount(text: string): boolean {
  return text === '-' || (text.length < 16 && isDigits(text));
}

function zvmDate(text: string): ToldDate | undefined {
  const iso = /^(\d{4})-(\d{2})-(\d{2})$/.exec(text);
  if (iso !== null) return { year: Number(iso[1]), month: Number(iso[2]), day: Number(iso[3]) };
  const american = /^(\d{1,2})\/(\d{1,2})\/(\d{2,4})$/.exec(text);
  const year = american === null ? undefined : fullYear(american[3] ?? '');
  return american === null || year === undefined
    ? undefined
    : { year, month: Number(american[1]), day: Number(american[2]) };
}
