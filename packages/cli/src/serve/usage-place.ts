import { join, parse, resolve } from 'node:path';

/**
 * Where it is kept what users have stored and transferred: in the database of the accounts if that is PostgreSQL, else in an SQLite file
 * beside the accounts or the settings, of the same name. Undefined: nowhere.
 */
export function usagePlace(accounts: string | undefined, config: string | undefined): string | undefined {
  if (accounts !== undefined && /^postgres(?:ql)?:\/\//i.test(accounts)) return accounts;
  const beside = accounts ?? config;
  if (beside === undefined) return undefined;
  const { dir, name } = parse(resolve(beside));
  return join(dir, `${name}.usage.db`);
}
