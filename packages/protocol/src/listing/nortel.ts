import { fullYear, momentOf, toldTime } from './clock.ts';
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

/** Nortel wfFtp routers: `name  1014196  06/03/04  Thur.   10:20:03`. */
export const nortelWfFtp: FormatRow = {
  format: 'nortel-wfftp',
  open: (context) => ({ line: (text) => wfFtpLine(text, context) }),
};

/** VxWorks, on Nortel and other devices: `2048    Feb-28-1998  05:23:30   name <DIR>`. */
export const vxworks: FormatRow = {
  format: 'vxworks',
  open: (context) => ({ line: (text) => vxworksLine(text, context) }),
};

const wfFtpHeading = /^\s*(?:Volume\s*-|Directory of\s|File Name\s|-{4,}|\d+ bytes\b)/i;

function wfFtpLine(text: string, context: FormatContext): LineResult {
  if (text.trim() === '' || wfFtpHeading.test(text)) return skip;
  const fields = new Fields(text);
  const size = toldSize(fields.at(1));
  const match = /^(\d{1,2})\/(\d{1,2})\/(\d{2,4})$/.exec(fields.at(2));
  const time = toldTime(fields.at(4));
  const year = match === null ? undefined : fullYear(match[3] ?? '');
  if (
    fields.count !== 5 ||
    size === undefined ||
    match === null ||
    time === undefined ||
    year === undefined
  ) {
    return undefined;
  }
  if (!/^[A-Za-z]{3,9}\.?$/.test(fields.at(3))) return undefined;
  const draft: EntryDraft = { name: fields.at(0), type: 'file' };
  setModified(draft, momentOf({ year, month: Number(match[1]), day: Number(match[2]), time }, context.clock));
  return setSize(draft, size) ?? told(draft);
}

const vxworksHeading = /^\s*(?:size\s+date\s+time\s+name|-+\s+-+\s+-+\s+-+)\s*$/i;

function vxworksLine(text: string, context: FormatContext): LineResult {
  if (text.trim() === '' || vxworksHeading.test(text)) return skip;
  const fields = new Fields(text);
  const size = toldSize(fields.at(0));
  if (size === undefined || !/^[A-Za-z]{3}-\d{1,2}-\d{4}$/.test(fields.at(1))) return undefined;
  const found = clearDate(fields, 1, context.order);
  if (found?.date?.time === undefined || found.next >= fields.count) return undefined;
  const rest = fields.from(found.next);
  const folder = /^(.*\S)\s+<DIR>\s*$/.exec(rest);
  const draft: EntryDraft = {
    name: folder?.[1] ?? rest.trimEnd(),
    type: folder === null ? 'file' : 'directory',
  };
  setModified(draft, momentOf(found.date, context.clock));
  return setSize(draft, size) ?? told(draft);
}
