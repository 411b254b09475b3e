import { type ContestOptions, hold, type Measurement } from './contest.ts';
import { abandonSessions } from './load/control.ts';
import type { Options } from './options.ts';
import { type Standing, standingOf } from './report/standing.ts';
import type { Supplies } from './servers/supplies.ts';

/** What every part of the bench gets. */
export interface Bench {
  readonly options: Options;
  readonly supplies: Supplies;
  say(line: string): void;
}

/** Holds the contest about the rows that are wanted. */
export async function contest<C>(
  { options, say }: Bench,
  all: readonly Measurement<C>[],
  who: Pick<ContestOptions<C>, 'contestants' | 'name' | 'limit'>,
): Promise<Standing[]> {
  const measurements = all.filter(({ rows }) => rows.some(({ id }) => options.rows.test(id)));
  const { rounds } = options;
  const results = await hold({ measurements, rounds, abandon: abandonSessions, say, ...who });
  const rows = measurements.flatMap(({ rows }) => rows);
  return rows.map((row) => standingOf(row, results.get(row.id) ?? new Map()));
}
