import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { UsageError } from '../usage-error.ts';

/** What names the accounts: an SQLite file as an absolute path, or the URL of a PostgreSQL database. */
export function placeOf(written: string, base = '.'): string {
  return /^\w+:\/\//.test(written) ? written : resolve(base, written);
}

/** The same without the password that a URL may hold. */
export function shownPlace(place: string): string {
  if (!isUrl(place)) return place;
  const [, scheme = '', user = '', rest = ''] =
    /^(\w+:\/\/)(?:([^:@/]*)(?::[^@/]*)?@)?(.*)$/.exec(place) ?? [];
  return `${scheme}${user === '' ? '' : `${user}@`}${rest.replace(/\?.*$/, '')}`;
}

/**
 * Where the accounts are when nobody has said it: beside the settings file, or without one in the folder where programs of this user
 * keep what they know.
 */
function usualPlace(
  config: string | undefined,
  env: Readonly<Record<string, string | undefined>>,
): string | undefined {
  if (config !== undefined) return join(dirname(resolve(config)), 'accounts.db');
  const { XDG_STATE_HOME: state, HOME: home, LOCALAPPDATA: local } = env;
  if (state !== undefined && state !== '') return join(state, 'duoport', 'accounts.db');
  if (home !== undefined && home !== '') return join(home, '.local', 'state', 'duoport', 'accounts.db');
  return local === undefined ? undefined : join(local, 'duoport', 'accounts.db');
}

/** The usual place, once somebody has put users there. */
export function usedPlace(
  config: string | undefined,
  env: Readonly<Record<string, string | undefined>>,
): string | undefined {
  const place = usualPlace(config, env);
  return place !== undefined && existsSync(place) ? place : undefined;
}

/** Where a command finds the accounts: what it was told, what the settings say, or the usual place. */
export async function placeFor(
  { accounts, config }: { readonly accounts?: string | undefined; readonly config?: string | undefined },
  env: Readonly<Record<string, string | undefined>>,
): Promise<string> {
  if (accounts !== undefined) return placeOf(accounts);
  const { loadSettings } = await import('../config/load-settings.ts');
  const { settings } = await loadSettings({ file: config, env });
  const named = settings.accounts?.find((source) => source.type === 'database');
  if (settings.accounts !== undefined && named === undefined)
    throw new UsageError(
      'The settings name no database among their accounts: users of other places are kept there. Say --accounts FILE or postgres://…',
    );
  const place = named?.at ?? usualPlace(config, env);
  if (place === undefined)
    throw new UsageError('Say where the accounts are: --accounts FILE or postgres://…');
  return place;
}

/** For a person: what is in the home folder is short. */
export function tellPlace(
  place: string,
  { HOME: home }: Readonly<Record<string, string | undefined>>,
): string {
  const shown = shownPlace(place);
  return home !== undefined && home.length > 1 && shown.startsWith(`${home}/`)
    ? `~${shown.slice(home.length)}`
    : shown;
}

function isUrl(written: string): boolean {
  return /^postgres(?:ql)?:\/\//i.test(written);
}
