import { isTimeZone, wallClock } from '../usage/wall-clock.ts';

const names = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'];
const minute = 60_000;
const day = 24 * 60 * minute;
const week = 7 * day;

/** A stretch of every week, in milliseconds since Monday's midnight as the wall shows it; it may reach into the next week. */
interface Stretch {
  readonly from: number;
  readonly to: number;
}

/** When an account may be used. */
export interface Times {
  /** Milliseconds until that ends; 0: it is over, or has not begun. Infinity: it never ends. */
  left(now: number): number;
}

/** When an account may be used: `mon-fri 08:00-18:00`, `sat 10:00-14:00`, `22:00-06:00` (every night), `sun` (all day). */
export class AllowedTimes implements Times {
  readonly #stretches: readonly Stretch[];
  readonly #timeZone: string;

  /** @throws RangeError that says how a time is written. */
  constructor(times: readonly string[], timeZone = 'UTC') {
    if (!isTimeZone(timeZone)) throw new RangeError(`${timeZone} is no time zone like Europe/Berlin or UTC`);
    this.#stretches = times.flatMap(stretchesOf);
    this.#timeZone = timeZone;
  }

  /** As the wall shows it: an hour may be missing or there twice. */
  left(now: number): number {
    const { weekday, time } = wallClock(this.#timeZone, now);
    const start = weekday * day + time;
    let end = start;
    for (let next = this.#endFrom(end); next > end; next = this.#endFrom(end)) {
      end = next;
      if (end - start >= week) return Number.POSITIVE_INFINITY;
    }
    return end - start;
  }

  /** The furthest end of the stretches that a moment is in. */
  #endFrom(moment: number): number {
    let furthest = moment;
    for (const { from, to } of this.#stretches) {
      // The same stretch of the week before, this week and the next.
      for (let shift = -week; shift <= moment; shift += week) {
        if (from + shift <= moment && moment < to + shift) furthest = Math.max(furthest, to + shift);
      }
    }
    return furthest;
  }
}

/** What is wrong with how times are written, or undefined. */
export function timesFault(times: readonly string[]): string | undefined {
  try {
    for (const each of times) stretchesOf(each);
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

function stretchesOf(text: string): readonly Stretch[] {
  const match =
    /^(?<days>[a-z]{3}(?:-[a-z]{3})?)?(?:(?<=[a-z]) (?=\d))?(?:(?<from>\d\d:\d\d)-(?<to>\d\d:\d\d))?$/i.exec(
      text.trim(),
    );
  const { days, from = '00:00', to = '24:00' } = match?.groups ?? {};
  if (match === null || text.trim() === '') throw howWritten(text);
  const [start, end] = [timeOf(from, text), timeOf(to, text)];
  if (start === end || start === day) throw howWritten(text);
  const until = end < start ? end + day : end;
  return daysOf(days, text).map((weekday) => ({ from: weekday * day + start, to: weekday * day + until }));
}

function daysOf(days: string | undefined, text: string): readonly number[] {
  if (days === undefined) return names.map((_, index) => index);
  const [first = -1, last = first] = days
    .toLowerCase()
    .split('-')
    .map((name) => names.indexOf(name));
  if (first < 0 || last < 0) throw howWritten(text);
  const count = ((last - first + 7) % 7) + 1;
  return Array.from({ length: count }, (_, index) => (first + index) % 7);
}

function timeOf(text: string, all: string): number {
  const [hours = 0, minutes = 0] = text.split(':').map(Number);
  if (hours > 24 || minutes > 59 || (hours === 24 && minutes > 0)) throw howWritten(all);
  return (hours * 60 + minutes) * minute;
}

function howWritten(text: string): RangeError {
  return new RangeError(
    `${JSON.stringify(text)}: times are written mon-fri 08:00-18:00, sat 10:00-14:00, 22:00-06:00 or sun`,
  );
}
