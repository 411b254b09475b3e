import {
  type Entry,
  encodeStatListing,
  type FactName,
  FactsFormatter,
  formatNames,
  ListFormatter,
  reply,
} from '@duoport/protocol';
import type { Permission } from '../accounts/accounts.ts';
import { type Context, command } from '../command.ts';
import { FilesError } from '../files/files.ts';
import { baseName, parentPath, resolvePath } from '../files/paths.ts';
import { globMatcher, isGlob } from '../glob.ts';
import { listingSource } from '../listing-source.ts';
import type { SendPlan } from '../transfer.ts';
import { toWire } from '../transforms.ts';
import { status } from './status.ts';

/** Lines of a STAT listing: it is one reply, held in memory by both ends. */
const statLines = 10_000;

/** Text for a batch of entries, lines with CRLF. A name that no line can carry is left out. */
type Lines = (entries: readonly Entry[]) => string;

/** RFC 959 §4.1.3: for people. The lines are those of `ls -l`, which every client can read. */
export const list = command('LIST', async (context) => {
  const { path, now } = target(context);
  const formatter = new ListFormatter({ now });
  return listing(context, path, await select(context, path), (entries) => formatter.lines(entries));
});

/** RFC 959 §4.1.3: names only, for `mget`: as the client must send them back to get the file. */
export const nlst = command('NLST', async (context) => {
  const { path, given } = target(context);
  const selected = await select(context, path);
  const prefix = selected.whole ? inside(given) : given.slice(0, given.lastIndexOf('/') + 1);
  return listing(context, path, selected, (entries) => formatNames(entries, prefix));
});

/** RFC 3659 §7: for programs. */
export const mlsd = command('MLSD', async (context) => {
  const { path, files, parameters } = context;
  const entry = await files.stat(path);
  if (entry.type !== 'directory') throw new FilesError('not-a-directory', { path });
  const selected = { whole: true, batches: files.list(path) };
  return listing(context, path, selected, facts(context, parameters.facts));
});

/** RFC 3659 §7: one entry, over the control connection, with its full path. */
export const mlst = command('MLST', async (context) => {
  const { files, path, parameters } = context;
  const entry = await (files.lstat ?? files.stat).call(files, path);
  const line = facts(context, parameters.facts)([{ ...entry, name: path }]);
  if (line === '') throw new FilesError('bad-name', { path });
  return reply(250, `Facts of ${path}`, ` ${line.trimEnd()}`, 'End');
});

/** RFC 959 §4.1.3: STAT alone tells how things stand, STAT with a path is LIST over the control connection. */
export const stat = command('STAT', async (context) => {
  if (context.argument === '') return status(context);
  if (context.login === undefined) return reply(530, 'Please log in with USER and PASS.');
  if (!context.login.permissions.has('list'))
    return reply(550, 'Permission denied: this account may not list here');
  const { path, now } = target(context);
  const formatter = new ListFormatter({ now });
  const lines: string[] = [];
  for await (const batch of (await select(context, path)).batches) {
    lines.push(...batch.flatMap((entry) => formatter.line(entry) ?? []));
    if (lines.length > statLines) return reply(450, `More than ${statLines} entries; use LIST or MLSD`);
  }
  return encodeStatListing(path, lines);
});

/** The path of a listing: `LIST -la name` is what people's fingers type, so words of options are passed over. */
function target({ argument, parameters, now }: Context) {
  const given = argument.replace(/^(?:-[A-Za-z1]+(?: +|$))+/, '').replace(/^-- /, '');
  return { given, path: resolvePath(parameters.directory, given), now };
}

interface Selected {
  /** A whole directory, rather than a file or what a pattern fits. */
  readonly whole: boolean;
  readonly batches: AsyncIterable<readonly Entry[]>;
}

async function select({ files }: Context, path: string): Promise<Selected> {
  try {
    const entry = await files.stat(path);
    if (entry.type === 'directory') return { whole: true, batches: files.list(path) };
    return { whole: false, batches: once([entry]) };
  } catch (error) {
    if (!(error instanceof FilesError) || error.kind !== 'not-found' || !isGlob(baseName(path))) throw error;
    const directory = parentPath(path);
    const entry = await files.stat(directory);
    if (entry.type !== 'directory') throw error;
    return { whole: false, batches: matching(files.list(directory), globMatcher(baseName(path))) };
  }
}

async function* once(batch: readonly Entry[]): AsyncGenerator<readonly Entry[]> {
  yield batch;
}

async function* matching(
  batches: AsyncIterable<readonly Entry[]>,
  fits: (name: string) => boolean,
): AsyncGenerator<readonly Entry[]> {
  for await (const batch of batches) yield batch.filter((entry) => fits(entry.name));
}

async function* texts(batches: AsyncIterable<readonly Entry[]>, lines: Lines): AsyncGenerator<string> {
  for await (const batch of batches) yield lines(batch);
}

/** `NLST dir` names what is in it as `dir/name`; NLST alone as `name`. */
function inside(given: string): string {
  return given === '' || given.endsWith('/') ? given : `${given}/`;
}

/** RFC 959 §3.3.1: a listing travels in TYPE A, so its lines end in CRLF whatever TYPE is set. */
async function listing(
  { parameters }: Context,
  what: string,
  { batches }: Selected,
  lines: Lines,
): Promise<SendPlan> {
  return {
    direction: 'send',
    what,
    source: await listingSource(texts(batches, lines)),
    offset: 0,
    size: undefined,
    transform: toWire(parameters, true),
  };
}

/** Lines of MLSD, with what this account may do with each entry (RFC 3659 §7.5.5). */
function facts({ login }: Context, told: ReadonlySet<FactName>): Lines {
  const may = (letters: readonly (readonly [string, Permission])[]) =>
    letters.map(([letter, permission]) => (login?.permissions.has(permission) ? letter : '')).join('');
  const file = may(fileLetters);
  const directory = may(directoryLetters);
  const formatter = new FactsFormatter({ told, permissions: { file, directory } });
  return (entries) => formatter.lines(entries);
}

const fileLetters: readonly (readonly [string, Permission])[] = [
  ['a', 'append'],
  ['d', 'remove'],
  ['f', 'rename'],
  ['r', 'read'],
  ['w', 'write'],
];

const directoryLetters: readonly (readonly [string, Permission])[] = [
  ['c', 'write'],
  ['d', 'remove-directory'],
  ['e', 'list'],
  ['f', 'rename'],
  ['l', 'list'],
  ['m', 'make-directory'],
  ['p', 'remove'],
];
