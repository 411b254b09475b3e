import { Fields, isDigits } from './fields.ts';
import { clearDate } from './loose-date.ts';
import { monthNumber } from './months.ts';
import { type FormatContext, type FormatRow, type LineResult, setSize, skip, told } from './reader.ts';
import { toldSize } from './size.ts';
import { afterMode, named, setLinks } from './unix.ts';
import { unixMode } from './unix-mode.ts';

/** `drwxr-xr-x 3 slopri devlab 512 name`: `ls -l` without any date, believed only when the whole listing has none. */
export const unixDateless: FormatRow = {
  format: 'unix-dateless',
  open: (context) => ({ line: (text) => line(text, context) }),
};

function line(text: string, { order }: FormatContext): LineResult {
  if (text.trim() === '' || /^total \d+$/.test(text)) return skip;
  const mode = unixMode(text, 0);
  if (mode?.mode === undefined) return undefined;
  const fields = new Fields(text, afterMode(text, 10));
  const sizeAt = [3, 2].find((at) => toldSize(fields.at(at)) !== undefined && at < fields.count - 1);
  if (sizeAt === undefined || !isDigits(fields.at(0))) return undefined;
  if (clearDate(fields, sizeAt + 1, order) !== undefined) return undefined;
  if (monthNumber(fields.at(sizeAt + 1)) !== undefined && isDigits(fields.at(sizeAt + 2))) return undefined;
  // A time means that there was a date nobody understood: the name would begin with it.
  if ([1, 2, 3].some((step) => /^\d{1,2}:\d{2}/.test(fields.at(sizeAt + step)))) return undefined;
  const size = toldSize(fields.at(sizeAt));
  const draft = named(fields.after(sizeAt), mode, size);
  draft.mode = mode.mode;
  setLinks(draft, fields.at(0));
  draft.owner = fields.at(1);
  if (sizeAt === 3) draft.group = fields.at(2);
  return setSize(draft, size) ?? told(draft);
}
