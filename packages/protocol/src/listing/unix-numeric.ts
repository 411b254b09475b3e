import type { EntryDraft, EntryType } from './entry.ts';
import { Fields, isDigits } from './fields.ts';
import { type FormatRow, fault, type LineResult, setSize, skip, told } from './reader.ts';
import { toldSize } from './size.ts';

/** `0100644   500  101   12345    123456789       name`: mode, owner, group, size and time as numbers. */
export const unixNumeric: FormatRow = { format: 'unix-numeric', open: () => ({ line }) };

/** The file type in the upper bits of `st_mode`. */
const types = new Map<number, EntryType>([
  [0o04, 'directory'],
  [0o10, 'file'],
  [0o12, 'symlink'],
]);

function line(text: string): LineResult {
  if (text.trim() === '') return skip;
  const fields = new Fields(text, 0, 6);
  const octal = fields.at(0);
  if (fields.count < 6 || !/^0[0-7]{5,6}$/.test(octal)) return undefined;
  if (![1, 2, 3, 4].every((at) => isDigits(fields.at(at)))) return undefined;
  const bits = Number.parseInt(octal, 8);
  const draft: EntryDraft = { name: fields.from(5), type: types.get(bits >> 12) ?? 'other' };
  draft.mode = bits & 0o7777;
  draft.owner = fields.at(1);
  draft.group = fields.at(2);
  const seconds = Number(fields.at(4));
  if (!Number.isSafeInteger(seconds * 1000)) return fault('a time beyond all calendars');
  draft.modified = seconds * 1000;
  draft.modifiedPrecision = 'second';
  return setSize(draft, toldSize(fields.at(3))) ?? told(draft);
}
