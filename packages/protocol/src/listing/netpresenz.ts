import { momentOf } from './clock.ts';
import type { EntryDraft } from './entry.ts';
import { Fields, isDigits } from './fields.ts';
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
import { unixMode } from './unix-mode.ts';

/**
 * NetPresenz and its heirs on the Mac: like Unix, but a folder tells the word `folder` and the number of its
 * items, a file the sizes of its resource fork, its data fork, and both together. Read as Unix, the forks would
 * be links and owner.
 */
export const netpresenz: FormatRow = {
  format: 'netpresenz',
  open: (context) => ({ line: (text) => line(text, context) }),
};

function line(text: string, context: FormatContext): LineResult {
  if (text.trim() === '' || /^total \d+$/.test(text)) return skip;
  const mode = unixMode(text, 0);
  if (mode === undefined) return undefined;
  const fields = new Fields(text, 10);
  const folder = fields.at(0) === 'folder';
  const dateAt = folder ? 2 : 3;
  if (folder !== (mode.type === 'directory') || !(folder ? isDigits(fields.at(1)) : forksAddUp(fields)))
    return undefined;
  const found = clearDate(fields, dateAt, context.order);
  if (found === undefined || found.next >= fields.count) return undefined;
  const draft: EntryDraft = { name: fields.after(found.next - 1), type: mode.type };
  if (mode.mode !== undefined) draft.mode = mode.mode;
  if (found.date !== undefined) setModified(draft, momentOf(found.date, context.clock));
  return (folder ? undefined : setSize(draft, toldSize(fields.at(2)))) ?? told(draft);
}

function forksAddUp(fields: Fields): boolean {
  return (
    [0, 1, 2].every((at) => isDigits(fields.at(at))) &&
    Number(fields.at(0)) + Number(fields.at(1)) === Number(fields.at(2))
  );
}
