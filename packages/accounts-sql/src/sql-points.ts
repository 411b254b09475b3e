import type { Points } from '@duoport/server';
import { nextNumber } from './counters.ts';
import type { Database } from './database.ts';

/** Milliseconds for which points are there to be read: every node reads them within seconds. */
const kept = 300_000;
/** Rows of one statement, and of one answer. */
const [written, read] = [200, 5000];

/** What nodes tell each other of who offends. Each adds it up by a clock of its own. */
export class SqlPoints {
  readonly #database: Database;
  readonly #node: string;
  #heard = 0;

  constructor(database: Database, node: string) {
    this.#database = database;
    this.#node = node;
  }

  async exchange(points: readonly Points[], wall: number): Promise<readonly Points[]> {
    if (points.length > 0) await this.#tell(points, wall);
    const sql = `select revision, node, subject, points from duoport_points where revision > ?
      order by revision limit ${read}`;
    const { rows } = await this.#database.run(sql, [this.#heard]);
    this.#heard = Number(rows.at(-1)?.['revision'] ?? this.#heard);
    const others = rows.filter((row) => row['node'] !== this.#node);
    return others.map((row) => ({ subject: String(row['subject']), points: Number(row['points']) }));
  }

  async sweep(wall: number): Promise<void> {
    await this.#database.run('delete from duoport_points where told < ?', [wall - kept]);
  }

  async #tell(points: readonly Points[], wall: number): Promise<void> {
    await this.#database.exclusively(async (run) => {
      let revision = (await nextNumber(run, 'points', points.length)) - points.length;
      for (let from = 0; from < points.length; from += written) {
        const some = points.slice(from, from + written);
        const values = some.flatMap(({ subject, points: count }) => {
          revision += 1;
          return [revision, this.#node, subject, count, wall];
        });
        const places = some.map(() => '(?, ?, ?, ?, ?)').join(', ');
        await run(
          `insert into duoport_points (revision, node, subject, points, told) values ${places}`,
          values,
        );
      }
    });
  }
}
