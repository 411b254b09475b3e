import { readFile, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { Command, InvalidArgumentError, type Option } from 'commander';
import { isMap, isScalar, isSeq, LineCounter, type Node, type Pair, parseDocument, type YAMLMap } from 'yaml';
import { addServeFlags, type ServeFlags } from '../flags/serve-flags.ts';
import { printable } from '../printable.ts';
import { UsageError } from '../usage-error.ts';

/** What a settings file says: the flags of `duoport serve`, parsed and checked one by one. */
export interface Config {
  readonly file: string;
  /** `dir`: absolute; undefined when the file names none. */
  readonly directory: string | undefined;
  /** Only what the file names. */
  readonly flags: Partial<ServeFlags>;
}

const largest = 1024 * 1024;
/** Flags that hold a file name: relative ones are meant from the settings file on. */
const paths: ReadonlySet<string> = new Set(['tls-cert', 'tls-key']);

/**
 * Reads a settings file, YAML or JSON. Its keys are the long flags of `duoport serve`, and `dir`; its values are written as on
 * the command line, flags that may be repeated as lists. Throws UsageError that names file, line and key.
 */
export async function readConfig(file: string): Promise<Config> {
  return parseConfig(await readSmallFile(file), file);
}

/** The same with the text at hand. */
export function parseConfig(text: string, file: string): Config {
  const at = (line: number, what: string): UsageError =>
    new UsageError(`${printable(file)}, line ${line}: ${what}`);
  const counter = new LineCounter();
  const document = parseDocument(text, { lineCounter: counter, uniqueKeys: true, version: '1.2' });
  const [problem] = document.errors;
  if (problem !== undefined) throw at(problem.linePos?.[0].line ?? 1, syntaxWords(problem.message));
  const lineOf = (node: unknown): number => counter.linePos((node as Node | null)?.range?.[0] ?? 0).line;
  const { contents } = document;
  if (contents === null) return { file, directory: undefined, flags: {} };
  if (!isMap(contents)) throw at(1, 'a settings file is a list of "flag: value", one a line.');
  return readPairs(contents, { file, at, lineOf });
}

interface Place {
  readonly file: string;
  readonly at: (line: number, what: string) => UsageError;
  readonly lineOf: (node: unknown) => number;
}

function readPairs(map: YAMLMap, { file, at, lineOf }: Place): Config {
  const options = serveOptions();
  const flags: Record<string, unknown> = {};
  let directory: string | undefined;
  for (const pair of map.items as readonly Pair<unknown, unknown>[]) {
    const line = lineOf(pair.key);
    const key = isScalar(pair.key) ? String(pair.key.value) : '';
    const fail = (what: string): UsageError => at(line, `${printable(key)}: ${what}`);
    if (key === 'dir') {
      directory = resolve(dirname(file), scalarText(pair.value, fail));
      continue;
    }
    const option = options.get(key);
    if (option === undefined) throw at(line, unknownKey(key, options));
    flags[option.attributeName()] = readValue(option, pair.value, { file, key, fail });
  }
  const { tlsSelfSigned, tlsCert } = flags as Partial<ServeFlags>;
  if (tlsSelfSigned === true && tlsCert !== undefined) {
    throw at(1, 'tls-self-signed and tls-cert cannot both be there: keep one of them.');
  }
  return { file, directory, flags: flags as Partial<ServeFlags> };
}

interface Where {
  readonly file: string;
  readonly key: string;
  readonly fail: (what: string) => UsageError;
}

function readValue(option: Option, value: unknown, { file, key, fail }: Where): unknown {
  if (option.isBoolean() || (option.optional && isScalar(value) && typeof value.value === 'boolean')) {
    if (!isScalar(value) || typeof value.value !== 'boolean') throw fail('write true or false.');
    // `require-tls: true` is the flag without its word.
    return option.isBoolean() || !value.value ? value.value || undefined : 'both';
  }
  if (isRepeatable(option)) {
    const items: readonly unknown[] = isSeq(value) ? value.items : [value];
    return items.reduce<unknown>(
      (all, item) => parseOne(option, scalarText(item, fail), all, fail),
      undefined,
    );
  }
  if (isSeq(value)) throw fail('only one value, no list.');
  const text = scalarText(value, fail);
  return parseOne(option, paths.has(key) ? resolve(dirname(file), text) : text, undefined, fail);
}

function parseOne(option: Option, text: string, earlier: unknown, fail: Where['fail']): unknown {
  const { parseArg } = option;
  if (parseArg === undefined) return text;
  try {
    return parseArg(text, earlier as never);
  } catch (error) {
    if (error instanceof InvalidArgumentError) throw fail(error.message);
    throw error;
  }
}

/** As it is written: 0021 and 1e3 stay what they are, and the parsers of the flags decide. */
function scalarText(value: unknown, fail: Where['fail']): string {
  if (!isScalar(value) || value.value === null || typeof value.value === 'boolean') {
    throw fail('write a value, in quotes where it holds ": ", "[" or "#".');
  }
  return typeof value.value === 'string' ? value.value : (value.source ?? String(value.value));
}

const repeatable: ReadonlySet<string> = new Set(['listen', 'listen-tls', 'user', 'passive-address']);

function isRepeatable(option: Option): boolean {
  return repeatable.has(option.long?.slice(2) ?? '');
}

function serveOptions(): ReadonlyMap<string, Option> {
  const { options } = addServeFlags(new Command());
  const named = options.map((option) => [option.long?.slice(2) ?? '', option] as const);
  return new Map(named.filter(([name]) => name !== 'config'));
}

function unknownKey(key: string, options: ReadonlyMap<string, Option>): string {
  const camel = key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`).replaceAll('_', '-');
  const near = options.has(camel) ? ` Did you mean ${camel}?` : '';
  const all = ['dir', ...options.keys()].join(', ');
  return `${printable(key.slice(0, 60))} is no setting.${near} The settings are ${all}.`;
}

/** The library's message shows lines of the file, which may hold a password. */
function syntaxWords(message: string): string {
  const [first = ''] = message.split('\n');
  return printable(first.replace(/ at line \d+, column \d+:?$/, '')).replace(/\.?$/, '.');
}

async function readSmallFile(file: string): Promise<string> {
  try {
    const facts = await stat(file);
    if (!facts.isFile() || facts.size > largest) {
      throw new UsageError(`--config ${printable(file)}: is no file of settings (a file of at most 1 MiB).`);
    }
    return await readFile(file, 'utf8');
  } catch (cause) {
    if (cause instanceof UsageError) throw cause;
    const why = (cause as NodeJS.ErrnoException).code ?? String(cause);
    throw new UsageError(`--config ${printable(file)}: cannot be read (${why}).`, { cause });
  }
}
