import { civilFromDays, dayMs, daysFromCivil, daysInMonth, minuteMs } from './civil.ts';
import type { TimePrecision } from './entry.ts';

/** The time at which the listing was made, and the zone its times are told in. Both come from outside: this package has no clock. */
export interface ListingClock {
  /** Milliseconds since the epoch, UTC. */
  readonly now: number;
  /** Minutes east of UTC of the times in the listing; most servers list in their own zone and do not say which. */
  readonly timeZoneOffset: number;
}

export interface ToldTime {
  readonly hour: number;
  readonly minute: number;
  readonly second?: number;
  readonly millisecond?: number;
}

/** A date as a line told it; what is absent was not told. */
export interface ToldDate {
  readonly year?: number;
  readonly month: number;
  readonly day: number;
  readonly time?: ToldTime;
  /** Minutes east of UTC, when the line itself told a zone. */
  readonly zone?: number;
}

export interface Moment {
  /** Milliseconds since the epoch, UTC. */
  readonly at: number;
  readonly precision: TimePrecision;
}

/** Servers up to a day ahead of us (zones, wrong clocks) list files "of tomorrow". */
const slackMs = dayMs;

/** A date that does not exist (36 August, 30:01) is `undefined`. A missing year is the one that makes it the most recent past. */
export function momentOf(told: ToldDate, clock: ListingClock): Moment | undefined {
  const offset = (told.zone ?? clock.timeZoneOffset) * minuteMs;
  if (told.year !== undefined) return momentInYear(told, told.year, offset);
  const latest = clock.now + slackMs;
  const thisYear = civilFromDays(Math.floor((latest + offset) / dayMs)).year;
  // 29 February may be up to eight years back (around 1900 and 2100).
  for (let year = thisYear; year > thisYear - 9; year -= 1) {
    const moment = momentInYear(told, year, offset);
    if (moment !== undefined && moment.at <= latest) return moment;
    if (moment === undefined && !(told.month === 2 && told.day === 29)) return undefined;
  }
  return undefined;
}

function momentInYear(told: ToldDate, year: number, offset: number): Moment | undefined {
  if (told.day < 1 || told.day > daysInMonth(year, told.month)) return undefined;
  const midnight = daysFromCivil(year, told.month, told.day) * dayMs - offset;
  if (told.time === undefined) return { at: midnight, precision: 'day' };
  const { hour, minute, second, millisecond = 0 } = told.time;
  const at = midnight + ((hour * 60 + minute) * 60 + (second ?? 0)) * 1000 + millisecond;
  return { at, precision: second === undefined ? 'minute' : 'second' };
}

/** `99` is 1999, `03` is 2003, and `103` is 2003 as told by servers that print years since 1900. */
export function fullYear(digits: string): number | undefined {
  const value = Number(digits);
  if (digits.length === 2) return value < 70 ? 2000 + value : 1900 + value;
  if (digits.length === 3) return value >= 100 && value < 200 ? 1900 + value : undefined;
  return digits.length === 4 ? value : undefined;
}

const timePattern = /^(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?([AaPp])?[Mm]?$/;

/** `5:49`, `05:49:11`, `10:30:13.64`, `12:09PM`, `3:47p`; `24:00` is the midnight that ends the day. */
export function toldTime(text: string): ToldTime | undefined {
  const plain = plainTime(text);
  if (plain !== undefined) return plain;
  const match = timePattern.exec(text);
  if (match === null) return undefined;
  const [, hours = '', minutes = '', seconds, fraction, half] = match;
  const hour = half === undefined ? Number(hours) : hourOfHalf(Number(hours), half);
  const minute = Number(minutes);
  if (hour === undefined || hour > 24 || minute > 59 || (hour === 24 && minute > 0)) return undefined;
  if (seconds === undefined) return { hour, minute };
  const second = Number(seconds);
  if (second > 60 || (hour === 24 && second > 0)) return undefined;
  return fraction === undefined
    ? { hour, minute, second }
    : { hour, minute, second, millisecond: Number(fraction.slice(0, 3).padEnd(3, '0')) };
}

/** The five characters of nearly every line, without a regular expression. */
function plainTime(text: string): ToldTime | undefined {
  if (text.length !== 5 || text.charCodeAt(2) !== 0x3a) return undefined;
  const hour = pair(text, 0);
  const minute = pair(text, 3);
  return hour >= 0 && hour < 24 && minute >= 0 && minute < 60 ? { hour, minute } : undefined;
}

function pair(text: string, at: number): number {
  const tens = text.charCodeAt(at) - 0x30;
  const ones = text.charCodeAt(at + 1) - 0x30;
  return tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9 ? tens * 10 + ones : -1;
}

function hourOfHalf(hour: number, half: string): number | undefined {
  if (hour < 1 || hour > 12) return hour === 0 ? hourOfHalf(12, half) : undefined;
  return (hour % 12) + (half === 'P' || half === 'p' ? 12 : 0);
}
