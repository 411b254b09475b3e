/** How a report is drawn. */
export interface RenderOptions {
  /** Width of the terminal; what is drawn keeps between 60 and 100. */
  readonly columns: number;
  /** Lines and arrows of Unicode; ASCII otherwise. */
  readonly unicode: boolean;
  readonly color: boolean;
}

/** The signs of the drawing, and words in colour where there is colour. */
export interface Style {
  readonly columns: number;
  readonly line: string;
  readonly tick: string;
  readonly right: string;
  readonly left: string;
  readonly stop: string;
  readonly unknown: string;
  readonly dot: string;
  readonly more: string;
  good(text: string): string;
  bad(text: string): string;
  warn(text: string): string;
  strong(text: string): string;
  faint(text: string): string;
  /** Everything else that is printed: without Unicode, typographic signs become plain ones. */
  plain(text: string): string;
}

export function styleOf({ columns, unicode, color }: RenderOptions): Style {
  const paint =
    (code: string) =>
    (text: string): string =>
      color ? `\u001b[${code}m${text}\u001b[0m` : text;
  const signs = unicode
    ? { line: '─', tick: '┼', right: '▶', left: '◀', stop: '✗', unknown: '?', dot: '●', more: '…' }
    : { line: '-', tick: '+', right: '>', left: '<', stop: 'X', unknown: '?', dot: 'o', more: '...' };
  return {
    ...signs,
    columns: Math.max(60, Math.min(100, columns)),
    good: paint('32'),
    bad: paint('31'),
    warn: paint('33'),
    strong: paint('1'),
    faint: paint('2'),
    plain: unicode ? (text) => text : ascii,
  };
}

const replacements: readonly (readonly [RegExp, string])[] = [
  [/[’‘]/g, "'"],
  [/[“”]/g, '"'],
  [/…/g, '...'],
  [/[–—]/g, '-'],
];

function ascii(text: string): string {
  const usual = replacements.reduce((all, [sign, plain]) => all.replace(sign, plain), text);
  return usual.replace(/[^\x20-\x7e]/g, '?');
}
