import { printable } from '../printable.ts';
import type { Problem } from './problem.ts';
import type { Settings } from './schema.ts';

/** Keys about how much and when that would do nothing. */
export function usageContradictions({ users = [] }: Settings): readonly Problem[] {
  return users.flatMap((user, index) =>
    faultsOf(user).map(([key, text]) => ({ path: `users.${index}.${key}`, text })),
  );
}

type UserSettings = NonNullable<Settings['users']>[number];

function faultsOf(user: UserSettings): readonly (readonly [string, string])[] {
  const { quota, 'quota-files': files, 'quota-pool': pool, 'quota-folders': counted, folders = {} } = user;
  const { 'allowance-up': up, 'allowance-down': down, 'allowance-period': period, times } = user;
  const isStored = (quota ?? files) !== undefined;
  const isMoved = (up ?? down) !== undefined;
  const faults: (readonly [string, string])[] = [];
  for (const path of counted ?? [])
    if (!Object.hasOwn(folders, path))
      faults.push(['quota-folders', `${printable(path)} is none of this user’s folders.`]);
  if (counted !== undefined && !isStored)
    faults.push(['quota-folders', 'Nothing is counted: add quota or quota-files.']);
  if (pool !== undefined && !isStored && !isMoved)
    faults.push(['quota-pool', 'There is nothing to share: add a quota or an allowance.']);
  if (period !== undefined && !isMoved)
    faults.push(['allowance-period', 'There is no allowance: add allowance-up or allowance-down.']);
  if (user['time-zone'] !== undefined && times === undefined && !isMoved)
    faults.push(['time-zone', 'It is for times and allowances, and there are none.']);
  return faults;
}
