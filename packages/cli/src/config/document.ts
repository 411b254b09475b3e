import { extname } from 'node:path';
import { parse as parseToml, TomlError } from 'smol-toml';
import { isAlias, isMap, isScalar, isSeq, LineCounter, parseDocument } from 'yaml';
import { printable } from '../printable.ts';
import { UsageError } from '../usage-error.ts';
import { tomlLines } from './toml-lines.ts';

/** A settings file, read but not understood. */
export interface SettingsDocument {
  readonly tree: unknown;
  /** `users.0.name` → the line on which it stands. */
  readonly lines: ReadonlyMap<string, number>;
}

/** Reads YAML, JSON or, by its ending, TOML. Throws UsageError with file and line. */
export function parseSettings(text: string, file: string): SettingsDocument {
  return extname(file).toLowerCase() === '.toml' ? readToml(text, file) : readYaml(text, file);
}

function readYaml(text: string, file: string): SettingsDocument {
  const counter = new LineCounter();
  const document = parseDocument(text, { lineCounter: counter, uniqueKeys: true, version: '1.2' });
  const [problem] = document.errors;
  if (problem !== undefined) throw at(file, problem.linePos?.[0].line ?? 1, problem.message);
  const lines = new Map<string, number>();
  const note = (node: unknown, path: string): void => {
    const children: readonly (readonly [string, unknown, unknown])[] = isMap(node)
      ? node.items.map(({ key, value }) => [isScalar(key) ? String(key.value) : '', key, value])
      : isSeq(node)
        ? node.items.map((item, index) => [String(index), item, item])
        : [];
    for (const [name, place, child] of children) {
      const inner = path === '' ? name : `${path}.${name}`;
      lines.set(
        inner,
        counter.linePos((place as { range?: readonly number[] } | null)?.range?.[0] ?? 0).line,
      );
      if (!isAlias(child)) note(child, inner);
    }
  };
  note(document.contents, '');
  try {
    return { tree: document.toJS({ maxAliasCount: 20 }) as unknown, lines };
  } catch (cause) {
    throw at(file, 1, cause instanceof Error ? cause.message : String(cause));
  }
}

function readToml(text: string, file: string): SettingsDocument {
  try {
    return { tree: parseToml(text), lines: tomlLines(text) };
  } catch (cause) {
    if (cause instanceof TomlError) throw at(file, cause.line, cause.message);
    throw cause;
  }
}

/** The libraries' messages show lines of the file, which may hold a password: only their first line is told. */
function at(file: string, line: number, message: string): UsageError {
  const [first = ''] = message.split('\n');
  const words = printable(first.replace(/ at line \d+, column \d+:?$/, '')).replace(/\.?$/, '.');
  return new UsageError(`${printable(file)}, line ${line}: ${words}`);
}
