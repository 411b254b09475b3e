import type { Ban, BanChange } from '@duoport/server';
import { nextNumber } from './counters.ts';
import type { Database, Row } from './database.ts';

/** Rows of one answer. */
const page = 5000;
/** Milliseconds for which bans that are over are kept for the nodes to see. */
const kept = 86_400_000;

const columns = 'subject, since, ends, reason, made_by, removed, revision';

/** Bans in a database, in the order in which they were changed. */
export class SqlBans {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** What an operator has banned is not shortened by a ban that nobody asked for. */
  async add({ subject, since, until, because, by }: Ban): Promise<void> {
    await this.#database.exclusively(async (run) => {
      const revision = await nextNumber(run, 'bans');
      await run(
        `insert into duoport_bans (${columns}) values (?, ?, ?, ?, ?, 0, ?)
        on conflict (subject) do update set since = excluded.since, ends = excluded.ends, reason = excluded.reason,
          made_by = excluded.made_by, removed = 0, revision = excluded.revision
        where excluded.made_by = 'operator' or duoport_bans.made_by = 'defence' or duoport_bans.removed = 1
          or duoport_bans.ends <= excluded.since`,
        [subject, since, until ?? null, because, by, revision],
      );
    });
  }

  remove(subject: string, wall: number): Promise<boolean> {
    return this.#database.exclusively(async (run) => {
      const revision = await nextNumber(run, 'bans');
      const { changed } = await run(
        `update duoport_bans set removed = 1, ends = ?, revision = ?
        where subject = ? and removed = 0 and (ends is null or ends > ?)`,
        [wall, revision, subject, wall],
      );
      return changed > 0;
    });
  }

  async list(most: number, wall: number): Promise<{ readonly total: number; readonly bans: readonly Ban[] }> {
    const holding = 'from duoport_bans where removed = 0 and (ends is null or ends > ?)';
    const { rows: count } = await this.#database.run(`select count(*) as total ${holding}`, [wall]);
    const sql = `select ${columns} ${holding} order by since desc, revision desc limit ?`;
    const { rows } = await this.#database.run(sql, [wall, most]);
    return { total: Number(count[0]?.['total']), bans: rows.map(banOf) };
  }

  async changes(
    after: number,
  ): Promise<{ readonly revision: number; readonly changes: readonly BanChange[] }> {
    const sql = `select ${columns} from duoport_bans where revision > ? order by revision limit ${page}`;
    const { rows } = await this.#database.run(sql, [after]);
    const revision = Number(rows.at(-1)?.['revision'] ?? after);
    return { revision, changes: rows.map(changeOf) };
  }

  /** Forgets what has been over for a day. */
  async sweep(wall: number): Promise<void> {
    await this.#database.run('delete from duoport_bans where ends < ?', [wall - kept]);
  }
}

function changeOf(row: Row): BanChange {
  if (Number(row['removed']) === 0) return { kind: 'banned', ban: banOf(row) };
  return { kind: 'unbanned', subject: String(row['subject']) };
}

function banOf(row: Row): Ban {
  const ends = row['ends'];
  return {
    subject: String(row['subject']),
    since: Number(row['since']),
    ...(ends === null ? {} : { until: Number(ends) }),
    because: String(row['reason']),
    by: row['made_by'] === 'operator' ? 'operator' : 'defence',
  };
}
