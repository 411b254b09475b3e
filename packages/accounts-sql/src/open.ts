import { AccountsUnavailable } from '@duoport/server';
import { AccountStore } from './account-store.ts';
import type { Database } from './database.ts';

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

/** Its library is optional: it is made for Linux, macOS and Windows only. */
async function sqlite(): Promise<typeof import('./sqlite.ts')> {
  try {
    return await import('./sqlite.ts');
  } catch (cause) {
    const text = 'SQLite is not installed (the package libsql): name a PostgreSQL database instead.';
    throw new AccountsUnavailable(text, { cause });
  }
}

async function databaseAt(where: string, create: boolean): Promise<Database> {
  if (isPostgresUrl(where)) return new (await import('./postgres.ts')).PostgresDatabase(where);
  const database = new (await sqlite()).SqliteDatabase(where);
  if (create) database.create();
  return database;
}
