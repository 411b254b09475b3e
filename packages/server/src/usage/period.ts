import { wallClock } from './wall-clock.ts';

/** How often an allowance begins anew. */
export type PeriodKind = 'day' | 'week' | 'month' | 'ever';

/** One stretch of time; `first`: its first day, in days since 1970-01-01 of the account's time zone. */
export interface Period {
  readonly kind: PeriodKind;
  readonly first: number;
}

export const periodKinds: readonly PeriodKind[] = ['day', 'week', 'month', 'ever'];

/** Clocks of several machines differ, by less than this many days. One that is further off was wrong. */
const longest = 40;

/** The period of a moment. Weeks begin on Monday. */
export function periodAt(kind: PeriodKind, timeZone: string, now: number): Period {
  const { day, weekday, date } = wallClock(timeZone, now);
  switch (kind) {
    case 'day':
      return { kind, first: day };
    case 'week':
      return { kind, first: day - weekday };
    case 'month':
      return { kind, first: day - date + 1 };
    case 'ever':
      return { kind, first: 0 };
  }
}

/** The day on which the next one begins, as 2026-12-01; undefined for `ever`. */
export function nextBegins({ kind, first }: Period): string | undefined {
  if (kind === 'ever') return undefined;
  const date = new Date(first * 86_400_000);
  if (kind === 'month') date.setUTCMonth(date.getUTCMonth() + 1);
  else date.setUTCDate(date.getUTCDate() + (kind === 'day' ? 1 : 7));
  return date.toISOString().slice(0, 10);
}

/**
 * Whether what was counted in `counted` counts for `now` too. A clock that is behind counts into the period that another has begun:
 * otherwise two clocks would begin it anew in turns, and a clock that is set back would.
 */
export function stillCounts(counted: Period, now: Period): boolean {
  return counted.kind === now.kind && counted.first >= now.first && counted.first <= now.first + longest;
}

/** As {@link stillCounts} for a database: the largest `first` that counts. */
export function lastThatCounts(now: Period): number {
  return now.first + longest;
}
