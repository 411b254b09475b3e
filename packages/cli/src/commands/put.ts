import { createReadStream } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { FtpClient, PutOptions, Source, TransferResult } from '@duoport/client';
import { decodeText, isFtpError, isRawText } from '@duoport/protocol';
import { type Context, each } from '../context.ts';
import { printable } from '../printable.ts';
import { joinPath, literalPath, parseRemote, type Remote } from '../remote/remote.ts';
import { fsPath, lastName } from '../transfer/local-path.ts';
import { ProgressBar, transferSummary } from '../transfer/progress.ts';
import { typeOf } from '../transfer/type-of.ts';
import { CommandError, UsageError } from '../usage-error.ts';

export interface PutFlags {
  readonly continue?: boolean;
  readonly recursive?: boolean;
  readonly append?: boolean;
  readonly type?: 'a' | 'i';
}

/** One file to store; local `-` is standard input. */
interface Job {
  readonly local: string;
  readonly path: string;
}

/** `duoport put FILE... URL` */
export async function put(context: Context, words: readonly string[], flags: PutFlags): Promise<void> {
  const files = words.slice(0, -1);
  const remote = parseRemote(words.at(-1) ?? '');
  if (files.length === 0)
    throw new UsageError('put needs a file and a URL: duoport put FILE... ftp://user@host/dir/');
  if (flags.append === true && flags.continue === true)
    throw new UsageError('-c and --append cannot go together.');
  if (files.length > 1 && !remote.directory) {
    throw new UsageError('Several files need a directory to go to: end the URL with a slash.');
  }
  await each(context, files, (file) => putOne(context, { file, remote }, flags));
}

async function putOne(
  context: Context,
  what: { readonly file: string; readonly remote: Remote },
  flags: PutFlags,
): Promise<void> {
  const { file, remote } = what;
  const path = target(remote, file);
  if (file === '-') {
    if (flags.continue === true)
      throw new UsageError('-c cannot go with -: standard input cannot be read twice.');
    await putFile(context, remote, { local: file, path }, flags);
    return;
  }
  const facts = await stat(file);
  if (!facts.isDirectory()) {
    await putFile(context, remote, { local: file, path }, flags);
    return;
  }
  if (flags.recursive !== true)
    throw new CommandError(`${printable(file)} is a directory: add -r to store all that is in it.`);
  await putTree(context, what, flags);
}

/** A URL that ends in a slash keeps the name of the file, as `cp` does. */
function target(remote: Remote, file: string): string {
  const path = literalPath(remote);
  if (!remote.directory && path !== '') return path;
  if (file === '-') throw new UsageError('Standard input has no name: write one at the end of the URL.');
  return joinPath(path === '' ? undefined : path, basename(file));
}

async function putTree(
  context: Context,
  what: { readonly file: string; readonly remote: Remote },
  flags: PutFlags,
): Promise<void> {
  const { file, remote } = what;
  const jobs: Job[] = [];
  const client = await context.connections.open(remote.target);
  const visit = async (local: string, path: string): Promise<void> => {
    await makeDirectory(client, path);
    for (const name of await namesIn(local)) {
      const below = join(local, name.text);
      const facts = await stat(fsPath(below));
      if (facts.isDirectory() && name.link)
        context.terminal.warn(`duoport: ${printable(below)} is left out: it is a link.`);
      else if (facts.isDirectory()) await visit(below, joinPath(path, name.text));
      else if (facts.isFile()) jobs.push({ local: below, path: joinPath(path, name.text) });
      else
        context.terminal.warn(`duoport: ${printable(below)} is left out: it is neither file nor directory.`);
    }
  };
  await visit(file, target(remote, file));
  await each(context, jobs, (job) => putFile(context, remote, job, flags));
}

async function namesIn(
  directory: string,
): Promise<readonly { readonly text: string; readonly link: boolean }[]> {
  // As bytes: a name that is not UTF-8 keeps them.
  const entries = await readdir(fsPath(directory), { withFileTypes: true, encoding: 'buffer' });
  return entries
    .map((entry) => ({ text: decodeText(entry.name), link: entry.isSymbolicLink() }))
    .sort((a, b) => (a.text < b.text ? -1 : 1));
}

/** It may be there already: then the server says no, and the first file will tell whether that matters. */
async function makeDirectory(client: FtpClient, path: string): Promise<void> {
  try {
    await client.makeDirectory(path);
  } catch (error) {
    if (!isFtpError(error) || error.code !== 'FTP_REPLY') throw error;
    const there = await client.stat(path).catch(() => undefined);
    if (there?.type !== 'directory') throw error;
  }
}

async function putFile(context: Context, remote: Remote, job: Job, flags: PutFlags): Promise<void> {
  const { terminal, connections, signal } = context;
  const client = await connections.open(remote.target);
  const bar = new ProgressBar(terminal, lastName(job.path), () => connections.mode);
  const resume = flags.continue === true ? { resume: true } : {};
  const options: PutOptions = { ...typeOf(flags.type, remote), ...resume, signal, onProgress: bar.update };
  try {
    const source = sourceOf(context, job.local);
    const result =
      flags.append === true
        ? await client.append(source, job.path, options)
        : await client.put(source, job.path, options);
    bar.end();
    report(context, job, result);
  } finally {
    bar.end();
  }
}

function sourceOf(context: Context, local: string): Source {
  if (local === '-') return context.terminal.io.stdin;
  return isRawText(local) ? createReadStream(fsPath(local)) : local;
}

function report(context: Context, job: Job, result: TransferResult): void {
  const { bytes, offset, mode, dataVerb, secure, reused, duration } = result;
  if (context.terminal.json) {
    context.terminal.object({
      event: 'put',
      local: job.local,
      path: job.path,
      bytes,
      offset,
      mode,
      dataVerb,
      secure,
      reused,
      duration,
    });
  }
  context.terminal.talk(transferSummary(job.path, result));
}
