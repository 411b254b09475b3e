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

/** `d [R----F--] supervisor            512       Jan 16 18:53    name`. The rights in brackets are the reader's own. */
export const netware: FormatRow = {
  format: 'netware',
  open: (context) => ({ line: (text) => line(text, context) }),
};

function line(text: string, context: FormatContext): LineResult {
  if (text.trim() === '' || /^total \d+$/.test(text)) return skip;
  const rights = /^([-d])\s*\[[A-Z-]{1,16}\]/.exec(text);
  if (rights === null) return undefined;
  const fields = new Fields(text, rights[0].length);
  const found = clearDate(fields, 2, context.order);
  if (found === undefined || found.next >= fields.count) return undefined;
  const draft: EntryDraft = { name: fields.from(found.next), type: rights[1] === 'd' ? 'directory' : 'file' };
  draft.owner = fields.at(0);
  if (found.date !== undefined) setModified(draft, momentOf(found.date, context.clock));
  const size = toldSize(fields.at(1));
  return size === undefined ? undefined : (setSize(draft, size) ?? told(draft));
}
