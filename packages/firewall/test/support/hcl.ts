import assert from 'node:assert/strict';

export type HclValue = string | number | readonly HclValue[] | { readonly expression: string };

export interface HclBlock {
  readonly type: string;
  readonly labels: readonly string[];
  readonly attributes: Readonly<Record<string, HclValue>>;
  readonly blocks: readonly HclBlock[];
}

const value = String.raw`(?:"(?:[^"\\$%]|\$(?!\{)|%(?!\{))*"|\d+|var\.\w+|string)`;
const attribute = new RegExp(String.raw`^( *)(\w+) += (${value}|\[(?:${value}(?:, ${value})*)?\])$`);
const opening = /^( *)(\w+)((?: "[\w-]+")*) \{$/;

/** The part of HCL's native syntax that is written: blocks, attributes, strings without templates, numbers, lists, variables. */
export function parseHcl(text: string): readonly HclBlock[] {
  const lines = text.trimEnd().split('\n');
  const { blocks, next, attributes } = body(lines, 0, '');
  assert.equal(next, lines.length, lines[next]);
  assert.deepEqual(attributes, {});
  return blocks;
}

function body(
  lines: readonly string[],
  start: number,
  indent: string,
): Omit<HclBlock, 'type' | 'labels'> & { next: number } {
  const attributes: Record<string, HclValue> = {};
  const blocks: HclBlock[] = [];
  let next = start;
  while (next < lines.length) {
    const line = lines[next] ?? '';
    const [, before, name = '', written = ''] = attribute.exec(line) ?? [];
    const [, space, type = '', labels = ''] = opening.exec(line) ?? [];
    if (before === indent) {
      assert.equal(attributes[name], undefined, line);
      attributes[name] = read(written);
      next += 1;
    } else if (space === indent) {
      const inner = body(lines, next + 1, `${indent}  `);
      assert.equal(lines[inner.next], `${indent}}`);
      const { attributes: own, blocks: nested } = inner;
      blocks.push({
        type,
        labels: [...labels.matchAll(/"([^"]+)"/g)].map(([, label = '']) => label),
        attributes: own,
        blocks: nested,
      });
      next = inner.next + 1;
    } else if (line === '') next += 1;
    else break;
  }
  return { attributes, blocks, next };
}

function read(written: string): HclValue {
  if (written.startsWith('"')) return JSON.parse(written) as string;
  if (/^\d+$/.test(written)) return Number(written);
  if (!written.startsWith('[')) return { expression: written };
  const inner = written.slice(1, -1);
  return inner === '' ? [] : [...inner.matchAll(new RegExp(value, 'g'))].map(([one]) => read(one));
}

/** A list of strings, or one string as a list of one; nothing is an empty list. */
export function strings(given: HclValue | undefined): readonly string[] {
  if (given === undefined) return [];
  const all = Array.isArray(given) ? (given as readonly HclValue[]) : [given as HclValue];
  return all.map((one) => {
    assert.equal(typeof one, 'string');
    return one as string;
  });
}
