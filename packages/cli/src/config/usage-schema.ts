import { periodKinds } from '@duoport/server';
import { z } from 'zod';
import { parseFileCount, parsePool, parseSize, parseTime, parseTimeZone } from '../accounts/usage-values.ts';
import { facts, line, written } from './kinds.ts';

/** A path as the user sees it. */
const inside = line(4096).regex(/^(?:\/(?!\.{1,2}(?:\/|$))[^/]+)+$/, 'Write a path like /in or /in/box.');

/** The keys of a user about how much may be stored and transferred, and when. */
export const usageKeys = {
  quota: written(parseSize)
    .optional()
    .meta(facts('Bytes that may be stored.', { otherwise: 'no limit', examples: ['10G', '10GiB'] })),
  'quota-files': written(parseFileCount)
    .optional()
    .meta(
      facts('Files, folders and links that may be stored.', { otherwise: 'no limit', examples: [10_000] }),
    ),
  'quota-pool': written(parsePool)
    .optional()
    .meta(
      facts('All users with the same share one quota and one allowance.', { otherwise: 'each has its own' }),
    ),
  'quota-folders': z
    .array(inside)
    .min(1, 'Name a folder, or leave the key out.')
    .optional()
    .meta(facts('Which of `folders` count too.', { otherwise: 'none of them', examples: [['/shared']] })),
  'allowance-up': written(parseSize)
    .optional()
    .meta(facts('Bytes that may be stored in a period, whatever is removed.', { otherwise: 'no limit' })),
  'allowance-down': written(parseSize)
    .optional()
    .meta(
      facts('Bytes of files that may be fetched in a period.', { otherwise: 'no limit', examples: ['50G'] }),
    ),
  'allowance-period': z
    .enum(periodKinds as ['day', 'week', 'month', 'ever'])
    .optional()
    .meta(facts('When allowances begin anew; weeks on Monday.', { otherwise: 'month' })),
  times: z
    .array(written(parseTime))
    .min(1, 'Name a time, or leave the key out.')
    .optional()
    .meta(
      facts('Logins at these times only; the session ends with them.', {
        otherwise: 'always',
        examples: [['mon-fri 08:00-18:00', 'sat', '22:00-06:00']],
      }),
    ),
  'time-zone': written(parseTimeZone)
    .optional()
    .meta(
      facts('Of `times`, and of the days on which periods begin.', {
        otherwise: 'UTC',
        examples: ['Europe/Berlin'],
      }),
    ),
};
