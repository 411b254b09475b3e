import { fullYear, type ToldDate, type ToldTime, toldTime } from './clock.ts';
import { type Fields, smallNumber } from './fields.ts';
import { monthNumber } from './months.ts';
import type { DayMonthOrder } from './reader.ts';

/** A date found at a field, in any of the ways `ls` prints one. */
export interface FoundDate {
  /** `undefined` when it is a date by its shape but in a language unknown here. */
  readonly date: ToldDate | undefined;
  /** The first field after the date. */
  readonly next: number;
  /** The date is padded to a column of its own, so blanks after it are not part of the name. */
  readonly padded: boolean;
}

/** Dates that cannot well be mistaken for something else: with a month's name, a glyph, or two separators. */
export function clearDate(fields: Fields, at: number, order: DayMonthOrder): FoundDate | undefined {
  const first = fields.at(at);
  const code = first.charCodeAt(0);
  if (code < 0x30 || code > 0x39) return monthFirst(fields, at, first);
  return (
    dayAndMonthName(fields, at, first) ??
    joinedDate(fields, at, first, order) ??
    yearAndMonthName(fields, at, first) ??
    glyphDate(fields, at)
  );
}

/** `3 29 03:26`, `09-26 2000`: only numbers, to be believed when nothing clearer is on the line. */
export function numericDate(fields: Fields, at: number, order: DayMonthOrder): FoundDate | undefined {
  const joined = /^(\d{1,2})-(\d{1,2})$/.exec(fields.at(at));
  const first = smallNumber(joined?.[1] ?? fields.at(at), 1, 31);
  const second = smallNumber(joined?.[2] ?? fields.at(at + 1), 1, 31);
  if (first === undefined || second === undefined) return undefined;
  const monthDay = order.resolve(first, second);
  return monthDay && timeOrYear(fields, at + (joined === null ? 2 : 1), monthDay);
}

/** `<word> 15 05:49` with a month nobody told us of: the name is still worth having. */
export function alienDate(fields: Fields, at: number): FoundDate | undefined {
  if (!/^[^\d\s]{2,12}[.,]?$/.test(fields.at(at))) return undefined;
  const day = smallNumber(bare(fields.at(at + 1)), 1, 31);
  const rest = day === undefined ? undefined : timeOrYear(fields, at + 2, { month: 1, day });
  return rest && { ...rest, date: undefined };
}

/** `Aug 15 05:49`, `Apr  8  1994`, `Oct 08, 2002 09:47`, `szept 26 20:10`. */
function monthFirst(fields: Fields, at: number, word: string): FoundDate | undefined {
  const month = monthNumber(word);
  if (month === undefined) return joinedMonthFirst(fields, at, word);
  const dayText = fields.at(at + 1);
  const day = smallNumber(bare(dayText), 1, 31);
  return day === undefined ? undefined : timeOrYear(fields, at + 2, { month, day }, dayText.endsWith(','));
}

/** `Feb-28-1998  05:23:30`. */
function joinedMonthFirst(fields: Fields, at: number, word: string): FoundDate | undefined {
  const match = /^([^\d\s-]{3,12})-(\d{1,2})-(\d{4})$/.exec(word);
  const month = match === null ? undefined : monthNumber(match[1] ?? '');
  if (match === null || month === undefined) return undefined;
  return withTime(fields, at + 1, { year: Number(match[3]), month, day: Number(match[2]) });
}

/** `26. Juli, 20:10`, `2.   Okt.  2003`, `01 oct 2004`. */
function dayAndMonthName(fields: Fields, at: number, first: string): FoundDate | undefined {
  const day = smallNumber(bare(first), 1, 31);
  const month = day === undefined ? undefined : monthNumber(fields.at(at + 1));
  return day === undefined || month === undefined ? undefined : timeOrYear(fields, at + 2, { month, day });
}

/** `2003 Oct 5 10:00`. */
function yearAndMonthName(fields: Fields, at: number, first: string): FoundDate | undefined {
  const year = smallNumber(first, 1900, 9999);
  const month = year === undefined ? undefined : monthNumber(fields.at(at + 1));
  const day = month === undefined ? undefined : smallNumber(bare(fields.at(at + 2)), 1, 31);
  if (year === undefined || month === undefined || day === undefined) return undefined;
  return withTime(fields, at + 3, { year, month, day });
}

/** `2005-06-07`, `1999/10/12`, `2004.07.15`, `24-04-2003`, `01-jun-99`, each with or without a time. */
function joinedDate(fields: Fields, at: number, text: string, order: DayMonthOrder): FoundDate | undefined {
  const match =
    /^(\d{1,4})([-/.])(\d{1,2}|[^\d\s./-]{3,12})\.?\2(\d{1,4})\.?(?:T(\d{2}:\d{2}(?::\d{2})?))?$/.exec(text);
  if (match === null) return undefined;
  const [, first = '', , middle = '', last = '', time] = match;
  const date = first.length === 4 ? yearFirst(first, middle, last) : yearLast({ first, middle, last }, order);
  if (date === undefined) return undefined;
  const joinedTime = time === undefined ? undefined : toldTime(time);
  if (joinedTime !== undefined) return { date: { ...date, time: joinedTime }, next: at + 1, padded: false };
  return withTime(fields, at + 1, date);
}

