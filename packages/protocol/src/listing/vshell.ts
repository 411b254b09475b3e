import { momentOf } from './clock.ts';
import type { EntryDraft } from './entry.ts';
import { Fields } from './fields.ts';
import { clearDate } from './loose-date.ts';
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

/** Old VShell servers: `206876  Apr 04, 2000 21:06 name`, folders with a slash at the end. */
export const vshell: FormatRow = {
  format: 'vshell',
  open: (context) => ({ line: (text) => line(text, context) }),
};

function line(text: string, context: FormatContext): LineResult {
  if (text.trim() === '') return skip;
  const fields = new Fields(text);
  const size = toldSize(fields.at(0));
  if (size === undefined || !/^\d{1,2},$/.test(fields.at(2))) return undefined;
  const found = clearDate(fields, 1, context.order);
  if (found?.date?.time === undefined || found.next >= fields.count) return undefined;
  const name = fields.after(found.next - 1);
  const folder = name.length > 1 && name.endsWith('/');
  const draft: EntryDraft = folder ? { name: name.slice(0, -1), type: 'directory' } : { name, type: 'file' };
  setModified(draft, momentOf(found.date, context.clock));
  return setSize(draft, size) ?? told(draft);
}
