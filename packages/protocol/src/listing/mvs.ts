import { momentOf } from './clock.ts';
import type { EntryDraft, EntryType } from './entry.ts';
import { Fields, smallNumber } from './fields.ts';
import { type FormatContext, type FormatRow, type LineResult, setModified, skip, told } from './reader.ts';

/**
 * z/OS data sets: `Volume Unit Referred Ext Used Recfm Lrecl BlkSz Dsorg Dsname`. Sizes are counted in tracks.
 * A migrated or VSAM data set leaves most columns out; the name is always the last.
 */
export const mvs: FormatRow = { format: 'mvs', open: (context) => ({ line: (text) => line(text, context) }) };

/** Partitioned data sets are the directories of z/OS; their members are the files. */
const organisations: Readonly<Record<string, EntryType>> = {
  PS: 'file',
  'PS-E': 'file',
  'PS-L': 'file',
  PSU: 'file',
  DA: 'file',
  PO: 'directory',
  'PO-E': 'directory',
  POU: 'directory',
  VSAM: 'other',
  VS: 'other',
  GDG: 'other',
  PATH: 'other',
};
const dataSetName = /^'?[^\s'/\\]{1,44}(?:\([^\s')]{1,8}\))?'?$/;
const bare =
  /^(?:(\S+)\s+)?(Migrated|ARCIVE|ARCIVE Not Direct Access Device|Not Direct Access Device|Not Mounted|Pseudo Directory|Error determining attributes|GDG|Tape|VSAM)\s+(\S+)\s*$/i;

function line(text: string, context: FormatContext): LineResult {
  if (text.trim() === '' || /^Volume\s+(?:Unit\s+)?Referred\s/i.test(text)) return skip;
  const special = bare.exec(text.trim());
  if (special !== null) return bareDataSet(special[2] ?? '', special[3] ?? '');
  const fields = new Fields(text);
  const last = fields.count - 1;
  const organisation = fields.at(last - 1).toUpperCase();
  const type = organisations[organisation];
  if (type === undefined || last < 3 || !dataSetName.test(fields.at(last))) return undefined;
  const draft: EntryDraft = { name: unquoted(fields.at(last)), type, kind: organisation };
  const dateAt = referredAt(fields);
  if (dateAt === undefined) return organisation === 'VSAM' && last === 3 ? told(draft) : undefined;
  setReferred(draft, fields.at(dateAt), context);
  // `????` and `++++` stand for a number that is unknown or too wide for its column.
  const used = Number(fields.at(dateAt + 2));
  if (last - dateAt >= 7 && Number.isSafeInteger(used)) draft.blocks = used;
  return told(draft);
}

function bareDataSet(what: string, name: string): LineResult {
  if (!dataSetName.test(name)) return undefined;
  const directory = /^pseudo/i.test(what);
  return told({ name: unquoted(name), type: directory ? 'directory' : 'other', kind: what });
}

/** The Referred column: a date or `**NONE**`. */
function referredAt(fields: Fields): number | undefined {
  return [2, 1, 3].find((at) => /^(?:\d{4}\/\d{2}\/\d{2}|\*\*NONE\*\*)$/i.test(fields.at(at)));
}

/** Read or written last on that day: the only date z/OS lists. */
function setReferred(draft: EntryDraft, text: string, { clock }: FormatContext): void {
  const [year = '', month = '', day = ''] = text.split('/');
  const told = { month: smallNumber(month, 1, 12), day: smallNumber(day, 1, 31) };
  if (told.month === undefined || told.day === undefined) return;
  setModified(draft, momentOf({ year: Number(year), month: told.month, day: told.day }, clock));
}

function unquoted(name: string): string {
  return name.length > 2 && name.startsWith("'") && name.endsWith("'") ? name.slice(1, -1) : name;
}
