import type { AccountRules } from '@duoport/server';
import type { z } from 'zod';
import type { usageKeys } from '../config/usage-schema.ts';

type Words = z.output<z.ZodObject<typeof usageKeys>>;

/** The keys of a user about how much may be stored and transferred, and when, as rules. */
export function usageRulesOfWords(
  words: Words,
): Pick<
  AccountRules,
  | 'quotaBytes'
  | 'quotaFiles'
  | 'quotaPool'
  | 'quotaFolders'
  | 'allowanceUp'
  | 'allowanceDown'
  | 'allowancePeriod'
  | 'times'
  | 'timeZone'
> {
  return {
    quotaBytes: words.quota,
    quotaFiles: words['quota-files'],
    quotaPool: words['quota-pool'],
    quotaFolders: words['quota-folders'],
    allowanceUp: words['allowance-up'],
    allowanceDown: words['allowance-down'],
    allowancePeriod: words['allowance-period'],
    times: words.times,
    timeZone: words['time-zone'],
  };
}
