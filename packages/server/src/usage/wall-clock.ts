/** What a clock on the wall shows in a time zone. */
export interface WallClock {
  /** Days since 1970-01-01 there. */
  readonly day: number;
  /** Monday is 0. */
  readonly weekday: number;
  /** Of the month, from 1 on. */
  readonly date: number;
  /** Milliseconds since midnight, as the wall shows them. */
  readonly time: number;
}

const formats = new Map<string, Intl.DateTimeFormat>();

/** @throws RangeError when there is no such time zone. */
export function wallClock(timeZone: string, now: number): WallClock {
  const format = formats.get(timeZone) ?? makeFormat(timeZone);
  formats.set(timeZone, format);
  const parts: Partial<Record<Intl.DateTimeFormatPartTypes, number>> = {};
  for (const { type, value } of format.formatToParts(now)) parts[type] = Number(value);
  const { year = 1970, month = 1, day: date = 1, hour = 0, minute = 0, second = 0 } = parts;
  const day = Math.round(Date.UTC(year, month - 1, date) / 86_400_000);
  return {
    day,
    // The first of January 1970 was a Thursday.
    weekday: (((day + 3) % 7) + 7) % 7,
    date,
    time: ((hour * 60 + minute) * 60 + second) * 1000 + (((now % 1000) + 1000) % 1000),
  };
}

/** Whether it is the name of a time zone, as `Europe/Berlin` or `UTC`. */
export function isTimeZone(name: string): boolean {
  try {
    makeFormat(name);
    return true;
  } catch {
    return false;
  }
}

function makeFormat(timeZone: string): Intl.DateTimeFormat {
  return new Intl.DateTimeFormat('en-US-u-ca-gregory-nu-latn', {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  });
}
