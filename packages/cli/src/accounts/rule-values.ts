import { allPermissions, type Permission, readPermissions } from '@duoport/server';
import { InvalidArgumentError } from 'commander';
import { parseModes } from '../flags/values.ts';

/** `all`, `read`, or a list with commas. */
export function parsePermissions(text: string): readonly Permission[] {
  const real = [...allPermissions].filter((each) => each !== 'none');
  if (text === 'all') return real;
  if (text === 'read') return [...readPermissions].filter((each) => each !== 'none');
  const words = text.split(',').map((word) => word.trim());
  const known = real.filter((each) => words.includes(each));
  if (words.every((word) => real.some((each) => each === word))) return known;
  throw new InvalidArgumentError(`Permissions are all, read, or some of ${real.join(',')}.`);
}

/** `2027-01-31`, its beginning in UTC, or a time `2027-01-31T18:00:00Z`; milliseconds since the epoch. */
export function parseExpiry(text: string): number {
  const time = /^\d{4}-\d{2}-\d{2}(?:T\d{2}:\d{2}(?::\d{2})?(?:Z|[+-]\d{2}:\d{2}))?$/.test(text)
    ? Date.parse(text)
    : Number.NaN;
  if (!Number.isNaN(time) && isInCalendar(text)) return time;
  throw new InvalidArgumentError(
    'A time is written 2027-01-31 (its beginning, UTC) or 2027-01-31T18:00:00Z.',
  );
}

/** JavaScript takes the 31st of February for the 3rd of March. */
function isInCalendar(text: string): boolean {
  const day = text.slice(0, 10);
  return new Date(`${day}T00:00:00Z`).toISOString().startsWith(day);
}

/** `passive`, `active` or both. */
export function parseModeList(text: string): readonly ('passive' | 'active')[] {
  const { passive, active } = parseModes(text);
  return [...(passive ? (['passive'] as const) : []), ...(active ? (['active'] as const) : [])];
}

/** How many sessions. */
export function parseCount(text: string): number {
  const count = /^\d{1,7}$/.test(text) ? Number(text) : 0;
  if (count < 1) throw new InvalidArgumentError('A number from 1 on.');
  return count;
}

/** `10.0.0.0/8,2001:db8::/32` */
export function parseNetworks(text: string): readonly string[] {
  return text.split(',').map((network) => network.trim());
}
