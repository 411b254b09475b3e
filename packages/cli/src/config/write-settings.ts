import { stringify } from 'yaml';
import { wrap } from '../trace/wrap.ts';
import { type KeySchema, settingsJsonSchema } from './schema-json.ts';
import { isTree, type Tree } from './tree.ts';

const width = 100;

/** A settings file with what each of its keys is for above it. `remarks` are lines at the top, without their #. */
export function settingsText(tree: Tree, remarks: readonly string[]): string {
  const keys = Object.entries(settingsJsonSchema().properties ?? {}).filter(([key]) =>
    Object.hasOwn(tree, key),
  );
  const parts = keys.map(([key, schema]) => {
    const value = tree[key];
    const about = comment(schema.description ?? '', '');
    if (schema.properties === undefined || !isTree(value)) return [...about, ...entry(key, value, '')];
    return [...about, `${key}:`, ...inside(schema, value)];
  });
  const head = remarks.flatMap((remark) => comment(remark, ''));
  return `${[head, ...parts].map((lines) => lines.join('\n')).join('\n\n')}\n`;
}

function inside(schema: KeySchema, section: Tree): readonly string[] {
  return Object.entries(section).flatMap(([key, value]) => [
    ...comment(schema.properties?.[key]?.description ?? '', '  '),
    ...entry(key, value, '  '),
  ]);
}

function comment(text: string, indent: string): readonly string[] {
  return text === ''
    ? []
    : wrap(text.replaceAll('`', ''), width - indent.length - 2).map((line) => `${indent}# ${line}`);
}

/** `key: value`; the items of a list a line each. */
function entry(key: string, value: unknown, indent: string): readonly string[] {
  if (!Array.isArray(value) || value.length === 0) return [`${indent}${key}: ${flow(value)}`];
  return [`${indent}${key}:`, ...value.map((item) => `${indent}  - ${flow(item)}`)];
}

/** A value on one line. */
export function flow(value: unknown): string {
  return stringify(value, { collectionStyle: 'flow', lineWidth: 0, version: '1.2' }).trimEnd();
}
