import { PassThrough } from 'node:stream';
import type { FtpClient, TransferOptions, TransferResult } from '@duoport/client';
import { type Context, each, matchesOf } from '../context.ts';
import { printable } from '../printable.ts';
import type { Match } from '../remote/glob.ts';
import { joinPath, type Remote } from '../remote/remote.ts';
import { lastName } from '../transfer/local-path.ts';
import { ProgressBar, transferSummary } from '../transfer/progress.ts';
import { typeOf } from '../transfer/type-of.ts';
import { walkRemote } from '../transfer/walk-remote.ts';
import { CommandError } from '../usage-error.ts';
import { goalPath, sameServer, sourcesAndGoal } from './mv.ts';

export interface CpFlags {
  readonly recursive?: boolean;
  readonly type?: 'a' | 'i';
}

interface Pair {
  readonly source: Remote;
  readonly goal: Remote;
  readonly from: string;
  readonly to: string;
}

/** `duoport cp URL... URL`: through this machine, from one connection into another. */
export async function cp(context: Context, urls: readonly string[], flags: CpFlags): Promise<void> {
  const { sources, goal } = sourcesAndGoal('cp', urls);
  const one = sources.every((source) => sameServer(source.target, goal.target));
  context.terminal.talk(
    `The bytes go through this machine: FTP has no copy ${one ? 'on one server' : 'between servers that both would allow'}.`,
  );
  await each(context, sources, async (source) => {
    const client = await context.connections.open(source.target);
    const matches = await matchesOf(context, client, source);
    await each(context, matches, async (match) => {
      const pairs = await pairsOf(context, { source, goal, match }, flags);
      await each(context, pairs, (pair) => copy(context, pair, flags));
    });
  });
}

async function pairsOf(
  context: Context,
  what: { readonly source: Remote; readonly goal: Remote; readonly match: Match },
  flags: CpFlags,
): Promise<readonly Pair[]> {
  const { source, goal, match } = what;
  const client = await context.connections.open(source.target);
  const to = goalPath(goal, match.path);
  const entry = match.entry ?? (flags.recursive === true ? await client.stat(match.path) : undefined);
  if (entry?.type !== 'directory') return [{ source, goal, from: match.path, to }];
  if (flags.recursive !== true) {
    throw new CommandError(`${printable(match.path)} is a directory: add -r to copy all that is in it.`);
  }
  const receiver = await receiverOf(context, source, goal);
  await receiver.makeDirectory(to, { parents: true });
  const pairs: Pair[] = [];
  const tell = (text: string): void => context.terminal.warn(`duoport: ${text}`);
  for await (const found of walkRemote(client, match.path, { tell })) {
    const below = found.names.reduce((path, name) => joinPath(path, name), to);
    if (found.entry.type === 'directory') await receiver.makeDirectory(below, { parents: true });
    else pairs.push({ source, goal, from: found.path, to: below });
  }
  return pairs;
}

/** One connection can move one file at a time, so a copy on one server needs two. */
async function receiverOf(context: Context, source: Remote, goal: Remote): Promise<FtpClient> {
  return await context.connections.open(
    goal.target,
    sameServer(source.target, goal.target) ? 'second' : 'first',
  );
}

async function copy(context: Context, pair: Pair, flags: CpFlags): Promise<void> {
  const { terminal, connections } = context;
  const sender = await connections.open(pair.source.target);
  const receiver = await receiverOf(context, pair.source, pair.goal);
  const bar = new ProgressBar(terminal, lastName(pair.to), () => connections.mode);
  try {
    const result = await stream(
      { sender, receiver, from: pair.from, to: pair.to },
      { ...typeOf(flags.type, pair.source), signal: context.signal, onProgress: bar.update },
    );
    bar.end();
    const { bytes, mode, secure, duration } = result;
    if (terminal.json)
      terminal.object({ event: 'cp', from: pair.from, to: pair.to, bytes, mode, secure, duration });
    terminal.talk(transferSummary(pair.to, result));
  } finally {
    bar.end();
  }
}

/** Both transfers at once, with a short pipe between them; when one fails the other is aborted, and the first error is told. */
async function stream(
  route: {
    readonly sender: FtpClient;
    readonly receiver: FtpClient;
    readonly from: string;
    readonly to: string;
  },
  options: TransferOptions & { readonly signal: AbortSignal },
): Promise<TransferResult> {
  const pipe = new PassThrough({ highWaterMark: 1 << 20 });
  const failed = new AbortController();
  const signal = AbortSignal.any([options.signal, failed.signal]);
  const { onProgress: _, ...plain } = options;
  let first: unknown;
  const orAbort = async <T>(transfer: Promise<T>): Promise<T> => {
    try {
      return await transfer;
    } catch (error) {
      first ??= error;
      failed.abort();
      throw error;
    }
  };
  const [down, up] = await Promise.allSettled([
    orAbort(route.sender.get(route.from, pipe, { ...plain, signal })),
    orAbort(route.receiver.put(pipe, route.to, { ...options, signal })),
  ]);
  if (down.status === 'rejected' || up.status === 'rejected') throw first;
  return up.value;
}
