import { type AccountRules, periodKinds } from '@duoport/server';
import { Option } from 'commander';
import {
  parseFileCount,
  parseFolderPath,
  parsePool,
  parseSize,
  parseTimes,
  parseTimeZone,
  shownCount,
} from './usage-values.ts';

/** Rules about how much is stored and transferred, and when, by the names of their flags. */
export const usageNames = {
  quotaBytes: 'quota',
  quotaFiles: 'quota-files',
  quotaPool: 'quota-pool',
  quotaFolders: 'quota-folder',
  allowanceUp: 'allowance-up',
  allowanceDown: 'allowance-down',
  allowancePeriod: 'allowance-period',
  times: 'times',
  timeZone: 'time-zone',
} as const satisfies Partial<Record<keyof AccountRules, string>>;

type UsageRule = keyof typeof usageNames;

/** The flags as commander gives them. */
export type UsageFlags = Omit<Pick<AccountRules, UsageRule>, 'quotaBytes' | 'quotaFolders'> & {
  readonly quota?: AccountRules['quotaBytes'];
  readonly quotaFolder?: AccountRules['quotaFolders'];
};

/** What the flags say, as rules. */
export function usageRulesOf<Flags extends UsageFlags>({ quota, quotaFolder, ...rest }: Flags) {
  return {
    ...rest,
    ...(quota === undefined ? {} : { quotaBytes: quota }),
    ...(quotaFolder === undefined ? {} : { quotaFolders: quotaFolder }),
  };
}

/** A rule as a person writes it; undefined for one of another kind. */
export function shownUsageRule(key: string, value: unknown): string | undefined {
  switch (key as UsageRule) {
    case 'quotaBytes':
    case 'allowanceUp':
    case 'allowanceDown':
      return `${shownCount(Number(value))} bytes`;
    case 'quotaFiles':
      return `${shownCount(Number(value))} files and folders`;
    case 'times':
      return (value as readonly string[]).join(', ');
    default:
      return undefined;
  }
}

export function usageOptions(): readonly Option[] {
  return [
    new Option('--quota <size>', 'bytes that may be stored: 500M, 10G, 10GiB').argParser(parseSize),
    new Option('--quota-files <count>', 'files and folders that may be stored').argParser(parseFileCount),
    new Option('--quota-pool <name>', 'share quota and allowance with all who have the same pool').argParser(
      parsePool,
    ),
    new Option('--quota-folder <path>', 'a --folder that counts too, by its path; may be repeated').argParser(
      parseFolderPath,
    ),
    new Option(
      '--allowance-up <size>',
      'bytes that may be stored in a period, whatever is removed',
    ).argParser(parseSize),
    new Option('--allowance-down <size>', 'bytes that may be fetched in a period').argParser(parseSize),
    new Option('--allowance-period <period>', 'when allowances begin anew; a month without it').choices(
      periodKinds,
    ),
    new Option(
      '--times <when>',
      'log in at these times only: "mon-fri 08:00-18:00", sat, 22:00-06:00; may be repeated',
    ).argParser(parseTimes),
    new Option('--time-zone <zone>', 'of times and periods: Europe/Berlin; UTC without it').argParser(
      parseTimeZone,
    ),
  ];
}
