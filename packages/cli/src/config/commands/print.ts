import type { Terminal } from '../../terminal.ts';
import { loadSettings, type Sources } from '../load-settings.ts';
import { notation } from '../notation.ts';
import { type Origins, originText } from '../origins.ts';
import { type Leaf, leaves } from '../schema-json.ts';
import { isTree, type Tree } from '../tree.ts';
import { flow } from '../write-settings.ts';

/** `duoport config print`: every key with what holds for it and where that comes from. No secrets. */
export async function printSettings(terminal: Terminal, sources: Sources): Promise<void> {
  const { settings, origins } = await loadSettings({ ...sources, env: terminal.io.env });
  const tree = notation(settings);
  const all = leaves();
  if (terminal.json) {
    terminal.object(
      Object.fromEntries(
        all.map(({ path }) => [path, { value: at(tree, path), origin: origin(origins, path) }]),
      ),
    );
    return;
  }
  for (const line of settingLines(all, tree, origins)) terminal.result(line);
}

/** As a settings file, with the origin of each key behind it. */
function settingLines(all: readonly Leaf[], tree: Tree, origins: Origins): readonly string[] {
  let section = '';
  const lines = all.flatMap((leaf): readonly (readonly [string, string])[] => {
    const above = leaf.path.split('.').slice(0, -1).join('.');
    const title: readonly (readonly [string, string])[] =
      above === '' || above === section ? [] : [[`${above}:`, '']];
    section = above;
    const indent = above === '' ? '' : '  ';
    return [
      ...title,
      ...keyLines(leaf, at(tree, leaf.path), indent).map(
        (text, index) => [text, index === 0 ? originText(exact(origins, leaf.path)) : ''] as const,
      ),
    ];
  });
  const width = Math.min(48, Math.max(...lines.map(([text, from]) => (from === '' ? 0 : text.length))));
  return lines.map(([text, from]) => (from === '' ? text : `${text.padEnd(width)}  # ${from}`));
}

function keyLines({ path, schema }: Leaf, value: unknown, indent: string): readonly string[] {
  const key = path.slice(path.lastIndexOf('.') + 1);
  if (value === undefined) return [`${indent}# ${key}: ${(schema.otherwise ?? 'none').replaceAll('`', '')}`];
  if (!Array.isArray(value) || value.length === 0) return [`${indent}${key}: ${flow(value)}`];
  return [`${indent}${key}:`, ...value.map((item) => `${indent}  - ${flow(item)}`)];
}

function at(tree: Tree, path: string): unknown {
  return path.split('.').reduce<unknown>((below, key) => (isTree(below) ? below[key] : undefined), tree);
}

/** Of the key itself: a section that is in the file does not mean that all its keys are. */
function exact(origins: Origins, path: string) {
  return origins.isSet(path) ? origins.of(path) : undefined;
}

function origin(origins: Origins, path: string): object {
  return exact(origins, path) ?? { kind: 'default' };
}
