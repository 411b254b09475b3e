import { merge, type Tree, treeWith } from '../config/tree.ts';

/** One setting of another server's configuration. */
export interface Directive {
  readonly name: string;
  readonly value: string;
  readonly line: number;
}

/** What is done about one option of another server. */
export interface Row {
  /** The key, or the keys, that it becomes here. */
  readonly key?: string;
  /** Why there is none, or what to know about it. */
  readonly text?: string;
  /** It asks for nothing that duoport would not do by itself: always, or with these values. */
  readonly same?: true | readonly string[];
}

export type Rows = Readonly<Record<string, Row>>;

/** It has its equal. */
export const to = (key: string, text?: string): Row => ({ key, ...(text === undefined ? {} : { text }) });
/** Nothing to set: duoport does it anyway, or has no need of it. */
export const anyway = (text: string): Row => ({ text, same: true });
/** Nothing here does that; with the values in `same` it asks for nothing. */
export const none = (text: string, ...same: readonly string[]): Row => ({ text, same });

/** What became of one directive. */
export interface Note {
  readonly line: number;
  readonly option: string;
  readonly outcome: 'translated' | 'same' | 'left';
  readonly text: string;
}

/** A settings file made of another server's configuration. */
export interface Imported {
  readonly tree: Tree;
  readonly notes: readonly Note[];
}

const words = { yes: ['yes', 'on', 'true', '1'], no: ['no', 'off', 'false', '0'] };

/** Reads directives, takes down what becomes of them, and builds the settings. Names are compared without case. */
export class Translation {
  readonly #directives: readonly Directive[];
  readonly #rows: Rows;
  readonly #reasons = new Map<string, { readonly outcome: 'left' | 'same'; readonly text: string }>();
  readonly #extra: Note[] = [];
  #tree: Tree = {};

  constructor(directives: readonly Directive[], rows: Rows) {
    this.#directives = directives;
    this.#rows = Object.fromEntries(Object.entries(rows).map(([name, row]) => [name.toLowerCase(), row]));
  }

  /** The last one counts. */
  text(name: string): string | undefined {
    return this.#last(name)?.value;
  }

  yes(name: string, usual: boolean): boolean {
    const value = this.text(name)?.toLowerCase();
    if (value === undefined) return usual;
    if (words.yes.includes(value)) return true;
    if (!words.no.includes(value)) this.leave(name, 'This is neither yes nor no.');
    return words.no.includes(value) ? false : usual;
  }

  /** A whole number of at least `lowest`. */
  number(name: string, lowest = 0): number | undefined {
    const value = this.text(name);
    if (value === undefined) return undefined;
    const number = /^\d{1,9}$/.test(value) ? Number(value) : Number.NaN;
    if (number >= lowest) return number;
    this.leave(name, `This is no whole number from ${lowest} up.`);
    return undefined;
  }

  port(name: string): number | undefined {
    const port = this.number(name);
    if (port === undefined || port <= 65_535) return port;
    this.leave(name, `Port ${port} does not exist: ports go up to 65535.`);
    return undefined;
  }

  /** Undefined leaves the default. */
  set(path: string, value: unknown): void {
    if (value !== undefined) this.#tree = merge(this.#tree, treeWith(path, value));
  }

  /** Takes back that this option is translated. */
  leave(name: string, reason: string): void {
    this.#reasons.set(name.toLowerCase(), { outcome: 'left', text: reason });
  }

  /** It does nothing over there as it stands. */
  unused(names: readonly string[], reason: string): void {
    for (const name of names) this.#reasons.set(name.toLowerCase(), { outcome: 'same', text: reason });
  }

  /** Something to know that stands in no line. */
  note(option: string, text: string): void {
    this.#extra.push({ line: 0, option, outcome: 'left', text });
  }

  done(): Imported {
    const notes = this.#directives.map((directive) => this.#noteOf(directive));
    return { tree: this.#tree, notes: [...notes, ...this.#extra] };
  }

  #noteOf({ name, value, line }: Directive): Note {
    const key = name.toLowerCase();
    const row = Object.hasOwn(this.#rows, key) ? this.#rows[key] : undefined;
    const reason = this.#reasons.get(key);
    const note = (outcome: Note['outcome'], text: string): Note => ({ line, option: name, outcome, text });
    if (reason !== undefined) return note(reason.outcome, reason.text);
    if (row === undefined) return note('left', 'No option that duoport knows of.');
    const text = row.text ?? '';
    if (row.key !== undefined) return note('translated', text === '' ? row.key : `${row.key}. ${text}`);
    const same = row.same === true || (row.same ?? []).includes(value.toLowerCase());
    return note(same ? 'same' : 'left', text);
  }

  #last(name: string): Directive | undefined {
    return this.#directives.findLast((one) => one.name.toLowerCase() === name.toLowerCase());
  }
}

/** The range from low to high, or what is wrong with it. */
export function portRange(
  low: number,
  high: number,
): { readonly range: string } | { readonly problem: string } {
  if (low > high)
    return { problem: `${low} to ${high} is the wrong way round: set passive.ports to ${high}-${low}.` };
  if (low < 1 || high > 65_535) return { problem: 'Ports go from 1 to 65535.' };
  return { range: `${low}-${high}` };
}
