import type { FtpClient, ListOptions } from '@duoport/client';
import { type Entry, isFtpError } from '@duoport/protocol';
import { type Context, each, matchesOf } from '../context.ts';
import { printable } from '../printable.ts';
import type { Match } from '../remote/glob.ts';
import { hasPattern, parseRemote, type Remote } from '../remote/remote.ts';
import { lastName } from '../transfer/local-path.ts';

export interface LsFlags {
  readonly long?: boolean;
  readonly all?: boolean;
}

/** `duoport ls URL...`: one name a line. */
export async function ls(context: Context, urls: readonly string[], flags: LsFlags): Promise<void> {
  await each(context, urls.map(parseRemote), async (remote) => {
    const client = await context.connections.open(remote.target);
    if (!hasPattern(remote)) {
      const [place] = await matchesOf(context, client, remote);
      await listPlace(context, client, { remote, path: place?.path ?? '' }, flags);
      return;
    }
    for (const match of await matchesOf(context, client, remote)) {
      print(context, await entryOf(client, match), match.path, flags);
    }
  });
}

async function entryOf(client: FtpClient, match: Match): Promise<Entry> {
  return match.entry ?? (await client.stat(match.path));
}

async function listPlace(
  context: Context,
  client: FtpClient,
  place: { readonly remote: Remote; readonly path: string },
  flags: LsFlags,
): Promise<void> {
  const { remote, path } = place;
  // Servers answer LIST of a file with the file and MLSD of a file with an error, so what it is must be asked first. A server
  // that cannot tell (or tells a directory's name wrongly) still gets its LIST.
  const entry = path === '' || remote.directory ? undefined : await statQuietly(client, path);
  if (entry !== undefined && entry.type !== 'directory' && entry.type !== 'symlink') {
    print(context, entry, path, flags);
    return;
  }
  const options: ListOptions = { signal: context.signal, ...(flags.all === true ? { all: true } : {}) };
  const entries: Entry[] = [];
  for await (const found of client.list(path === '' ? undefined : path, options)) {
    if (flags.all === true || !found.name.startsWith('.')) entries.push(found);
  }
  for (const found of entries.sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0))) {
    print(context, found, found.name, flags);
  }
}

async function statQuietly(client: FtpClient, path: string): Promise<Entry | undefined> {
  try {
    return await client.stat(path);
  } catch (error) {
    if (isFtpError(error) && error.code === 'FTP_REPLY') return undefined;
    throw error;
  }
}

function print(context: Context, entry: Entry, path: string, flags: LsFlags): void {
  const { terminal } = context;
  if (terminal.json) terminal.object({ path, ...entry, name: lastName(entry.name) });
  else
    terminal.result(
      flags.long === true
        ? longLine(entry, path)
        : `${printable(path)}${entry.type === 'directory' ? '/' : ''}`,
    );
}

/** `d rwxr-xr-x  1,234  2026-01-31 12:00  name -> target`; what the server did not tell is a dash. */
function longLine(entry: Entry, path: string): string {
  const type = { file: '-', directory: 'd', symlink: 'l', other: '?' }[entry.type];
  const size =
    entry.size === undefined || entry.type === 'directory' ? '-' : entry.size.toLocaleString('en-US');
  const target = entry.target === undefined ? '' : ` -> ${printable(entry.target)}`;
  return `${type}${rights(entry.mode)}  ${size.padStart(15)}  ${when(entry).padEnd(16)}  ${printable(path)}${target}`;
}

function rights(mode: number | undefined): string {
  if (mode === undefined) return '         ';
  const letters = 'rwxrwxrwx';
  return Array.from(letters, (letter, index) => ((mode >> (8 - index)) & 1 ? letter : '-')).join('');
}

/** Always UTC: what the server's clock shows is seldom known. */
function when(entry: Entry): string {
  if (entry.modified === undefined) return '-';
  const text = new Date(entry.modified).toISOString();
  return entry.modifiedPrecision === 'day' ? text.slice(0, 10) : `${text.slice(0, 10)} ${text.slice(11, 16)}`;
}
