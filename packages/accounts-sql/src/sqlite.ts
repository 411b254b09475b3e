import { closeSync, openSync, statSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
import { AccountsUnavailable } from '@duoport/server';
import Connection from 'libsql';
import { type Database, type Row, type Run, unavailable } from './database.ts';
import { migrate } from './migrations.ts';

/** Milliseconds to wait for whoever else writes, another process or another store of this one. */
const patience = 5000;

interface Opened {
  readonly connection: Connection.Database;
  /** Which file it is: another one may stand under the name by now. */
  readonly identity: string;
}

/** A database in one file. Opened when it is needed, and anew when another file stands under its name. */
export class SqliteDatabase implements Database {
  readonly #file: string;
  readonly #durable: boolean;
  #opened: Opened | undefined;
  #busy: Promise<unknown> = Promise.resolve();

  /** `durable`: what was written is on the disk before anybody hears that it was. Default true. */
  constructor(file: string, { durable = true }: { readonly durable?: boolean } = {}) {
    this.#file = file;
    this.#durable = durable;
  }

  /** Makes the file when there is none, for its owner's eyes only. */
  create(): void {
    try {
      closeSync(openSync(this.#file, 'a', 0o600));
    } catch (error) {
      throw unavailable(`The accounts in ${this.#file} cannot be written`, error);
    }
  }

  readonly run: Run = (sql, values) =>
    this.#next(async () => statement(await this.#connection(), sql, values));

  exclusively<T>(work: (run: Run) => Promise<T>): Promise<T> {
    return this.#next(async () => transaction(await this.#connection(), work));
  }

  async close(): Promise<void> {
    await this.#busy;
    this.#opened?.connection.close();
    this.#opened = undefined;
  }

  /** One after the other: nothing gets into the middle of what somebody else does exclusively on the same connection. */
  #next<T>(work: () => Promise<T>): Promise<T> {
    const mine = this.#busy
      .then(() => patiently(work))
      .catch((error) => {
        throw unavailable(`The accounts in ${this.#file} cannot be used`, error);
      });
    this.#busy = mine.catch(() => undefined);
    return mine;
  }

  async #connection(): Promise<Connection.Database> {
    const identity = identityOf(this.#file);
    if (this.#opened?.identity === identity) return this.#opened.connection;
    this.#opened?.connection.close();
    this.#opened = undefined;
    const connection = new Connection(this.#file, { timeout: 0 });
    try {
      // No write-ahead log: it would be taken for the log of another database that is put in the place of this one.
      connection.pragma('journal_mode = DELETE');
      connection.pragma('foreign_keys = ON');
      if (!this.#durable) connection.pragma('synchronous = OFF');
      await migrate(alone(connection));
    } catch (error) {
      connection.close();
      throw error;
    }
    this.#opened = { connection, identity };
    return connection;
  }
}

/** SQLite's own way to wait for a lock would hold up the whole process. */
async function patiently<T>(work: () => Promise<T>): Promise<T> {
  const until = performance.now() + patience;
  for (let pause = 1; ; pause = Math.min(pause * 2, 50)) {
    try {
      return await work();
    } catch (error) {
      if (!isBusy(error) || performance.now() > until) throw error;
      await setTimeout(pause);
    }
  }
}

/** Another holds the lock. A transaction that meets it is rolled back, so nothing was done yet. */
function isBusy(error: unknown): boolean {
  return error instanceof Error && 'code' in error && String(error.code).startsWith('SQLITE_BUSY');
}

function identityOf(file: string): string {
  const facts = statSync(file, { throwIfNoEntry: false });
  if (facts === undefined) throw new AccountsUnavailable(`There are no accounts: ${file} does not exist.`);
  return `${facts.dev}:${facts.ino}`;
}

/** A connection that nobody else has yet. */
function alone(connection: Connection.Database): Database {
  return {
    run: async (sql, values) => statement(connection, sql, values),
    exclusively: (work) => transaction(connection, work),
    close: async () => undefined,
  };
}

async function transaction<T>(connection: Connection.Database, work: (run: Run) => Promise<T>): Promise<T> {
  connection.exec('begin immediate');
  try {
    const result = await work(async (sql, values) => statement(connection, sql, values));
    connection.exec('commit');
    return result;
  } catch (error) {
    connection.exec('rollback');
    throw error;
  }
}

function statement(
  connection: Connection.Database,
  sql: string,
  values: Parameters<Run>[1] = [],
): Awaited<ReturnType<Run>> {
  const prepared = connection.prepare(sql);
  if (prepared.reader) return { rows: prepared.all(...values) as Row[], changed: 0 };
  return { rows: [], changed: prepared.run(...values).changes };
}
