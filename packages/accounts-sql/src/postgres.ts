import { Pool, type PoolClient } from 'pg';
import { type Database, type Run, unavailable } from './database.ts';
import { migrate } from './migrations.ts';

/** Held while something is done exclusively; any number that nobody else has. */
const lock = 0x64756f;
/** Milliseconds: a login shall not wait longer for a database that does not answer. */
const patience = 5000;

/** A PostgreSQL database, shared by any number of nodes. A connection that is lost is made again by the next call. */
export class PostgresDatabase implements Database {
  readonly #pool: Pool;
  #migrated: Promise<void> | undefined;

  /** `url`: `postgres://user:password@host/database`, with all that libpq's URLs may say. */
  constructor(url: string) {
    this.#pool = new Pool({
      connectionString: url,
      application_name: 'duoport',
      max: 4,
      connectionTimeoutMillis: patience,
      query_timeout: patience,
      idleTimeoutMillis: 30_000,
      // A process that has nothing else to do may end.
      allowExitOnIdle: true,
    });
    // An idle connection that is cut: the pool has thrown it away, and the next call makes another.
    this.#pool.on('error', () => undefined);
  }

  readonly run: Run = async (sql, values) => {
    await this.#migrate();
    return guard(() => query(this.#pool, sql, values));
  };

  async exclusively<T>(work: (run: Run) => Promise<T>): Promise<T> {
    await this.#migrate();
    return this.#transaction(work);
  }

  async close(): Promise<void> {
    await this.#pool.end();
  }

  /** Once; when the database could not be reached, the next call tries again. */
  async #migrate(): Promise<void> {
    this.#migrated ??= migrate({
      run: (sql, values) => guard(() => query(this.#pool, sql, values)),
      exclusively: (work) => this.#transaction(work),
      close: async () => undefined,
    });
    try {
      await this.#migrated;
    } catch (error) {
      this.#migrated = undefined;
      throw error;
    }
  }

  async #transaction<T>(work: (run: Run) => Promise<T>): Promise<T> {
    return guard(async () => {
      const client = await this.#pool.connect();
      let broken: unknown;
      try {
        await client.query('begin');
        await client.query('select pg_advisory_xact_lock($1)', [lock]);
        const result = await work((sql, values) => query(client, sql, values));
        await client.query('commit');
        return result;
      } catch (error) {
        // What cannot be rolled back any more is rolled back by the server when the connection ends.
        await client.query('rollback').catch((lost: unknown) => {
          broken = lost;
        });
        throw error;
      } finally {
        client.release(broken !== undefined);
      }
    });
  }
}

async function query(on: Pool | PoolClient, sql: string, values: Parameters<Run>[1] = []): ReturnType<Run> {
  let number = 0;
  const text = sql.replace(/\?/g, () => {
    number += 1;
    return `$${number}`;
  });
  const { rows, rowCount } = await on.query(text, [...values]);
  return { rows, changed: rowCount ?? 0 };
}

async function guard<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw unavailable('The database of the accounts cannot be used', error);
  }
}
