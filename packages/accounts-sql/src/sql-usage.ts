import {
  type Amount,
  type DrawRequest,
  type Hold,
  type HoldRequest,
  lastThatCounts,
  type Period,
  periodKinds,
  type Quota,
  type Recount,
  type Refund,
  type Settlement,
  type Usage,
  type UsageState,
} from '@duoport/server';
import type { Database, Row } from './database.ts';

/**
 * Usage in a database. Each account is one row and each booking one statement that compares and changes it, so nodes need no lock and lose
 * nothing of each other's. Numbers stand in the statements themselves: all are whole numbers of ours.
 */
export class SqlUsage implements Usage {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  async hold(request: HoldRequest): Promise<Hold> {
    const { account, bytes, files, after } = request;
    // Most of the time there is room for all of it.
    const whole = await this.#take(request, { bytes, files }, after);
    if (whole !== undefined) return whole;
    await this.#make(account);
    if (after !== undefined) await this.settle(after);
    for (;;) {
      const now = await this.#row(account);
      const left = leftIn(now, request.quota);
      const part = { bytes: Math.min(bytes, left.bytes), files };
      if (part.bytes < request.least || files > left.files)
        return { granted: false, bytes: 0, files: 0, epoch: numberIn(now, 'epoch'), left };
      if (part.bytes === 0 && files === 0)
        return { granted: true, bytes: 0, files: 0, epoch: numberIn(now, 'epoch'), left };
      // Somebody else may have been faster.
      const taken = await this.#take(request, part);
      if (taken !== undefined) return taken;
    }
  }

  async settle(settlement: Settlement): Promise<void> {
    const { account } = settlement;
    const { used, held, rest } = settledBy(settlement);
    const sql = `update duoport_usage set used_bytes = ${used.bytes}, used_files = ${used.files},
      held_bytes = ${held.bytes}, held_files = ${held.files}, ${rest} where account = ? returning account`;
    const { rows } = await this.#database.run(sql, [account]);
    if (rows.length > 0) return;
    await this.#make(account);
    await this.#database.run(sql, [account]);
  }

  async draw({ account, direction, period, limit, bytes }: DrawRequest): Promise<number> {
    const counts = countsFor(period);
    const column = `${direction}_bytes`;
    const moved = `(case when ${counts} then ${column} else 0 end)`;
    const other = direction === 'up' ? 'down_bytes' : 'up_bytes';
    const set = (more: number) =>
      `${column} = ${moved} + ${int(more)}, ${other} = case when ${counts} then ${other} else 0 end,
       period_first = case when ${counts} then period_first else ${int(period.first)} end, period_kind = '${kindOf(period)}'`;
    for (let wanted = bytes; ; ) {
      const { rows } = await this.#database.run(
        `update duoport_usage set ${set(wanted)} where account = ? and ${moved} + ${int(wanted)} <= ${int(limit)} returning account`,
        [account],
      );
      if (rows.length > 0) return wanted;
      await this.#make(account);
      const found = await this.#database.run(
        `select ${moved} as moved from duoport_usage where account = ?`,
        [account],
      );
      wanted = Math.min(bytes, limit - numberIn(found.rows[0] ?? {}, 'moved'));
      if (wanted <= 0) return 0;
    }
  }

  async refund({ account, direction, period, bytes }: Refund): Promise<void> {
    const column = `${direction}_bytes`;
    await this.#database.run(
      `update duoport_usage set ${column} = ${atLeastNothing(`${column} - ${int(bytes)}`)}
       where account = ? and ${countsFor(period)}`,
      [account],
    );
  }

  async look(account: string): Promise<UsageState> {
    const row = await this.#row(account);
    const amount = (name: string): Amount => ({
      bytes: numberIn(row, `${name}_bytes`),
      files: numberIn(row, `${name}_files`),
    });
    return {
      used: amount('used'),
      held: amount('held'),
      period: {
        kind: periodKinds.find((kind) => kind === row['period_kind']) ?? 'ever',
        first: numberIn(row, 'period_first'),
      },
      up: numberIn(row, 'up_bytes'),
      down: numberIn(row, 'down_bytes'),
      mark: { changes: numberIn(row, 'changes'), grown: amount('grown') },
    };
  }

  async recount({ account, counted, since, anyway }: Recount): Promise<boolean> {
    await this.#make(account);
    const { rows } = await this.#database.run(
      `update duoport_usage set
         used_bytes = ${int(counted.bytes)} + grown_bytes - ${int(since.grown.bytes)},
         used_files = ${int(counted.files)} + grown_files - ${int(since.grown.files)},
         held_bytes = 0, held_files = 0, changes = changes + 1, epoch = epoch + 1
       where account = ?${anyway ? '' : ` and changes = ${int(since.changes)}`} returning account`,
      [account],
    );
    return rows.length > 0;
  }

  async forget(account: string): Promise<void> {
    await this.#database.run('delete from duoport_usage where account = ?', [account]);
  }

  close(): Promise<void> {
    return this.#database.close();
  }

  /** Undefined: there is no room for it, or no row. */
  async #take(
    { account, quota }: HoldRequest,
    wanted: Amount,
    after?: Settlement,
  ): Promise<Hold | undefined> {
    const { used, held, rest } = settledBy(after);
    const within = (['bytes', 'files'] as const).flatMap((unit) => {
      const limit = quota[unit];
      if (limit === undefined || wanted[unit] === 0) return [];
      return [`${used[unit]} + ${held[unit]} + ${int(wanted[unit])} <= ${int(limit)}`];
    });
    const { rows } = await this.#database.run(
      `update duoport_usage set used_bytes = ${used.bytes}, used_files = ${used.files}, ${rest},
         held_bytes = ${held.bytes} + ${int(wanted.bytes)}, held_files = ${held.files} + ${int(wanted.files)}
       where ${['account = ?', ...within].join(' and ')}
       returning epoch, used_bytes, used_files, held_bytes, held_files`,
      [account],
    );
    const [row] = rows;
    if (row === undefined) return undefined;
    return { granted: true, ...wanted, epoch: numberIn(row, 'epoch'), left: leftIn(row, quota) };
  }

  async #row(account: string): Promise<Row> {
    const sql = 'select * from duoport_usage where account = ?';
    const { rows } = await this.#database.run(sql, [account]);
    return rows[0] ?? {};
  }

  async #make(account: string): Promise<void> {
    await this.#database.run('insert into duoport_usage (account) values (?) on conflict do nothing', [
      account,
    ]);
  }
}

