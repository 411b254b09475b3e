import { fullYear, momentOf, type ToldDate, toldTime } from './clock.ts';
import type { EntryDraft } from './entry.ts';
import { Fields, isDigits } from './fields.ts';
import { type FormatContext, type FormatRow, type LineResult, setModified, skip, told } from './reader.ts';

/** z/VM (CMS): `name type format lrecl records blocks date time owner`; directories have the type `DIR` and dashes for numbers. */
export const zvm: FormatRow = { format: 'zvm', open: (context) => ({ line: (text) => line(text, context) }) };

function line(text: string, context: FormatContext): LineResult {
  if (text.trim() === '') return skip;
  const fields = new Fields(text);
  const dateAt = [6, 5, 4].find((at) => zvmDate(fields.at(at)) !== undefined);
  const date = dateAt === undefined ? undefined : zvmDate(fields.at(dateAt));
  const time = dateAt === undefined ? undefined : toldTime(fields.at(dateAt + 1));
  if (dateAt === undefined || date === undefined || time === undefined) return undefined;
  const draft = fields.at(1) === 'DIR' ? directory(fields, dateAt) : file(fields, dateAt);
  if (draft === undefined) return undefined;
  setModified(draft, momentOf({ ...date, time }, context.clock));
  const owner = fields.at(dateAt + 2);
  if (owner !== '' && owner !== '-') draft.owner = owner;
  return told(draft);
}

/** `name DIR - - - -`: the number of dashes differs between releases. */
function directory(fields: Fields, dateAt: number): EntryDraft | undefined {
  for (let at = 2; at < dateAt; at += 1) if (!isCount(fields.at(at))) return undefined;
  return { name: fields.at(0), type: 'directory' };
}

/** Records of fixed length (F) tell the exact size; of variable length (V) only the longest record is told. */
function file(fields: Fields, dateAt: number): EntryDraft | undefined {
  const format = fields.at(2);
  if (dateAt !== 6 || !/^[FV]$/.test(format) || ![3, 4, 5].every((at) => isCount(fields.at(at))))
    return undefined;
  const draft: EntryDraft = { name: `${fields.at(0)}.${fields.at(1)}`, type: 'file' };
  const records = Number(fields.at(4));
  const size = Number(fields.at(3)) * records;
  if (!Number.isSafeInteger(size)) return draft;
  draft.records = records;
  if (format === 'F') draft.size = size;
  else draft.roughSize = size;
  return draft;
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
