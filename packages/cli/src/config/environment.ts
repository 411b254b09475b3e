import { parse } from 'yaml';
import { printable } from '../printable.ts';
import { UsageError } from '../usage-error.ts';
import { nearest } from './nearest.ts';
import type { Origin } from './origins.ts';
import { type KeySchema, leaves, settingsJsonSchema, variableOf } from './schema-json.ts';
import { merge, type Tree, treeWith } from './tree.ts';

export interface Environment {
  readonly tree: Tree;
  readonly origins: ReadonlyMap<string, Origin>;
}

/**
 * What variables set: `DUOPORT_` and the path of the key. Their values are written as in the file, so that lists are
 * `[{name: alice, password: secret}]`. A name that begins like a section and is no key of it is refused.
 */
export function readEnvironment(env: Readonly<Record<string, string | undefined>>): Environment {
  const given = Object.entries(env).filter(
    ([name, value]) => name.startsWith('DUOPORT_') && value !== undefined,
  );
  // Nobody waits for the schema who sets nothing.
  if (given.length === 0) return { tree: {}, origins: new Map() };
  const schema = settingsJsonSchema();
  const known = new Map(leaves(schema).map((leaf) => [variableOf(leaf.path), leaf] as const));
  const sections = Object.keys(schema.properties ?? {}).map((key) => `${variableOf(key)}_`);
  let tree: Tree = {};
  const origins = new Map<string, Origin>();
  for (const [variable, text = ''] of given) {
    const leaf = known.get(variable);
    if (leaf !== undefined) {
      tree = merge(tree, treeWith(leaf.path, readValue(variable, text, leaf.schema)));
      origins.set(leaf.path, { kind: 'environment', variable });
    } else if (sections.some((section) => variable.startsWith(section))) {
      const near = nearest(variable, [...known.keys()]);
      const hint = near === undefined ? 'docs/reference/config.md has all names.' : `Did you mean ${near}?`;
      throw new UsageError(`${printable(variable)}: the environment sets a key that there is not. ${hint}`);
    }
  }
  return { tree, origins };
}

/** Text stays text, whatever it looks like; the rest is read as in the file. */
function readValue(variable: string, text: string, { type }: KeySchema): unknown {
  if (type === 'string' || Array.isArray(type)) return text;
  try {
    return parse(text, { version: '1.2', maxAliasCount: 0 }) as unknown;
  } catch {
    // Its own words would show the value.
    throw new UsageError(`${variable}: cannot be read; write it as in the file, in quotes for the shell.`);
  }
}
