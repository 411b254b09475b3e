import { readFile, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { placeOf } from '../accounts/place.ts';
import type { ServeFlags } from '../flags/serve-flags.ts';
import { printable } from '../printable.ts';
import { UsageError } from '../usage-error.ts';
import { contradictions } from './contradictions.ts';
import { parseSettings } from './document.ts';
import { readEnvironment } from './environment.ts';
import { withFlags } from './flag-settings.ts';
import { type Origin, Origins } from './origins.ts';
import { type Problem, problemsOf } from './problem.ts';
import { type Settings, settingsSchema } from './schema.ts';
import { allKeys } from './schema-json.ts';
import { changed, isTree, merge, type Tree } from './tree.ts';

/** Settings with their origins: what a server runs by. */
export interface Effective {
  readonly settings: Settings;
  readonly origins: Origins;
}

export interface Sources {
  /** A settings file. */
  readonly file?: string | undefined;
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly directory?: string | undefined;
  /** Only what was typed, no defaults. */
  readonly flags?: Partial<ServeFlags>;
}

const largest = 1024 * 1024;
/** Keys that hold a path. Relative ones are meant from the file on that they stand in. */
const paths = [
  'directory',
  'accounts',
  'accounts.*',
  'accounts.*.at',
  'accounts.*.path',
  'accounts.*.ca',
  'accounts.*.rules.directory',
  'accounts.*.rules.folders.*',
  'accounts.*.groups.*.directory',
  'accounts.*.groups.*.folders.*',
  'users.*.directory',
  'defence.lists.*',
  'users.*.folders.*',
  'anonymous.directory',
  'tls.certificate',
  'tls.key',
  'logs.file',
  'logs.xferlog',
  'logs.w3c',
  'hooks.*.command',
  'hooks.*.module',
  'tls.passphrase-file',
  'tls.certificates.*.certificate',
  'tls.certificates.*.key',
  'tls.certificates.*.passphrase-file',
  'tls.client-authorities',
  'tls.client-revocations.*',
  'acme.ca',
  'acme.webroot',
  'acme.eab-key-file',
  'acme.folder',
];

/**
 * Defaults, file, environment and command line, the later winning. Throws UsageError that names all that is wrong, each with
 * file, line and key.
 */
export async function loadSettings(sources: Sources): Promise<Effective> {
  const text = sources.file === undefined ? undefined : await readSmallFile(sources.file);
  return settle(text, sources);
}

/** The same with the text of the file at hand. */
export function settle(
  text: string | undefined,
  { file = 'duoport.yaml', env = {}, directory, flags = {} }: Sources,
): Effective {
  const document = text === undefined ? undefined : parseSettings(text, file);
  const tree = document?.tree ?? {};
  if (!isTree(tree))
    throw new UsageError(`${printable(file)}, line 1: Settings are "key: value", one a line.`);
  const environment = readEnvironment(env);
  const written = new Map<string, Origin>(
    [...(document?.lines ?? [])].map(([path, line]) => [path, { kind: 'file', file, line }]),
  );
  const hasFile = text !== undefined;
  const origins = over(written, environment.origins);
  const parsed = settingsSchema.safeParse(merge(absolute(tree, dirname(file)), environment.tree));
  if (!parsed.success)
    throw refusal(problemsOf(parsed.error.issues, allKeys()), new Origins(origins, { hasFile }));
  const typed = withFlags(parsed.data, directory, flags);
  const effective = new Origins(over(origins, typed.origins), { hasFile });
  const found = contradictions(typed.settings, effective);
  if (found.length > 0) throw refusal(found, effective);
  return { settings: typed.settings, origins: effective };
}

/** A list of a later source replaces the whole list, with the places of what was in it. */
function over(
  under: ReadonlyMap<string, Origin>,
  later: ReadonlyMap<string, Origin>,
): ReadonlyMap<string, Origin> {
  const left = [...under].filter(
    ([known]) => ![...later.keys()].some((path) => known.startsWith(`${path}.`)),
  );
  return new Map([...left, ...later]);
}

function absolute(tree: Tree, base: string): Tree {
  const whole = (value: unknown): unknown =>
    typeof value === 'string' && value !== '' ? placeOf(value, base) : value;
  return paths.reduce((done, path) => changed(done, path.split('.'), whole) as Tree, tree);
}

/** All that is wrong, a line each. */
function refusal(problems: readonly Problem[], origins: Origins): UsageError {
  const most = 20;
  const told = problems.map(({ path, text }) => {
    const origin = origins.of(path);
    return {
      line: origin?.kind === 'file' ? origin.line : 0,
      text: `${origins.where(path)}${printable(text)}`,
    };
  });
  const inOrder = told.toSorted((one, other) => one.line - other.line).map(({ text }) => text);
  const lines = [...new Set(inOrder)];
  const rest = lines.length > most ? [`… and ${lines.length - most} more.`] : [];
  return new UsageError([...lines.slice(0, most), ...rest].join('\n'));
}

async function readSmallFile(file: string): Promise<string> {
  try {
    const facts = await stat(file);
    if (!facts.isFile() || facts.size > largest) {
      throw new UsageError(`${printable(file)} is no file of settings (a file of at most 1 MiB).`);
    }
    return await readFile(file, 'utf8');
  } catch (cause) {
    if (cause instanceof UsageError) throw cause;
    const code = (cause as NodeJS.ErrnoException).code ?? String(cause);
    const why =
      { ENOENT: 'there is no such file', EACCES: 'this user may not read it (chmod, chown)' }[code] ?? code;
    throw new UsageError(`${printable(file)}: cannot be read: ${why}.`, { cause });
  }
}
