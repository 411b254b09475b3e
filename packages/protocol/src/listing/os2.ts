import { fullYear, momentOf, toldTime } from './clock.ts';
import type { EntryDraft } from './entry.ts';
import { Fields } from './fields.ts';
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

/** OS/2: `36611      A    04-23-103  10:57  name`, `0 DIR 02-11-103 16:15 name`. Years may count from 1900. */
export const os2: FormatRow = { format: 'os2', open: (context) => ({ line: (text) => line(text, context) }) };

function line(text: string, context: FormatContext): LineResult {
  if (text.trim() === '' || /^total of /i.test(text)) return skip;
  const fields = new Fields(text);
  const size = toldSize(fields.at(0));
  if (size === undefined || size.kind === 'rough') return undefined;
  let dateAt = 1;
  while (dateAt < 5 && /^(?:DIR|[ADHRS]{1,5})$/.test(fields.at(dateAt))) dateAt += 1;
  const match = /^(\d{1,2})-(\d{1,2})-(\d{2,4})$/.exec(fields.at(dateAt));
  const time = toldTime(fields.at(dateAt + 1));
  const year = match === null ? undefined : fullYear(match[3] ?? '');
  if (match === null || time === undefined || year === undefined || dateAt + 2 >= fields.count)
    return undefined;
  const directory = /(?:^|\s)DIR(?:\s|$)/.test(fields.span(1, dateAt));
  const draft: EntryDraft = { name: fields.from(dateAt + 2), type: directory ? 'directory' : 'file' };
  setModified(draft, momentOf({ year, month: Number(match[1]), day: Number(match[2]), time }, context.clock));
  return setSize(draft, size) ?? told(draft);
}
