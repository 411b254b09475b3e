import type { ByteSink } from '@duoport/net';
import {
  type Entry,
  FtpLimitError,
  FtpReplyError,
  FtpTransferError,
  isFtpError,
  type ListingFormat,
  ListingParser,
  limits,
} from '@duoport/protocol';
import type { EntryQueue } from './entry-queue.ts';
import type { ListOptions } from './options.ts';
import { pwd } from './paths.ts';
import { checkNames, isUnknown, type Session } from './session.ts';
import { transfer } from './transfer.ts';

type ListVerb = 'MLSD' | 'LIST' | 'NLST';

/** Lists into the queue: MLSD, or LIST where the server has no MLSD. */
export async function list(
  session: Session,
  request: { readonly path: string | undefined; readonly queue: EntryQueue; readonly options: ListOptions },
): Promise<void> {
  const { path, queue, options } = request;
  checkNames(path);
  // RFC 3659 §7.8: the feature that announces MLSD is called MLST.
  const verb = options.verb ?? (session.has('MLST') && !session.noMlsd ? 'MLSD' : 'LIST');
  try {
    await read(session, { verb, path, queue, options });
  } catch (error) {
    const unknown = isFtpError(error) && error.code === 'FTP_REPLY' && isUnknown(error.reply);
    if (verb !== 'MLSD' || options.verb !== undefined || !unknown) throw error;
    session.noMlsd = true;
    session.decide('listing', 'LIST', error.message);
    await read(session, { verb: 'LIST', path, queue, options });
  }
}

interface Reading {
  readonly verb: ListVerb;
  readonly path: string | undefined;
  readonly queue: EntryQueue;
  readonly options: ListOptions;
}

async function read(session: Session, reading: Reading): Promise<void> {
  const { verb, path, options } = reading;
  if (path === undefined || !(verb === 'MLSD' ? spaced(path) : needsVisit(path))) {
    return await run(
      session,
      reading,
      [options.all === true && verb === 'LIST' ? '-a' : '', path ?? ''].join(' ').trim(),
    );
  }
  const here = await pwd(session);
  await session.expect('CWD', path);
  try {
    await run(session, reading, options.all === true && verb === 'LIST' ? '-a' : '');
  } finally {
    await session.goBack(here);
  }
}

/**
 * LIST takes `-x` for an option and `*` for a pattern (RFC 959 leaves it open): such a directory is listed
 * from inside.
 */
export function needsVisit(path: string): boolean {
  return /^-|[*?[\]{}~\\]|^\s|\s/.test(path);
}

/** Servers trim arguments. */
function spaced(path: string): boolean {
  return path !== path.trim();
}

async function run(session: Session, { verb, queue, options }: Reading, argument: string): Promise<void> {
  const maxEntries = options.maxEntries ?? limits.listingEntries;
  const parser = new ListingParser({
    now: Date.now(),
    timeZoneOffset: options.timeZone,
    format: formatBefore(session, verb),
    allowNames: verb === 'NLST',
    limits: { entries: maxEntries },
  });
  let told = 0;
  let bytes = 0;
  const hand = () => {
    const entries = parser.entries();
    told += entries.length;
    queue.push(entries);
    if (parser.truncated || bytes > bytesFor(maxEntries)) throw withoutEnd(verb, maxEntries);
  };
  const sink: ByteSink = {
    write(chunks) {
      for (const chunk of chunks) {
        parser.push(chunk);
        bytes += chunk.length;
      }
      hand();
    },
  };
  const { stall: stallTimeout } = session.settings.timeouts;
  const { truncation } = session.settings;
  await transfer(session, {
    verb,
    argument: argument === '' ? undefined : argument,
    direction: 'receive',
    offset: 0,
    signal: options.signal,
    pump: (data, _agreed, alive) => data.receive(sink, { stallTimeout, truncation, onProgress: alive }),
  });
  parser.end();
  hand();
  if (verb === 'LIST') session.listingFormat = parser.format;
  if (parser.faultCount > 0) unread(session, verb, parser, told);
}

/** Lines that tell no entry count as well: a listing may be without end and without entries. */
function bytesFor(maxEntries: number): number {
  return Math.max(1024, maxEntries) * 1024;
}

function withoutEnd(verb: ListVerb, maxEntries: number): FtpLimitError {
  const message = `${verb}: the listing has more than ${maxEntries} entries, or has no end`;
  return new FtpLimitError(message, { limit: 'listingEntries', value: maxEntries });
}

/** An empty result for a listing that nobody could read would be a lie. */
function unread(session: Session, verb: ListVerb, parser: ListingParser, told: number): void {
  const [first] = parser.faults;
  const what = `${parser.faultCount} lines could not be read, the first: ${first?.line} (${first?.reason})`;
  if (told > 0) return session.decide('listing', `${told} entries`, what);
  throw new FtpTransferError(`${verb}: ${what}`, { direction: 'receive', bytes: 0, resumable: false });
}

function formatBefore(session: Session, verb: ListVerb): ListingFormat | undefined {
  if (verb === 'MLSD') return 'mlsd';
  return verb === 'NLST' ? 'names' : session.listingFormat;
}

/** The entry of one name in a listing of its directory. */
export async function find(
  session: Session,
  path: string,
  queue: EntryQueue,
  options: ListOptions,
): Promise<Entry> {
  const { parent, name } = splitPath(path);
  await list(session, { path: parent, queue, options });
  queue.end();
  for (let batch = await queue.take(); batch !== undefined; batch = await queue.take()) {
    const found = batch.find((entry) => entry.name === name);
    if (found !== undefined) return found;
  }
  const reply = { code: 550, lines: [`${name} is not in the listing of its directory`] };
  throw new FtpReplyError({ verb: 'LIST', reply, message: `${path}: ${reply.lines[0]}` });
}

/** `a/b/` is `b` in `a`; `b` is in the current directory. */
export function splitPath(path: string): { readonly parent: string | undefined; readonly name: string } {
  const bare = path.length > 1 ? path.replace(/\/+$/, '') : path;
  const slash = bare.lastIndexOf('/');
  if (slash === -1) return { parent: undefined, name: bare };
  return { parent: slash === 0 ? '/' : bare.slice(0, slash), name: bare.slice(slash + 1) };
}