/** The columns after a settlement, as expressions of the columns before it. */
function settledBy(settlement: Settlement | undefined) {
  if (settlement === undefined) {
    return {
      used: { bytes: 'used_bytes', files: 'used_files' },
      held: { bytes: 'held_bytes', files: 'held_files' },
      rest: 'changes = changes + 1',
    };
  }
  const { epoch, held, stored } = settlement;
  const used = (unit: 'bytes' | 'files') => `used_${unit} + ${int(stored[unit])}`;
  const still = (unit: 'bytes' | 'files') =>
    `(case when epoch = ${int(epoch)} then ${atLeastNothing(`held_${unit} - ${int(held[unit])}`)} else held_${unit} end)`;
  const grown = (unit: 'bytes' | 'files') =>
    `grown_${unit} = grown_${unit} + ${int(Math.max(0, stored[unit]))}`;
  return {
    used: { bytes: used('bytes'), files: used('files') },
    held: { bytes: still('bytes'), files: still('files') },
    rest: `changes = changes + 1, ${grown('bytes')}, ${grown('files')}`,
  };
}

function atLeastNothing(expression: string): string {
  return `(case when ${expression} < 0 then 0 else ${expression} end)`;
}

/** Whether what was moved was moved in this period. */
function countsFor(period: Period): string {
  return `(period_kind = '${kindOf(period)}' and period_first between ${int(period.first)} and ${int(lastThatCounts(period))})`;
}

function kindOf({ kind }: Period): string {
  return periodKinds.find((known) => known === kind) ?? 'ever';
}

function leftIn(row: Row, quota: Quota): Amount {
  const left = (unit: 'bytes' | 'files') => {
    const limit = quota[unit];
    if (limit === undefined) return Number.MAX_SAFE_INTEGER;
    return Math.max(0, limit - numberIn(row, `used_${unit}`) - numberIn(row, `held_${unit}`));
  };
  return { bytes: left('bytes'), files: left('files') };
}

/** PostgreSQL's large numbers come as text. */
function numberIn(row: Row, column: string): number {
  return Number(row[column] ?? 0);
}

/** Never anything else in a statement. */
function int(value: number): string {
  if (!Number.isSafeInteger(value)) throw new RangeError(`${value} is no number of bytes or files`);
  return value < 0 ? `(${value})` : String(value);
}
