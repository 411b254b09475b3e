import { isAbsolute } from 'node:path';
import { networkSet } from '@duoport/net';
import { isNormal } from '../files/paths.ts';
import { type PeriodKind, periodKinds } from '../usage/period.ts';
import { isTimeZone } from '../usage/wall-clock.ts';
import { allPermissions, type LoginAttempt, type Permission, type Refusal } from './accounts.ts';
import { AllowedTimes, timesFault } from './allowed-times.ts';

/** What is known of an account beside its name and password. Plain data, as it is stored; what is left out limits nothing. */
export interface AccountRules {
  /** A folder of the server's machine that is all the user sees, as an absolute path. Default: that of the server. */
  readonly directory?: string | undefined;
  /** Where to begin, a path of what the user sees. Default `/`. */
  readonly home?: string | undefined;
  /** Default: all. */
  readonly permissions?: readonly Permission[] | undefined;
  /** Other permissions at and below certain paths; the longest path counts. `{ '/in': ['write'] }` is a folder to drop files in. */
  readonly paths?: Readonly<Record<string, readonly Permission[]>> | undefined;
  /** More folders of the machine in the tree of the user, by the path where they are seen: `{ '/shared': '/srv/shared' }`. */
  readonly folders?: Readonly<Record<string, string>> | undefined;
  readonly enabled?: boolean | undefined;
  /** Milliseconds since the epoch: from then on nobody logs in. */
  readonly expires?: number | undefined;
  /** Networks to log in from: `10.0.0.0/8`, `2001:db8::/32`, one address. */
  readonly networks?: readonly string[] | undefined;
  readonly requireTls?: 'control' | 'data' | 'both' | undefined;
  readonly modes?: readonly ('passive' | 'active')[] | undefined;
  /** At the same time. */
  readonly sessions?: number | undefined;
  /** Bytes a second to the client, all sessions together. */
  readonly rateDown?: number | undefined;
  /** Bytes a second from the client, all sessions together. */
  readonly rateUp?: number | undefined;
  /** Bytes that may be stored. */
  readonly quotaBytes?: number | undefined;
  /** Files, folders and links that may be stored. */
  readonly quotaFiles?: number | undefined;
  /** All who have the same share one quota and one allowance. Default: everybody has their own. */
  readonly quotaPool?: string | undefined;
  /** Which of `folders` count too. */
  readonly quotaFolders?: readonly string[] | undefined;
  /** Bytes that may be transferred to the server in a period. */
  readonly allowanceUp?: number | undefined;
  /** Bytes that may be transferred to the client in a period. */
  readonly allowanceDown?: number | undefined;
  /** Default `month`. */
  readonly allowancePeriod?: PeriodKind | undefined;
  /** When the account may be used: `mon-fri 08:00-18:00`, `sat`, `22:00-06:00`. */
  readonly times?: readonly string[] | undefined;
  /** Of `times` and of the periods. Default UTC. */
  readonly timeZone?: string | undefined;
}

/** What keeps this account out now, where name and password are right. */
export function refusalOf(rules: AccountRules, { peer }: LoginAttempt, now: number): Refusal | undefined {
  if (rules.enabled === false) return told('This account is switched off');
  if (rules.expires !== undefined && now >= rules.expires) return told('This account has expired');
  // Whoever guesses from elsewhere shall not learn that the password is right.
  if (rules.networks !== undefined && !networkSet(rules.networks).has(peer.address))
    return { because: `${peer.address} is in no network of this account` };
  return timeRefusal(rules, now);
}

function timeRefusal({ times, timeZone = 'UTC' }: AccountRules, now: number): Refusal | undefined {
  if (times === undefined || new AllowedTimes(times, timeZone).left(now) > 0) return undefined;
  return told(`This account may be used ${times.join(', ')} (${timeZone}) only`);
}

function told(because: string): Refusal {
  return { because, told: because };
}

/** What is wrong with rules that somebody wrote, as `key: what`, or undefined. Takes anything. */
export function rulesFault(rules: Readonly<Record<string, unknown>>): string | undefined {
  for (const [key, value] of Object.entries(rules)) {
    if (value === undefined) continue;
    const check = Object.hasOwn(checks, key) ? checks[key as keyof AccountRules] : undefined;
    if (check === undefined) return `${key}: there is no such rule`;
    const fault = check(value);
    if (fault !== undefined) return `${key}: ${fault}`;
  }
  return undefined;
}

type Check = (value: unknown) => string | undefined;

const permissions = listOf([...allPermissions].filter((each) => each !== 'none'));

const checks: Readonly<Record<keyof AccountRules, Check>> = {
  directory: folder,
  home: (value) =>
    typeof value === 'string' && isNormal(value) ? undefined : 'a path like / or /in/box is needed',
  permissions,
  paths: byPath((value) => (Array.isArray(value) && value.length === 0 ? undefined : permissions(value))),
  folders: byPath(folder, ['/']),
  enabled: (value) => (typeof value === 'boolean' ? undefined : 'true or false'),
  expires: (value) => (Number.isSafeInteger(value) ? undefined : 'a time is needed'),
  networks: (value) => {
    if (!isList(value)) return 'networks like 10.0.0.0/8 are needed';
    try {
      networkSet(value);
      return undefined;
    } catch (error) {
      return error instanceof Error ? error.message : 'networks like 10.0.0.0/8 are needed';
    }
  },
  requireTls: (value) =>
    value === 'control' || value === 'data' || value === 'both' ? undefined : 'control, data or both',
  modes: listOf(['passive', 'active']),
  sessions: wholeNumber(1),
  rateDown: wholeNumber(1000),
  rateUp: wholeNumber(1000),
  quotaBytes: wholeNumber(0),
  quotaFiles: wholeNumber(0),
  quotaPool: (value) =>
    typeof value === 'string' && /^[^\p{Cc}\p{Cs}]{1,200}$/u.test(value) ? undefined : 'a name is needed',
  quotaFolders: (value) =>
    isList(value) && value.every((each) => isNormal(each) && each !== '/')
      ? undefined
      : 'paths like /shared are needed',
  allowanceUp: wholeNumber(0),
  allowanceDown: wholeNumber(0),
  allowancePeriod: (value) =>
    periodKinds.some((kind) => kind === value) ? undefined : `one of ${periodKinds.join(', ')}`,
  times: (value) => (isList(value) ? timesFault(value) : 'times like mon-fri 08:00-18:00 are needed'),
  timeZone: (value) =>
    typeof value === 'string' && isTimeZone(value) ? undefined : 'a time zone like Europe/Berlin is needed',
};

function folder(value: unknown): string | undefined {
  if (typeof value !== 'string' || !isAbsolute(value)) return 'an absolute path of a folder is needed';
  return value.includes('\0') ? 'a path has no NUL in it' : undefined;
}

function byPath(check: Check, not: readonly string[] = []): Check {
  return (value) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value))
      return 'paths with values are needed';
    for (const [path, each] of Object.entries(value)) {
      if (!isNormal(path) || not.includes(path)) return `${path} is no path like /in or /in/box`;
      const fault = check(each);
      if (fault !== undefined) return `${path}: ${fault}`;
    }
    return undefined;
  };
}

function isList(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.length > 0 && value.every((each) => typeof each === 'string');
}

function listOf(words: readonly string[]): Check {
  return (value) =>
    isList(value) && value.every((each) => words.includes(each))
      ? undefined
      : `one or more of ${words.join(', ')}`;
}

function wholeNumber(least: number): Check {
  return (value) =>
    typeof value === 'number' && Number.isSafeInteger(value) && value >= least
      ? undefined
      : `a whole number from ${least} on`;
}
