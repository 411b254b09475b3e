import type { FtpClient } from '@duoport/client';
import { type Context, each, matchesOf } from '../context.ts';
import { printable } from '../printable.ts';
import type { Match } from '../remote/glob.ts';
import { literalPath, parseRemote, type Remote } from '../remote/remote.ts';
import { walkRemote } from '../transfer/walk-remote.ts';
import { CommandError, UsageError } from '../usage-error.ts';

/** `duoport rm URL...` */
export async function rm(
  context: Context,
  urls: readonly string[],
  flags: { readonly recursive?: boolean },
): Promise<void> {
  await eachMatch(context, urls, async (client, match) => {
    if (match.entry?.type === 'directory' && flags.recursive !== true) {
      throw new CommandError(
        `${printable(match.path)} is a directory: add -r to remove it with all that is in it.`,
      );
    }
    if (flags.recursive === true && (await isDirectory(client, match)))
      await removeTree(context, client, match.path);
    else await client.remove(match.path, { signal: context.signal });
    tell(context, 'rm', match.path);
  });
}

/** `duoport mkdir [-p] URL...` */
export async function mkdir(
  context: Context,
  urls: readonly string[],
  flags: { readonly parents?: boolean },
): Promise<void> {
  await each(context, urls.map(parseRemote), async (remote) => {
    const client = await context.connections.open(remote.target);
    const path = named(remote);
    await client.makeDirectory(path, { signal: context.signal, parents: flags.parents === true });
    tell(context, 'mkdir', path);
  });
}

/** `duoport rmdir URL...` */
export async function rmdir(context: Context, urls: readonly string[]): Promise<void> {
  await eachMatch(context, urls, async (client, match) => {
    await client.removeDirectory(match.path, { signal: context.signal });
    tell(context, 'rmdir', match.path);
  });
}

async function eachMatch(
  context: Context,
  urls: readonly string[],
  work: (client: FtpClient, match: Match) => Promise<void>,
): Promise<void> {
  await each(context, urls.map(parseRemote), async (remote) => {
    const client = await context.connections.open(remote.target);
    named(remote);
    await each(context, await matchesOf(context, client, remote), (match) => work(client, match));
  });
}

/** The path of a URL that must name something. */
function named(remote: Remote): string {
  const path = literalPath(remote);
  if (path === '' || path === '/')
    throw new UsageError('The URL names only a server: write a path after the host.');
  return path;
}

async function isDirectory(client: FtpClient, match: Match): Promise<boolean> {
  return (match.entry ?? (await client.stat(match.path))).type === 'directory';
}

/** Files first, then directories from the inside out. Links are removed, not followed. */
async function removeTree(context: Context, client: FtpClient, top: string): Promise<void> {
  const directories = [top];
  const tell = (text: string): void => context.terminal.warn(`duoport: ${text}`);
  for await (const found of walkRemote(client, top, { tell, everything: true })) {
    context.signal.throwIfAborted();
    if (found.entry.type === 'directory') directories.push(found.path);
    else await client.remove(found.path, { signal: context.signal });
  }
  for (const directory of directories.reverse())
    await client.removeDirectory(directory, { signal: context.signal });
}

function tell(context: Context, event: string, path: string): void {
  if (context.terminal.json) context.terminal.object({ event, path });
}
