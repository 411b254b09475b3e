import { fullYear, momentOf, toldTime } from './clock.ts';
import type { EntryDraft } from './entry.ts';
import { monthNumber } from './months.ts';
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

/** HP NonStop (Guardian): `FILE code eof date time group,user "rwep"`. There are no folders below a subvolume. */
export const nonstop: FormatRow = {
  format: 'nonstop',
  open: (context) => ({ line: (text) => line(text, context) }),
};

const row =
  /^\s*([^\s"]{1,64})\s+(?:O\s+)?(\d{1,5}[A-Z+]?)\s+(\d+)\s+(?:(\d{1,2})-?([A-Za-z]{3})-?(\d{2,4})\s+)?(\d{1,2}:\d{2}(?::\d{2})?)\s+(-1|\d{1,3}\s*,\s*\d{1,3})\s+"?([-*A-Za-z]{4})"?/;

function line(text: string, context: FormatContext): LineResult {
  if (
    text.trim() === '' ||
    /^\s*(?:File\s+)?Code\s+EOF\s/i.test(text) ||
    /^\\?\w*\.?\$\w+\.\w+\s*$/.test(text)
  )
    return skip;
  const match = row.exec(text);
  if (match === null) return undefined;
  const [
    ,
    name = '',
    ,
    bytes = '',
    day = '',
    monthName = '',
    yearText = '',
    clockText = '',
    owner = '',
    rights = '',
  ] = match;
  const time = toldTime(clockText);
  const month = monthNumber(monthName);
  const year = fullYear(yearText);
  if (time === undefined) return undefined;
  const draft: EntryDraft = { name, type: 'file', owner: owner.replace(/\s/g, ''), kind: rights };
  if (month !== undefined && year !== undefined) {
    setModified(draft, momentOf({ year, month, day: Number(day), time }, context.clock));
  }
  return setSize(draft, toldSize(bytes)) ?? told(draft);
}
