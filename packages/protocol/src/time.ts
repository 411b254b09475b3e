import { FtpLocalError } from './errors.ts';
import { fault, type ProtocolFault } from './fault.ts';
import { civilFromDays, dayMs, daysFromCivil, daysInMonth } from './listing/civil.ts';
import type { Quirk } from './quirks.ts';

export interface DecodedTime {
  /** Milliseconds since the epoch, UTC; negative before 1970. */
  readonly time: number;
  readonly precision: 'second' | 'minute';
  readonly quirks: readonly Quirk[];
}

/**
 * RFC 3659 §2.3: `YYYYMMDDHHMMSS[.sss]`, always UTC. Fractions finer than a millisecond are cut off, and the leap
 * second 60 counts into the next minute. Understood as well: a time without seconds, and the `191` of servers that
 * print the years since 1900 behind a 19 (191050607 is 7 June 2005).
 */
export function decodeTime(text: string): DecodedTime | ProtocolFault {
  const match = /^(191\d{2}|\d{4})(\d{2})(\d{2})(\d{2})(\d{2})(\d{2})?(?:\.(\d{1,32}))?$/.exec(text);
  if (match === null) return fault(`not a time: ${JSON.stringify(text.slice(0, 32))}`);
  const [, yearText = '', month, day, hour, minute, second, fraction = ''] = match;
  const year = yearText.length === 5 ? 1900 + Number(yearText.slice(2)) : Number(yearText);
  const [mm = 0, dd = 0, hh = 0, mi = 0, ss = 0] = [month, day, hour, minute, second ?? '0'].map(Number);
  if (dd < 1 || dd > daysInMonth(year, mm) || hh > 23 || mi > 59 || ss > 60)
    return fault(`no such time: ${text}`);
  const milliseconds = Number(fraction.slice(0, 3).padEnd(3, '0'));
  const time = daysFromCivil(year, mm, dd) * dayMs + ((hh * 60 + mi) * 60 + ss) * 1000 + milliseconds;
  const usual = yearText.length === 4 && second !== undefined;
  return {
    time,
    precision: second === undefined ? 'minute' : 'second',
    quirks: usual ? [] : ['unusual-time'],
  };
}

/**
 * Milliseconds since the epoch to `YYYYMMDDHHMMSS`, with `.sss` where there are any. Throws FtpLocalError outside the
 * years 0..9999.
 */
export function encodeTime(time: number): string {
  const whole = Math.floor(time);
  const days = Math.floor(whole / dayMs);
  const { year, month, day } = civilFromDays(days);
  if (!(year >= 0 && year <= 9999)) throw new FtpLocalError(`Not a time that fits into FTP: ${time}`);
  const inDay = whole - days * dayMs;
  const seconds = Math.floor(inDay / 1000);
  const date = String(year * 10_000 + month * 100 + day);
  // A 1 in front keeps the zeros of 00:04:05.
  const clock = String(
    1_000_000 + Math.floor(seconds / 3600) * 10_000 + (Math.floor(seconds / 60) % 60) * 100 + (seconds % 60),
  ).slice(1);
  const fraction = inDay % 1000;
  const text = (date.length < 8 ? date.padStart(8, '0') : date) + clock;
  return fraction === 0 ? text : `${text}.${String(1000 + fraction).slice(1)}`;
}
