import { resolve } from 'node:path';
import type { AccountRules } from '@duoport/server';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { parseRate } from '../flags/values.ts';
import {
  parseCount,
  parseExpiry,
  parseFolder,
  parseModeList,
  parseNetworks,
  parsePathPermissions,
  parsePermissions,
} from './rule-values.ts';
import { shownUsageRule, type UsageFlags, usageNames, usageOptions, usageRulesOf } from './usage-flags.ts';

/** The flags of rules by their attributes, as commander gives them. */
export type RuleFlags = Omit<AccountRules, 'enabled' | 'paths' | 'folders' | keyof typeof usageNames> &
  UsageFlags & {
    readonly path?: AccountRules['paths'];
    readonly folder?: AccountRules['folders'];
    readonly enable?: true;
    readonly disable?: true;
    readonly clear?: readonly string[];
  };

/** The name of the flag for each rule. */
const names: Readonly<Record<keyof AccountRules, string>> = {
  directory: 'directory',
  home: 'home',
  permissions: 'permissions',
  paths: 'path',
  folders: 'folder',
  enabled: 'enabled',
  expires: 'expires',
  networks: 'networks',
  requireTls: 'require-tls',
  modes: 'modes',
  sessions: 'sessions',
  rateDown: 'rate-down',
  rateUp: 'rate-up',
  ...usageNames,
};

/** Adds the flags of rules. `clear`: also the one that takes rules away. */
export function addRuleFlags(command: Command, { clear = false } = {}): Command {
  for (const option of options()) command.addOption(option);
  if (!clear) return command;
  return command.addOption(
    new Option('--clear <rule>', 'take a rule away; may be repeated').argParser(
      (rule: string, all: readonly string[] = []) => [...all, known(rule)],
    ),
  );
}

/** What the flags change: a rule that is `undefined` here is taken away. */
export function rulesOf({ enable, disable, clear = [], ...given }: RuleFlags): Record<string, unknown> {
  const { path, folder, ...plain } = given;
  const flags = { ...usageRulesOf(plain), ...(path && { paths: path }), ...(folder && { folders: folder }) };
  const keys = Object.keys(names).filter((key) => Object.hasOwn(flags, key));
  const rules = Object.fromEntries(keys.map((key) => [key, flags[key as keyof typeof flags]]));
  return {
    ...Object.fromEntries(clear.map((key) => [key, undefined])),
    ...rules,
    ...(enable === true ? { enabled: undefined } : {}),
    ...(disable === true ? { enabled: false } : {}),
  };
}

/** Rules as a person writes them: `sessions 3`. */
export function ruleRows(rules: AccountRules): readonly (readonly [string, string])[] {
  const rows = Object.entries(names).map(([key, name]) => {
    const value = rules[key as keyof AccountRules];
    return value === undefined ? [] : [[name, shown(key, value)] as const];
  });
  return rows.flat();
}

function shown(key: string, value: unknown): string {
  if (key === 'expires') return new Date(Number(value)).toISOString();
  if (key === 'rateDown' || key === 'rateUp') return `${value} bytes a second`;
  if (key === 'paths' || key === 'folders') return pairs(value as Readonly<Record<string, unknown>>);
  return shownUsageRule(key, value) ?? (Array.isArray(value) ? value.join(',') : String(value));
}

function pairs(map: Readonly<Record<string, unknown>>): string {
  const parts = Object.entries(map).map(
    ([path, value]) => `${path}=${Array.isArray(value) ? value.join(',') || 'none' : value}`,
  );
  return parts.join('   ');
}

function known(rule: string): string {
  const found = Object.entries(names).find(([, name]) => name === rule);
  if (found !== undefined) return found[0];
  throw new InvalidArgumentError(`The rules are ${Object.values(names).join(', ')}.`);
}

function options(): readonly Option[] {
  return [
    new Option('--directory <folder>', 'the folder that is all the user sees').argParser((text) =>
      resolve(text),
    ),
    new Option('--home <path>', 'where in it to begin'),
    new Option('--permissions <list>', 'all, read, or a list with commas').argParser(parsePermissions),
    new Option(
      '--path <path=list>',
      'other permissions at and below a path: /in=write is a folder to drop files in, /secret=none; may be repeated',
    ).argParser(parsePathPermissions),
    new Option(
      '--folder <path=folder>',
      'another folder, seen at this path: /shared=/srv/shared; may be repeated',
    ).argParser(parseFolder),
    new Option('--expires <time>', '2027-01-31 or 2027-01-31T18:00:00Z: no logins from then on').argParser(
      parseExpiry,
    ),
    new Option('--networks <list>', 'log in from these only: 10.0.0.0/8,2001:db8::/32').argParser(
      parseNetworks,
    ),
    new Option('--require-tls <what>', 'what has to be under TLS').choices(['control', 'data', 'both']),
    new Option('--modes <modes>', 'passive, active or passive,active').argParser(parseModeList),
    new Option('--sessions <count>', 'at the same time').argParser(parseCount),
    new Option('--rate-down <rate>', 'bytes a second to the client: 500k, 10M').argParser(parseRate),
    new Option('--rate-up <rate>', 'bytes a second from the client').argParser(parseRate),
    ...usageOptions(),
    new Option('--disable', 'no logins until --enable'),
    new Option('--enable', 'the opposite of --disable').conflicts('disable'),
  ];
}
