import type { Result } from './verdict.ts';

/** A table of verdicts: rows are pairs, columns are what was tried. Empty cells and notes carry a mark of `marks`. */
export interface Table {
  readonly title: string;
  readonly columns: readonly string[];
  readonly rows: readonly { readonly name: string; readonly cells: readonly string[] }[];
}

/** Marks (`a`, `b`, …) → what they stand for. */
export class Marks {
  readonly #known = new Map<string, string>();

  of(text: string): string {
    const known = this.#known.get(text);
    if (known !== undefined) return known;
    const mark = String.fromCharCode(97 + (this.#known.size % 26)).repeat(
      1 + Math.floor(this.#known.size / 26),
    );
    this.#known.set(text, mark);
    return mark;
  }

  list(): readonly (readonly [mark: string, text: string])[] {
    return Array.from(this.#known, ([text, mark]) => [mark, text] as const);
  }
}

export interface TableOptions {
  readonly title: string;
  readonly marks: Marks;
  /** Heading of a result's row. */
  readonly row: (result: Result) => string;
  readonly column: (result: Result) => string;
}

export function tableOf(results: readonly Result[], { title, marks, row, column }: TableOptions): Table {
  const columns = [...new Set(results.map(column))];
  const names = [...new Set(results.map(row))];
  const rows = names.map((name) => ({
    name,
    cells: columns.map((heading) => {
      const here = results.filter((result) => row(result) === name && column(result) === heading);
      return here.map((result) => symbol(result, marks)).join(' ') || ' ';
    }),
  }));
  return { title, columns, rows };
}

function symbol({ verdict }: Result, marks: Marks): string {
  switch (verdict.kind) {
    case 'passed':
      return verdict.note === undefined ? '✔' : `✔ ${marks.of(verdict.note)}`;
    case 'empty':
    case 'missing':
      return marks.of(verdict.reason);
    case 'failed':
      return '✘';
  }
}

/** For a terminal: as wide as it gets. */
export function plainText({ title, columns, rows }: Table): string {
  const first = Math.max(0, ...rows.map(({ name }) => name.length));
  const line = (name: string, cells: readonly string[]): string =>
    `${name.padEnd(first)}  ${cells.map((cell, index) => cell.padEnd(columns[index]?.length ?? 0)).join('  ')}`.trimEnd();
  return [title, line('', columns), ...rows.map(({ name, cells }) => line(name, cells))].join('\n');
}

export function markdown({ title, columns, rows }: Table): string {
  const line = (name: string, cells: readonly string[]): string => `| ${[name, ...cells].join(' | ')} |`;
  const rule = `|---|${columns.map(() => ':-:').join('|')}|`;
  return [
    `### ${title}`,
    '',
    line('', columns),
    rule,
    ...rows.map(({ name, cells }) => line(name, cells)),
    '',
  ].join('\n');
}
