import { AccountsUnavailable } from '@duoport/server';
import { AccountStore } from './account-store.ts';
import type { Database } from './database.ts';
import { SqlDefence, type SqlDefenceOptions } from './sql-defence.ts';
import { SqlUsage } from './sql-usage.ts';

/** Whether this names a PostgreSQL database; anything else is the file of an SQLite database. */
export function isPostgresUrl(where: string): boolean {
  return /^postgres(?:ql)?:\/\//i.test(where);
}

/**
 * The accounts in a PostgreSQL database (`postgres://…`) or an SQLite file. Nothing is opened before the first call, so that a server starts
 * while its database is gone. `create`: make the file when there is none.
 */
export async function openAccounts(
  where: string,
  { create = false }: { readonly create?: boolean } = {},
): Promise<AccountStore> {
  return new AccountStore(await databaseAt(where, create));
}

/**
 * What users have stored and transferred, in a PostgreSQL database or an SQLite file. The file is made when there is none, and what is
 * written last may be lost when the machine loses its power: it can be counted anew, so nobody waits for the disk. It should be none in
 * which accounts are.
 */
export async function openUsage(where: string): Promise<SqlUsage> {
  return new SqlUsage(await databaseAt(where, true, { durable: false }));
}

/**
 * What the nodes of one server have in common, in the same database. Opened at the first call too.
 */
export async function openDefence(where: string, options: SqlDefenceOptions = {}): Promise<SqlDefence> {
  return new SqlDefence(await databaseAt(where, false), options);
}

/** Its library is optional: it is made for Linux, macOS and Windows only. */
async function sqlite(): Promise<typeof import('./sqlite.ts')> {
  try {
    return await import('./sqlite.ts');
  } catch (cause) {
    const text = 'SQLite is not installed (the package libsql): name a PostgreSQL database instead.';
    throw new AccountsUnavailable(text, { cause });
  }
}

async function databaseAt(
  where: string,
  create: boolean,
  options: { readonly durable?: boolean } = {},
): Promise<Database> {
  if (isPostgresUrl(where)) return new (await import('./postgres.ts')).PostgresDatabase(where);
  const database = new (await sqlite()).SqliteDatabase(where, options);
  if (create) database.create();
  return database;
}
