import { FtpLocalError } from './errors.ts';
import { refuseLineBreaks } from './fault.ts';
import type { Entry } from './listing/entry.ts';
import { encodeTime } from './time.ts';

export { type DecodedFacts, decodeFacts, decodeMlst } from './facts-decode.ts';

/** The facts that we tell (RFC 3659 §7.5), in the order in which they stand on a line. */
export const factNames = [
  'type',
  'size',
  'modify',
  'create',
  'perm',
  'unique',
  'lang',
  'media-type',
  'charset',
  'unix.mode',
  'unix.owner',
  'unix.group',
] as const;

export type FactName = (typeof factNames)[number];

/** As RFC 3659 §7.8 and other servers spell them; clients compare without regard to case. */
const SPELLING: Readonly<Record<FactName, string>> = {
  type: 'type',
  size: 'size',
  modify: 'modify',
  create: 'create',
  perm: 'perm',
  unique: 'unique',
  lang: 'lang',
  'media-type': 'media-type',
  charset: 'charset',
  'unix.mode': 'UNIX.mode',
  'unix.owner': 'UNIX.owner',
  'unix.group': 'UNIX.group',
};

export function isFactName(name: string): name is FactName {
  return Object.hasOwn(SPELLING, name);
}

/** The names of facts as a list, `type;size;`, in our order (RFC 3659 §7.9). */
export function formatFactNames(names: ReadonlySet<FactName>): string {
  return factNames.map((name) => (names.has(name) ? `${SPELLING[name]};` : '')).join('');
}

/** The FEAT line of MLST: all facts that can be told, a `*` behind those that are (RFC 3659 §7.8). */
export function formatMlstFeature(told: ReadonlySet<FactName>, of: readonly FactName[] = factNames): string {
  return `MLST ${of.map((name) => `${SPELLING[name]}${told.has(name) ? '*' : ''};`).join('')}`;
}

/**
 * One MLSD line without its CRLF: `type=file;size=12; name`. Facts that the entry does not have are left out. For MLST put a
 * space in front. Throws FtpLocalError on CR, LF or NUL in the name: it cannot be told on a line.
 */
export function encodeFacts(entry: Entry, told: ReadonlySet<FactName>): string {
  if (entry.name === '') throw new FtpLocalError('An entry needs a name');
  refuseLineBreaks(entry.name, 'A name in a listing');
  let line = '';
  for (const name of factNames) {
    if (!told.has(name)) continue;
    const value = factValue(entry, name);
    if (value !== undefined) line += `${SPELLING[name]}=${value};`;
  }
  return `${line} ${entry.name}`;
}

function factValue(entry: Entry, name: FactName): string | undefined {
  switch (name) {
    case 'type':
      return typeValue(entry);
    case 'size':
      return entry.size === undefined ? undefined : String(entry.size);
    case 'modify':
      return entry.modified === undefined ? undefined : encodeTime(entry.modified);
    case 'create':
      return entry.created === undefined ? undefined : encodeTime(entry.created);
    case 'perm':
      return clean(entry.permissions);
    case 'unique':
      return clean(entry.unique);
    case 'lang':
      return clean(entry.language);
    case 'media-type':
      return clean(entry.mediaType);
    case 'charset':
      return clean(entry.charset);
    case 'unix.mode':
      return entry.mode === undefined ? undefined : `0${entry.mode.toString(8).padStart(3, '0')}`;
    case 'unix.owner':
      return clean(entry.owner);
    case 'unix.group':
      return clean(entry.group);
  }
}

function typeValue(entry: Entry): string | undefined {
  if (entry.place === 'current') return 'cdir';
  if (entry.place === 'parent') return 'pdir';
  if (entry.type === 'file') return 'file';
  if (entry.type === 'directory') return 'dir';
  if (entry.type === 'other') return 'OS.unix=other';
  const target = clean(entry.target);
  return target === undefined ? 'OS.unix=symlink' : `OS.unix=slink:${target}`;
}

/** A value that would end the fact or the line is left out: no escape exists (RFC 3659 §7.2). */
function clean(value: string | undefined): string | undefined {
  return value === undefined || /[;\u0000-\u001f ]/.test(value) ? undefined : value;
}
