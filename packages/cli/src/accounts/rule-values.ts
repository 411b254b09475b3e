import { resolve } from 'node:path';
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

/** `/in=write`, for a flag that may be repeated; `none` for no permission at all. */
export function parsePathPermissions(
  text: string,
  earlier: Readonly<Record<string, readonly Permission[]>> = {},
): Readonly<Record<string, readonly Permission[]>> {
  const [path, list] = pairOf(text);
  return { ...earlier, [path]: list === 'none' ? [] : parsePermissions(list) };
}

/** `/shared=/srv/shared`, for a flag that may be repeated. */
export function parseFolder(
  text: string,
  earlier: Readonly<Record<string, string>> = {},
): Readonly<Record<string, string>> {
  const [path, folder] = pairOf(text);
  return { ...earlier, [path]: resolve(folder) };
}

/** The path as the user sees it, and what belongs to it. */
function pairOf(text: string): readonly [string, string] {
  const at = text.indexOf('=');
  const path = text.slice(0, at).replace(/(?<=.)\/$/, '');
  if (at > 0 && path.startsWith('/') && at < text.length - 1) return [path, text.slice(at + 1)];
  throw new InvalidArgumentError('It is written PATH=VALUE, with a path as the user sees it: /in=…');
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
