import { mkdir, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import {
  AccountFault,
  type AccountStore,
  isPostgresUrl,
  openAccounts,
  type StoredUser,
} from '@duoport/accounts-sql';
import { type AccountRules, AccountsUnavailable, type UsageState, usageAccount } from '@duoport/server';
import { printable } from '../printable.ts';
import type { Terminal } from '../terminal.ts';
import { CommandError } from '../usage-error.ts';
import { newPassword, type PasswordFlags } from './new-password.ts';
import { placeFor, shownPlace, tellPlace } from './place.ts';
import { type RuleFlags, ruleRows, rulesOf } from './rule-flags.ts';
import { usageFor, usageLines, usageOf, withUsage } from './usage-store.ts';

/** Flags that every command about accounts has. */
export interface PlaceFlags {
  readonly accounts?: string;
  readonly config?: string;
  readonly json?: boolean;
}

export type UserFlags = RuleFlags & PlaceFlags & { readonly group?: string };

/** `duoport user add NAME` */
export function addUser(terminal: Terminal, name: string, flags: UserFlags & PasswordFlags): Promise<void> {
  return withStore(terminal, flags, { create: true }, async (store, place) => {
    // Before somebody has typed a password twice.
    if ((await store.user(name)) !== undefined) throw new AccountFault(`There is a user ${name} already.`);
    const { hash, made } = await newPassword(terminal.io, name, flags);
    await store.addUser(name, hash, changeOf(flags));
    done(terminal, { event: 'added', user: name, accounts: shownPlace(place) }, [
      `User ${printable(name)} was added to ${printable(tellPlace(place, terminal.io.env))}.`,
    ]);
    await warnOfFolder(terminal, flags.directory);
    tellMade(terminal, name, made);
  });
}

/** `duoport user list` */
export function listUsers(terminal: Terminal, flags: PlaceFlags): Promise<void> {
  return withStore(terminal, flags, {}, async (store) =>
    withUsage(await usageFor(flags, terminal.io.env), {}, async (usage) => {
      for (const user of await store.users()) {
        const state = await usageOf(usage, user.name, user.effective);
        if (terminal.json) terminal.object({ ...plain(user), ...usagePlain(state) });
        else {
          const rows = state === undefined ? [] : usageLines(user.effective, state);
          const used = rows.map(([what, value]) => `${what} ${value}`);
          terminal.result(
            [printable(user.name), ...stateOf(user.effective, Date.now()), ...used].join('   '),
          );
        }
      }
    }),
  );
}

/** `duoport user show NAME` */
export function showUser(terminal: Terminal, name: string, flags: PlaceFlags): Promise<void> {
  return withStore(terminal, flags, {}, async (store) => {
    const user = await store.user(name);
    if (user === undefined) throw new AccountFault(`There is no user ${name}.`);
    const state = await withUsage(await usageFor(flags, terminal.io.env), {}, (usage) =>
      usageOf(usage, name, user.effective),
    );
    if (terminal.json) return terminal.object({ ...plain(user), ...usagePlain(state) });
    const own = ruleRows(user.rules);
    const inherited = ruleRows(user.effective).filter(([rule]) => !own.some(([other]) => other === rule));
    const from = ` (group ${user.group})`;
    const rows = [
      ['password', passwordKind(user.password)],
      ...(user.group === undefined ? [] : [['group', user.group]]),
      ...own,
      ...inherited.map(([rule, value]) => [rule, value + from]),
      ...(state === undefined ? [] : usageLines(user.effective, state)),
    ] as const;
    terminal.result(printable(user.name));
    for (const line of columns(rows)) terminal.result(line);
  });
}

/** `duoport user set NAME` */
export function setUser(terminal: Terminal, name: string, flags: UserFlags): Promise<void> {
  return withStore(terminal, flags, {}, async (store) => {
    await store.setUser(name, changeOf(flags));
    done(terminal, { event: 'changed', user: name }, [
      `User ${printable(name)} was changed: it holds from the next login on.`,
    ]);
    await warnOfFolder(terminal, flags.directory);
  });
}

/** `duoport user passwd NAME` */
export function setPassword(
  terminal: Terminal,
  name: string,
  flags: PlaceFlags & PasswordFlags,
): Promise<void> {
  return withStore(terminal, flags, {}, async (store) => {
    if ((await store.user(name)) === undefined) throw new AccountFault(`There is no user ${name}.`);
    const { hash, made } = await newPassword(terminal.io, name, flags);
    await store.setPassword(name, hash);
    done(terminal, { event: 'password-changed', user: name }, [
      `The password of ${printable(name)} was changed.`,
    ]);
    tellMade(terminal, name, made);
  });
}

/** `duoport user remove NAME` */
export function removeUser(terminal: Terminal, name: string, flags: PlaceFlags): Promise<void> {
  return withStore(terminal, flags, {}, async (store) => {
    await store.removeUser(name);
    // Whoever gets the name next begins anew.
    const place = await usageFor(flags, terminal.io.env);
    await withUsage(place, {}, (usage) => usage.forget(usageAccount(name, {})));
    done(terminal, { event: 'removed', user: name }, [
      `User ${printable(name)} was removed; the files are left where they are.`,
    ]);
  });
}

/** `duoport group set NAME` */
export function setGroup(terminal: Terminal, name: string, flags: RuleFlags & PlaceFlags): Promise<void> {
  return withStore(terminal, flags, { create: true }, async (store) => {
    await store.setGroup(name, rulesOf(flags));
    done(terminal, { event: 'changed', group: name }, [`Group ${printable(name)} is set.`]);
    await warnOfFolder(terminal, flags.directory);
  });
}

/** `duoport group list` */
export function listGroups(terminal: Terminal, flags: PlaceFlags): Promise<void> {
  return withStore(terminal, flags, {}, async (store) => {
    for (const { name, rules } of await store.groups()) {
      if (terminal.json) terminal.object({ group: name, rules });
      else {
        terminal.result(printable(name));
        for (const line of columns(ruleRows(rules))) terminal.result(line);
      }
    }
  });
}

/** `duoport group remove NAME` */
export function removeGroup(terminal: Terminal, name: string, flags: PlaceFlags): Promise<void> {
  return withStore(terminal, flags, {}, async (store) => {
    await store.removeGroup(name);
    done(terminal, { event: 'removed', group: name }, [`Group ${printable(name)} was removed.`]);
  });
}

async function withStore(
  terminal: Terminal,
  flags: PlaceFlags,
  { create = false }: { readonly create?: boolean },
  work: (store: AccountStore, place: string) => Promise<void> | void,
): Promise<void> {
  const place = await placeFor(flags, terminal.io.env);
  if (create && !isPostgresUrl(place)) await mkdir(dirname(place), { recursive: true, mode: 0o700 });
  let store: AccountStore | undefined;
  try {
    store = await openAccounts(place, { create });
    await work(store, place);
  } catch (error) {
    throw told(error);
  } finally {
    await store?.close();
  }
}

/** What is wrong with accounts, as the end of a command. */
export function told(error: unknown): unknown {
  return error instanceof AccountFault || error instanceof AccountsUnavailable
    ? new CommandError(printable(error.message), { cause: error })
    : error;
}

function changeOf(flags: UserFlags) {
  const rules = rulesOf(flags);
  if (flags.group === undefined) return { rules };
  return { rules, group: flags.group === '' ? null : flags.group };
}

function done(terminal: Terminal, object: object, lines: readonly string[]): void {
  if (terminal.json) terminal.object(object);
  else for (const line of lines) terminal.result(line);
}

function tellMade(terminal: Terminal, name: string, made: string | undefined): void {
  if (made === undefined) return;
  if (terminal.json) terminal.object({ event: 'password', user: name, password: made });
  else terminal.result(`The password was made up: ${made}`);
}

/** It may be there on another machine that serves the same users. */
async function warnOfFolder(terminal: Terminal, directory: string | undefined): Promise<void> {
  if (directory === undefined) return;
  const isFolder = await stat(directory).then(
    (facts) => facts.isDirectory(),
    () => false,
  );
  if (!isFolder)
    terminal.warn(`duoport: ${printable(directory)} is no folder of this machine: make it before the login.`);
}

function columns(rows: readonly (readonly string[])[]): readonly string[] {
  const width = Math.max(12, ...rows.map(([key = '']) => key.length + 1));
  return rows.map(([key = '', value = '']) => `  ${key.padEnd(width)}${printable(value)}`);
}

function usagePlain(state: UsageState | undefined): object {
  if (state === undefined) return {};
  const { used, held, up, down } = state;
  return { usage: { used, held, up, down } };
}

/** A user without the hash. */
function plain({ name, group, rules, effective, password }: StoredUser): object {
  return { user: name, group, password: passwordKind(password), rules, effective };
}

function passwordKind(hash: string): string {
  return /^\$(argon2\w+|[\w]+)\$/.exec(hash)?.[1]?.replace(/^2[aby]$/, 'bcrypt') ?? 'unknown';
}

function stateOf(rules: AccountRules, now: number): readonly string[] {
  return [
    rules.directory === undefined ? '' : printable(rules.directory),
    rules.enabled === false ? 'switched off' : '',
    rules.expires !== undefined && rules.expires <= now ? 'expired' : '',
  ].filter((each) => each !== '');
}