function yearFirst(year: string, middle: string, last: string): ToldDate | undefined {
  const month = smallNumber(middle, 1, 12) ?? monthNumber(middle);
  const day = smallNumber(last, 1, 31);
  return month === undefined || day === undefined ? undefined : { year: Number(year), month, day };
}

function yearLast(
  { first, middle, last }: { readonly first: string; readonly middle: string; readonly last: string },
  order: DayMonthOrder,
): ToldDate | undefined {
  const year = fullYear(last);
  if (year === undefined || last.length === 3 || first.length > 2) return undefined;
  const named = monthNumber(middle);
  if (named !== undefined) return { year, month: named, day: Number(first) };
  const numeric = smallNumber(middle, 1, 31);
  const monthDay = numeric === undefined ? undefined : order.resolve(Number(first), numeric);
  return monthDay && { year, ...monthDay };
}

/** Numbers with a glyph between them and perhaps behind; a glyph of an unknown encoding is up to four characters, the first beyond ASCII. */
const glyphNumbers = /^\d{1,4}(?:[^\0-\x7f][^\s\d]{0,3}\d{1,4})*(?:[^\0-\x7f][^\s\d]{0,3})?$/;

/** Day, month and year marked by glyphs of any encoding: `2005年 1月 6日`, `8月 17日 20:10`, `4<bytes> 18<bytes> 2003<bytes>`. */
function glyphDate(fields: Fields, at: number): FoundDate | undefined {
  const numbers: number[] = [];
  let glyphs = 0;
  let next = at;
  while (next < at + 3 && numbers.length < 3) {
    const text = fields.at(next);
    if (!glyphNumbers.test(text)) break;
    if (/[^\d]/.test(text)) glyphs += 1;
    numbers.push(...(text.match(/\d+/g) ?? []).map(Number));
    next += 1;
    if (numbers.length === 2 && (numbers[0] ?? 0) < 13 && toldTime(fields.at(next)) !== undefined) break;
  }
  const [first = 0, second = 0, third] = numbers;
  if (glyphs === 0 || numbers.length < 2 || numbers.length > 3) return undefined;
  if (first > 31) {
    return third === undefined
      ? undefined
      : withTime(fields, next, { year: first, month: second, day: third });
  }
  if (third !== undefined) return withTime(fields, next, { year: third, month: first, day: second });
  return timeOrYear(fields, next, { month: first, day: second });
}

/** What follows month and day: the time of day (this past year), or the year. */
function timeOrYear(
  fields: Fields,
  at: number,
  monthDay: { readonly month: number; readonly day: number },
  comma = false,
): FoundDate | undefined {
  const text = fields.at(at);
  const time = toldTime(text);
  if (time !== undefined) return afterTime(fields, at + 1, { ...monthDay, time });
  const year = text.length === 4 ? smallNumber(text, 1000, 9999) : undefined;
  if (year === undefined) return undefined;
  const date = { year, ...monthDay };
  // `Aug 15  2003` is a column of five, so what looks like a time after it is a name; `Oct 08, 2002 09:47` is not.
  const late = comma || fields.gap(at) === 1 ? toldTime(fields.at(at + 1)) : undefined;
  return late === undefined
    ? { date, next: at + 1, padded: false }
    : { date: { ...date, time: late }, next: at + 2, padded: false };
}

/** BSD `ls -T` prints the year after a time with seconds; after `hh:mm` a year is the beginning of a name (`2014 Invoices`). */
function afterTime(fields: Fields, at: number, date: ToldDate & { readonly time: ToldTime }): FoundDate {
  const year = date.time.second === undefined ? undefined : smallNumber(fields.at(at), 1900, 9999);
  return year === undefined
    ? { date, next: at, padded: false }
    : { date: { ...date, year }, next: at + 1, padded: false };
}

function withTime(fields: Fields, at: number, date: ToldDate): FoundDate {
  const time = toldTime(fields.at(at));
  if (time === undefined) return { date, next: at, padded: true };
  const zone = /^([+-])(\d{2})(\d{2})$/.exec(fields.at(at + 1));
  if (zone === null) return { date: { ...date, time }, next: at + 1, padded: false };
  const minutes = (Number(zone[2]) * 60 + Number(zone[3])) * (zone[1] === '-' ? -1 : 1);
  return { date: { ...date, time, zone: minutes }, next: at + 2, padded: false };
}

function bare(text: string): string {
  return text.endsWith('.') || text.endsWith(',') ? text.slice(0, -1) : text;
}
