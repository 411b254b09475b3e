/** The characters of a drawing. */
export interface Pen {
  readonly line: string;
  readonly side: string;
  readonly corners: readonly [string, string, string, string];
  /** On the upper edge of a box and on a line above it. */
  readonly up: string;
  readonly down: string;
  readonly start: string;
  readonly end: string;
  readonly toRight: string;
  readonly toLeft: string;
  readonly stop: string;
  readonly wall: string;
  readonly nat: string;
}

const unicodePen: Pen = {
  line: '─',
  side: '│',
  corners: ['┌', '┐', '└', '┘'],
  up: '┴',
  down: '┬',
  start: '├',
  end: '┤',
  toRight: '▶',
  toLeft: '◀',
  stop: '✖',
  wall: '▒',
  nat: '⇄',
};

const asciiPen: Pen = {
  line: '-',
  side: '|',
  corners: ['+', '+', '+', '+'],
  up: '+',
  down: '+',
  start: '|',
  end: '|',
  toRight: '>',
  toLeft: '<',
  stop: 'X',
  wall: '#',
  nat: '<>',
};

export function penFor(unicode: boolean): Pen {
  return unicode ? unicodePen : asciiPen;
}

/** A line of a drawing, written at columns in any order. */
export class Canvas {
  readonly #cells: string[] = [];

  write(column: number, text: string): void {
    for (const [index, letter] of [...text].entries()) {
      if (column + index >= 0) this.#cells[column + index] = letter;
    }
  }

  toString(): string {
    return Array.from(this.#cells, (cell) => cell ?? ' ')
      .join('')
      .trimEnd();
  }
}
