import type { Row } from './rows.ts';

/** One thing that is done with each contestant in turn; it yields one number for each of its rows. */
export interface Measurement<Contestant> {
  readonly rows: readonly Row[];
  /** Why this contestant cannot do it, or undefined. */
  lacks(contestant: Contestant): string | undefined;
  run(contestant: Contestant): Promise<readonly number[]>;
  /** Milliseconds it may take, where that is more than usual. */
  readonly limit?: number;
}

/** What became of one row with one contestant. A failure is never a number. */
export type Cell =
  | {
      readonly kind: 'measured';
      readonly values: readonly number[];
      /** Share of one core that the load generator used, a number a round: near 1 it is the generator that is measured. */
      readonly load: readonly number[];
    }
  | { readonly kind: 'failed'; readonly reason: string }
  | { readonly kind: 'lacks'; readonly reason: string };

/** Row id → contestant → cell. */
export type Results = ReadonlyMap<string, ReadonlyMap<string, Cell>>;

export interface ContestOptions<Contestant> {
  readonly measurements: readonly Measurement<Contestant>[];
  readonly contestants: readonly Contestant[];
  readonly name: (contestant: Contestant) => string;
  readonly rounds: number;
  /** Milliseconds that one measurement may take. */
  readonly limit: number;
  /** Cleans up after a measurement that failed or took too long. */
  readonly abandon: () => void;
  readonly say: (line: string) => void;
}

/** Runs every measurement in rounds, the contestants in turn within each: A B C, A B C, A B C. */
export async function hold<Contestant>(options: ContestOptions<Contestant>): Promise<Results> {
  const results = new Map<string, Map<string, Cell>>();
  for (const measurement of options.measurements) {
    for (let round = 1; round <= options.rounds; round += 1) {
      for (const contestant of options.contestants) {
        const name = options.name(contestant);
        if (hasFailed(results, measurement.rows, name)) continue;
        const outcome = await attempt(measurement, contestant, options);
        record(results, { rows: measurement.rows, name, outcome });
        options.say(`${measurement.rows[0]?.id} round ${round} ${name}: ${describe(outcome)}`);
      }
    }
  }
  return results;
}

type Attempt =
  | { readonly kind: 'done'; readonly numbers: readonly number[]; readonly load: number }
  | Exclude<Cell, { kind: 'measured' }>;

// One failed round fails the cell (a server that drops one transfer in a thousand has no speed): spare the other rounds.
function hasFailed(results: Results, rows: readonly Row[], name: string): boolean {
  return rows.some(({ id }) => results.get(id)?.get(name)?.kind === 'failed');
}

async function attempt<C>(
  measurement: Measurement<C>,
  contestant: C,
  options: ContestOptions<C>,
): Promise<Attempt> {
  const reason = measurement.lacks(contestant);
  if (reason !== undefined) return { kind: 'lacks', reason };
  const limit = measurement.limit ?? options.limit;
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`not done within ${limit / 1000} s`)), limit);
  });
  try {
    const begin = { time: performance.now(), cpu: process.cpuUsage() };
    const numbers = await Promise.race([measurement.run(contestant), late]);
    const { user, system } = process.cpuUsage(begin.cpu);
    return { kind: 'done', numbers, load: (user + system) / 1000 / (performance.now() - begin.time) };
  } catch (error) {
    options.abandon();
    return { kind: 'failed', reason: error instanceof Error ? error.message : String(error) };
  } finally {
    clearTimeout(timer);
  }
}

interface Entry {
  readonly rows: readonly Row[];
  readonly name: string;
  readonly outcome: Attempt;
}

function record(results: Map<string, Map<string, Cell>>, { rows, name, outcome }: Entry): void {
  for (const [index, row] of rows.entries()) {
    const cells = results.get(row.id) ?? new Map<string, Cell>();
    results.set(row.id, cells);
    const before = cells.get(name);
    // One failed round fails the cell: a server that drops one transfer in a thousand has no speed.
    if (before !== undefined && before.kind !== 'measured') continue;
    if (outcome.kind !== 'done') {
      cells.set(name, outcome);
      continue;
    }
    const { values, load } = before?.kind === 'measured' ? before : { values: [], load: [] };
    const value = outcome.numbers[index] ?? Number.NaN;
    cells.set(name, { kind: 'measured', values: [...values, value], load: [...load, outcome.load] });
  }
}

function describe(outcome: Attempt): string {
  if (outcome.kind !== 'done') return `${outcome.kind}: ${outcome.reason}`;
  const numbers = outcome.numbers.map((value) => value.toPrecision(4)).join(', ');
  return `${numbers} (load generator ${Math.round(outcome.load * 100)} %)`;
}
