import { createWriteStream } from 'node:fs';
import { mkdir, stat } from 'node:fs/promises';
import type { FtpClient, GetOptions, TransferResult } from '@duoport/client';
import { isRawText, isSafeName } from '@duoport/protocol';
import { type Context, each, matchesOf } from '../context.ts';
import { printable } from '../printable.ts';
import type { Match } from '../remote/glob.ts';
import { hasPattern, parseRemote, type Remote } from '../remote/remote.ts';
import { fsPath, lastName, type Output, readOutput, safeLocalPath } from '../transfer/local-path.ts';
import { passingTo } from '../transfer/passing.ts';
import { ProgressBar, transferSummary } from '../transfer/progress.ts';
import { typeOf } from '../transfer/type-of.ts';
import { walkRemote } from '../transfer/walk-remote.ts';
import { CommandError, UsageError } from '../usage-error.ts';

export interface GetFlags {
  readonly output?: string;
  readonly continue?: boolean;
  readonly recursive?: boolean;
  readonly type?: 'a' | 'i';
}

/** One file to fetch. */
interface Job {
  readonly remote: Remote;
  readonly path: string;
  /** Undefined: to standard output. */
  readonly local: string | undefined;
}

interface GetWhat {
  readonly remote: Remote;
  readonly match: Match;
  readonly output: Output;
}

/** `duoport get URL...` */
export async function get(context: Context, urls: readonly string[], flags: GetFlags): Promise<void> {
  const remotes = urls.map(parseRemote);
  const output = await readOutput(flags.output);
  if (flags.continue === true && output.kind === 'stdout') {
    throw new UsageError('-c cannot go with -o -: what went to standard output before cannot be seen.');
  }
  if (output.kind === 'file' && (remotes.length > 1 || remotes.some(hasPattern))) {
    throw new UsageError(
      `-o ${printable(output.path)}: several files cannot go into one. Name a directory: -o DIR/`,
    );
  }
  await each(context, remotes, async (remote) => {
    const client = await context.connections.open(remote.target);
    const matches = await matchesOf(context, client, remote);
    await each(context, matches, (match) => getMatch(context, { remote, match, output }, flags));
  });
}

async function getMatch(context: Context, what: GetWhat, flags: GetFlags): Promise<void> {
  const { remote, match, output } = what;
  const client = await context.connections.open(remote.target);
  if (await isRemoteDirectory(client, what, flags.recursive === true)) {
    if (flags.recursive !== true) {
      throw new CommandError(
        `${printable(match.path || '/')} is a directory: add -r to fetch all that is in it.`,
      );
    }
    await getTree(context, what, flags);
    return;
  }
  const local = await destination(output, match.path);
  await getFile(context, { remote, path: match.path, local }, flags);
}

/** A path that was written out is taken for a file unless it ends in a slash; with -r it is worth asking. */
async function isRemoteDirectory(client: FtpClient, what: GetWhat, recursive: boolean): Promise<boolean> {
  const { remote, match } = what;
  if (match.entry !== undefined) return match.entry.type === 'directory';
  if (remote.directory || match.path === '' || match.path === '/') return true;
  return recursive && (await client.stat(match.path)).type === 'directory';
}

async function getTree(context: Context, what: GetWhat, flags: GetFlags): Promise<void> {
  const { remote, match, output } = what;
  if (output.kind === 'stdout')
    throw new UsageError('-r cannot go with -o -: a directory cannot be printed.');
  const client = await context.connections.open(remote.target);
  const name = lastName(match.path);
  // `get -r ftp://host/` fetches what is in the login directory, which has no name, straight into the target.
  const top = output.kind === 'file' || name === '' ? output.path : safeLocalPath(output.path, name);
  const jobs: Job[] = [];
  await mkdir(fsPath(top), { recursive: true });
  const tell = (text: string): void => context.terminal.warn(`duoport: ${text}`);
  for await (const found of walkRemote(client, match.path, { tell, accept: isSafeName })) {
    const local = found.names.reduce((base, part) => safeLocalPath(base, part), top);
    if (found.entry.type === 'directory') await mkdir(fsPath(local), { recursive: true });
    else jobs.push({ remote, path: found.path, local });
  }
  await each(context, jobs, (job) => getFile(context, job, flags));
}

async function destination(output: Output, path: string): Promise<string | undefined> {
  if (output.kind === 'stdout') return undefined;
  if (output.kind === 'file') return output.path;
  const local = safeLocalPath(output.path, lastName(path));
  await mkdir(fsPath(output.path), { recursive: true });
  return local;
}

async function getFile(context: Context, job: Job, flags: GetFlags): Promise<void> {
  const { terminal, connections, signal } = context;
  const bar = new ProgressBar(terminal, lastName(job.path), () => connections.mode);
  const type = typeOf(flags.type, job.remote);
  try {
    const result = await fetchTo(context, job, {
      ...type,
      signal,
      resume: flags.continue === true,
      onProgress: bar.update,
    });
    bar.end();
    report(context, job, result);
  } finally {
    bar.end();
  }
}

async function fetchTo(context: Context, job: Job, options: GetOptions): Promise<TransferResult> {
  const client = await context.connections.open(job.remote.target);
  const { resume, ...plain } = options;
  if (job.local === undefined)
    return await client.get(job.path, passingTo(context.terminal.io.stdout), plain);
  if (!isRawText(job.local)) return await client.get(job.path, job.local, options);
  // A name that is not UTF-8 has no string that node:fs would take, so we open the file ourselves.
  const path = fsPath(job.local);
  const offset =
    resume === true
      ? await stat(path).then(
          (facts) => facts.size,
          () => 0,
        )
      : 0;
  const sink = createWriteStream(path, offset > 0 ? { flags: 'r+', start: offset } : {});
  return await client.get(job.path, sink, { ...plain, offset });
}

function report(context: Context, job: Job, result: TransferResult): void {
  const { bytes, offset, mode, dataVerb, secure, reused, duration } = result;
  const local = job.local;
  if (context.terminal.json && local !== undefined) {
    context.terminal.object({
      event: 'get',
      path: job.path,
      local,
      bytes,
      offset,
      mode,
      dataVerb,
      secure,
      reused,
      duration,
    });
  }
  context.terminal.talk(transferSummary(local ?? job.path, result));
}
