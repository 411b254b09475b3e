import { existsSync } from 'node:fs';
import { AccountFault, isPostgresUrl, openAccounts } from '@duoport/accounts-sql';
import {
  type AccountRules,
  isBooked,
  measureFolders,
  type Recounted,
  recount,
  usageAccount,
} from '@duoport/server';
import { loadSettings } from '../config/load-settings.ts';
import { printable } from '../printable.ts';
import type { Terminal } from '../terminal.ts';
import { CommandError } from '../usage-error.ts';
import { type PlaceFlags, told } from './commands.ts';
import { placeFor } from './place.ts';
import { usageRulesOfWords } from './usage-rules.ts';
import { usageFor, withUsage } from './usage-store.ts';
import { shownCount } from './usage-values.ts';

export type RescanFlags = PlaceFlags & { readonly directory?: string };

interface Counted {
  readonly name: string;
  readonly rules: AccountRules;
}

/** `duoport user rescan [NAME]`: counts on the disk what users have stored, and books that. */
export async function rescan(
  terminal: Terminal,
  name: string | undefined,
  flags: RescanFlags,
): Promise<void> {
  try {
    await count(terminal, name, flags);
  } catch (error) {
    // A folder that is not there, or cannot be read.
    if (error instanceof Error && 'syscall' in error)
      throw new CommandError(printable(error.message), { cause: error });
    throw told(error);
  }
}

async function count(terminal: Terminal, name: string | undefined, flags: RescanFlags): Promise<void> {
  const users = await usersOf(terminal, name, flags);
  const wanted = users.filter((user) => name === undefined || user.name === name);
  if (name !== undefined && wanted.length === 0)
    throw new CommandError(`There is no user ${printable(name)}.`);
  const chosen = new Set(wanted.filter(({ rules }) => isStored(rules)).map((user) => accountOf(user)));
  if (chosen.size === 0) {
    const whose = name === undefined ? 'Nobody has' : `${printable(name)} does not have`;
    terminal.warn(`duoport: ${whose} a quota: nothing is counted.`);
  }
  await withUsage(await usageFor(flags, terminal.io.env), { create: true }, async (usage) => {
    for (const account of chosen) {
      const sharers = users.filter((user) => accountOf(user) === account && isStored(user.rules));
      const folders = foldersOf(sharers);
      const done = await recount(usage, account, () => measureFolders(folders));
      tell(terminal, sharers, done);
    }
  });
}

function tell(terminal: Terminal, users: readonly Counted[], { before, now, isBusy }: Recounted): void {
  const names = users.map(({ name }) => name);
  if (terminal.json) return terminal.object({ event: 'rescanned', users: names, before, now, busy: isBusy });
  const was =
    before.bytes === now.bytes && before.files === now.files
      ? 'as it was booked'
      : `booked were ${said(before)}`;
  terminal.result(`${names.map(printable).join(', ')}: ${said(now)}; ${was}.`);
  if (isBusy)
    terminal.warn(
      'duoport: Something was stored there all the time: it may be a little less. Count again later.',
    );
}

function said({ bytes, files }: { readonly bytes: number; readonly files: number }): string {
  return `${shownCount(bytes)} bytes, ${shownCount(files)} files and folders`;
}

/** Those of the settings, and those of the database. Whoever is named in the settings is meant by the name. */
async function usersOf(
  terminal: Terminal,
  name: string | undefined,
  flags: RescanFlags,
): Promise<readonly Counted[]> {
  const { config, directory } = flags;
  const { settings } = await loadSettings({ file: config, env: terminal.io.env });
  const common = directory ?? (config === undefined ? undefined : settings.directory);
  const named = (settings.users ?? []).map((user) => ({
    name: user.name,
    rules: { directory: user.directory ?? common, folders: user.folders, ...usageRulesOfWords(user) },
  }));
  const others = (settings.accounts ?? []).filter(({ type }) => type !== 'database');
  const isStoredNowhere = others.length > 0 && others.length === settings.accounts?.length;
  const stored =
    flags.accounts === undefined && isStoredNowhere ? [] : await storedUsers(terminal, flags, named);
  const users = [
    ...named,
    ...stored
      .filter((user) => !named.some((other) => other.name === user.name))
      .map((user) => ({ ...user, rules: { ...user.rules, directory: user.rules.directory ?? common } })),
  ];
  if (others.length === 0 || name === undefined || directory === undefined) return users;
  // Who comes from LDAP or another program is known there only.
  const isKnown = users.some((user) => user.name === name);
  return isKnown ? users : [...users, { name, rules: { directory, quotaBytes: 0 } }];
}

async function storedUsers(
  terminal: Terminal,
  flags: RescanFlags,
  named: readonly Counted[],
): Promise<readonly Counted[]> {
  const place = await placeFor(flags, terminal.io.env);
  if (!isPostgresUrl(place) && !existsSync(place) && named.length > 0) return [];
  const store = await openAccounts(place);
  try {
    return (await store.users()).map(({ name, effective }) => ({ name, rules: effective }));
  } finally {
    await store.close();
  }
}

function accountOf({ name, rules }: Counted): string {
  return usageAccount(name, rules);
}

function isStored({ quotaBytes, quotaFiles, ...rules }: AccountRules): boolean {
  return (quotaBytes ?? quotaFiles) !== undefined && isBooked({ quotaBytes, quotaFiles, ...rules });
}

function foldersOf(users: readonly Counted[]): readonly string[] {
  return users.flatMap(({ name, rules }) => {
    if (rules.directory === undefined)
      throw new AccountFault(
        `${name} has no folder of their own: name the one that is served with --directory.`,
      );
    return [rules.directory, ...(rules.quotaFolders ?? []).flatMap((path) => rules.folders?.[path] ?? [])];
  });
}
