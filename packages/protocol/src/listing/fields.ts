/** The blank-separated fields of one line, with their places, so that a name can be taken with its blanks. */
export class Fields {
  readonly text: string;
  /** Start and end of each field in turn. */
  readonly #bounds: number[] = [];

  /** Fields beyond `most` are not looked for: they belong to the name. */
  constructor(text: string, from = 0, most = 24) {
    this.text = text;
    const { length } = text;
    let at = from;
    const bounds = this.#bounds;
    while (bounds.length < most * 2) {
      while (at < length && isBlank(text.charCodeAt(at))) at += 1;
      if (at >= length) break;
      const start = at;
      while (at < length && !isBlank(text.charCodeAt(at))) at += 1;
      bounds.push(start, at);
    }
  }

  get count(): number {
    return this.#bounds.length / 2;
  }

  /** The empty string past the last field. */
  at(index: number): string {
    const start = this.#bounds[index * 2];
    return start === undefined ? '' : this.text.slice(start, this.#bounds[index * 2 + 1]);
  }

  start(index: number): number {
    return this.#bounds[index * 2] ?? this.text.length;
  }

  end(index: number): number {
    return this.#bounds[index * 2 + 1] ?? this.text.length;
  }

  /** Blanks between this field and the one before. */
  gap(index: number): number {
    return this.start(index) - this.end(index - 1);
  }

  /** From the first character of this field to the end of the line. */
  from(index: number): string {
    return this.text.slice(this.start(index));
  }

  /** Everything after this field but for one blank: a name that may begin with blanks. */
  after(index: number): string {
    return this.text.slice(this.end(index) + 1);
  }

  /** The fields `first` to before `last` as they stood. */
  span(first: number, last: number): string {
    return last > first ? this.text.slice(this.start(first), this.end(last - 1)) : '';
  }
}

function isBlank(code: number): boolean {
  return code === 0x20 || code === 0x09;
}

export function isDigits(text: string): boolean {
  if (text.length === 0) return false;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code < 0x30 || code > 0x39) return false;
  }
  return true;
}

/** A number of at most four digits within bounds, else `undefined`. */
export function smallNumber(text: string, least: number, most: number): number | undefined {
  if (text.length > 4 || !isDigits(text)) return undefined;
  const value = Number(text);
  return value >= least && value <= most ? value : undefined;
}
