import { existsSync } from 'node:fs';
import { isPostgresUrl, openUsage } from '@duoport/accounts-sql';
import {
  type AccountRules,
  isBooked,
  MemoryUsage,
  type Usage,
  type UsageState,
  usageAccount,
} from '@duoport/server';
import { loadSettings } from '../config/load-settings.ts';
import { usagePlace } from '../serve/usage-place.ts';
import type { PlaceFlags } from './commands.ts';
import { placeFor, placeOf } from './place.ts';
import { shownCount } from './usage-values.ts';

/** Where servers that run by these flags keep the usage of their users. */
export async function usageFor(
  { accounts, config }: PlaceFlags,
  env: Readonly<Record<string, string | undefined>>,
): Promise<string | undefined> {
  if (accounts !== undefined) return usagePlace(placeOf(accounts), config);
  const { settings } = await loadSettings({ file: config, env });
  const isNamed =
    settings.users !== undefined || settings.anonymous.enabled || settings.accounts !== undefined;
  const named = settings.accounts?.find((source) => source.type === 'database')?.at;
  return usagePlace(named ?? (isNamed ? undefined : await placeFor({ config }, env)), config);
}

/** Opens what is known of usage for as long as `work` takes. A file that nobody has made yet is not made to look into it. */
export async function withUsage<T>(
  place: string | undefined,
  { create = false }: { readonly create?: boolean },
  work: (usage: Usage) => Promise<T>,
): Promise<T> {
  if (place === undefined || !(create || isPostgresUrl(place) || existsSync(place)))
    return await work(new MemoryUsage());
  const usage = await openUsage(place);
  try {
    return await work(usage);
  } finally {
    await usage.close();
  }
}

/** How an account stands against its rules: `1,234 of 10,000 bytes`. Empty: nothing is booked for it. */
export function usageLines(
  rules: AccountRules,
  { used, up, down }: UsageState,
): readonly (readonly [string, string])[] {
  const { quotaBytes, quotaFiles, allowanceUp, allowanceDown } = rules;
  const rows: (readonly [string, string])[] = [];
  const of = (limit: number | undefined) => (limit === undefined ? '' : ` of ${shownCount(limit)}`);
  if (quotaBytes !== undefined || quotaFiles !== undefined) {
    const bytes = `${shownCount(Math.max(0, used.bytes))}${of(quotaBytes)} bytes`;
    rows.push([
      'stored',
      `${bytes}, ${shownCount(Math.max(0, used.files))}${of(quotaFiles)} files and folders`,
    ]);
  }
  if (allowanceUp !== undefined) rows.push(['moved up', `${shownCount(up)}${of(allowanceUp)} bytes`]);
  if (allowanceDown !== undefined) rows.push(['moved down', `${shownCount(down)}${of(allowanceDown)} bytes`]);
  return rows;
}

/** Undefined: nothing is booked for it. */
export async function usageOf(
  usage: Usage,
  user: string,
  rules: AccountRules,
): Promise<UsageState | undefined> {
  return isBooked(rules) ? await usage.look(usageAccount(user, rules)) : undefined;
}
