import { encodeFacts, type FactName } from './facts.ts';
import type { Entry } from './listing/entry.ts';
import { isListableName } from './listing/safe-name.ts';
import { encodeTime } from './time.ts';

export interface FactsFormatterOptions {
  readonly told: ReadonlySet<FactName>;
  /** What the account may do (RFC 3659 §7.5.5), for directories and for all else. */
  readonly permissions?: { readonly file: string; readonly directory: string };
}

/** Facts that are told entry by entry; an entry or a choice with any other goes the long way. */
const common: ReadonlySet<FactName> = new Set([
  'type',
  'size',
  'modify',
  'perm',
  'unique',
  'unix.mode',
  'unix.owner',
  'unix.group',
]);
/**
 * Writes MLSD lines for a whole listing: the same lines as `encodeFacts`, several times faster, because seconds, modes and
 * owners are mostly those of the entry before and are put into words once for both.
 */
export class FactsFormatter {
  readonly #told: ReadonlySet<FactName>;
  readonly #isCommon: boolean;
  readonly #permissions: FactsFormatterOptions['permissions'];
  readonly #heads: { readonly file: string; readonly directory: string };
  readonly #perms: { readonly file: string; readonly directory: string };
  readonly #tellsSize: boolean;
  readonly #tellsTime: boolean;
  readonly #tellsUnique: boolean;
  readonly #tailNames: ReadonlySet<FactName>;
  #second = Number.NaN;
  #secondText = '';
  #tailOf: Pick<Entry, 'mode' | 'owner' | 'group'> = {};
  #tailText = '';

  constructor({ told, permissions }: FactsFormatterOptions) {
    const perm = (letters: string | undefined) =>
      letters === undefined || !told.has('perm') ? '' : `perm=${letters};`;
    this.#told = told;
    this.#isCommon = [...told].every((name) => common.has(name));
    this.#permissions = permissions;
    this.#heads = told.has('type') ? { file: 'type=file;', directory: 'type=dir;' } : nothing;
    this.#perms = { file: perm(permissions?.file), directory: perm(permissions?.directory) };
    this.#tellsSize = told.has('size');
    this.#tellsTime = told.has('modify');
    this.#tellsUnique = told.has('unique');
    this.#tailNames = new Set([...told].filter((name) => name.startsWith('unix.')));
  }

  /** One line without its CRLF, or `undefined` for a name that no line can hold. */
  line(entry: Entry): string | undefined {
    if (!isListableName(entry.name)) return undefined;
    const { type, size, modified, unique } = entry;
    const plain = (type === 'file' || type === 'directory') && entry.place === undefined;
    if (!plain || !this.#isCommon) return encodeFacts(this.#withPermissions(entry), this.#told);
    let line = this.#heads[type];
    if (this.#tellsSize && size !== undefined) line += `size=${size};`;
    if (this.#tellsTime && modified !== undefined) line += this.#time(Math.floor(modified));
    line += this.#perms[type];
    if (this.#tellsUnique && unique !== undefined) line += `unique=${unique};`;
    return `${line}${this.#tail(entry)} ${entry.name}`;
  }

  /** Lines with CRLF for a batch of entries, joined; unlistable names are left out. */
  lines(entries: readonly Entry[]): string {
    let text = '';
    for (const entry of entries) {
      const line = this.line(entry);
      if (line !== undefined) text += `${line}\r\n`;
    }
    return text;
  }

  #withPermissions(entry: Entry): Entry {
    const { file, directory } = this.#permissions ?? {};
    const permissions = entry.type === 'directory' ? directory : file;
    return permissions === undefined ? entry : { ...entry, permissions };
  }

  #time(modified: number): string {
    const second = Math.floor(modified / 1000);
    if (second !== this.#second) {
      this.#secondText = `modify=${encodeTime(second * 1000)}`;
      this.#second = second;
    }
    const fraction = modified - second * 1000;
    return fraction === 0
      ? `${this.#secondText};`
      : `${this.#secondText}.${String(1000 + fraction).slice(1)};`;
  }

  /** Mode, owner and group. */
  #tail(entry: Entry): string {
    const { mode, owner, group } = entry;
    const before = this.#tailOf;
    if (mode === before.mode && owner === before.owner && group === before.group) return this.#tailText;
    const facts = { name: '-', type: 'file', ...(mode === undefined ? {} : { mode }) } as const;
    const owners = { ...(owner === undefined ? {} : { owner }), ...(group === undefined ? {} : { group }) };
    this.#tailText = encodeFacts({ ...facts, ...owners }, this.#tailNames).slice(0, -2);
    this.#tailOf = entry;
    return this.#tailText;
  }
}

const nothing = { file: '', directory: '' } as const;
