import type { Rules } from '../../rules.ts';

export type HclValue = string | number | readonly string[] | { readonly expression: string };

/** An attribute, or a nested block of attributes. */
export type HclEntry =
  | readonly [string, HclValue]
  | readonly [string, { readonly block: readonly HclEntry[] }];

/** One block, laid out as `terraform fmt` would have it. */
function block(head: string, entries: readonly HclEntry[], indent = ''): string {
  const inner = `${indent}  `;
  const width = Math.max(0, ...entries.map(([name, value]) => (isBlock(value) ? 0 : name.length)));
  const lines = entries.flatMap(([name, value]) =>
    isBlock(value)
      ? ['', block(name, value.block, inner)]
      : [`${inner}${name.padEnd(width)} = ${hcl(value)}`],
  );
  return [`${indent}${head} {`, ...lines, `${indent}}`].join('\n');
}

/** `resource "type" "name" { … }` with a comment above. */
export function resource(type: string, name: string, entries: readonly HclEntry[]): string {
  return block(`resource "${type}" "${name.replaceAll('-', '_')}"`, entries);
}

/** A variable of the module: what only the administrator knows. */
export function variable(name: string, description: string): string {
  return block(`variable "${name}"`, [
    ['description', description],
    ['type', { expression: 'string' }],
  ]);
}

/** Where the place has the value, it stands there itself; else there is a variable to give. */
export function given(value: string | undefined, name: string): HclValue {
  return value ?? { expression: `var.${name}` };
}

/** Blocks of a file with an empty line between them, and how a file of Terraform is taken back. */
export function terraformFile(blocks: readonly string[]): Pick<Rules, 'format' | 'file'> & {
  readonly apply: readonly string[];
  readonly undo: readonly string[];
} {
  const file = 'duoport-firewall.tf';
  return {
    format: 'file',
    file,
    apply: blocks.flatMap((text, index) => (index === 0 ? [text] : ['', text])),
    undo: [`rm ${file}`, 'terraform apply'],
  };
}

function isBlock(value: HclEntry[1]): value is { readonly block: readonly HclEntry[] } {
  return typeof value === 'object' && 'block' in value;
}

function hcl(value: HclValue): string {
  if (typeof value === 'number') return String(value);
  if (typeof value === 'string') return quoted(value);
  if ('expression' in value) return value.expression;
  return `[${value.map(quoted).join(', ')}]`;
}

/** `${` and `%{` would begin a template. */
function quoted(text: string): string {
  return JSON.stringify(text).replace(/([$%])\{/g, '$1$1{');
}
