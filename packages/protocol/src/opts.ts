import { FtpLocalError } from './errors.ts';
import { type FactName, formatFactNames, isFactName } from './facts.ts';
import { fault, type ProtocolFault } from './fault.ts';

/** What OPTS asks for (RFC 2389 §4). Facts that nobody knows are left out, as RFC 3659 §7.9 has it. */
export type Options =
  | { readonly kind: 'utf8'; readonly on: boolean }
  | { readonly kind: 'mlst'; readonly facts: ReadonlySet<FactName> }
  | { readonly kind: 'hash'; readonly algorithm: string | undefined }
  | { readonly kind: 'mode-z'; readonly level: number | undefined };

/** The row in the verb table that stands for these options. */
export const optionsVerb: Readonly<Record<Options['kind'], string>> = {
  utf8: 'OPTS UTF8',
  mlst: 'OPTS MLST',
  hash: 'OPTS HASH',
  'mode-z': 'OPTS MODE Z',
};

/** The argument of OPTS. A fault with `reason: 'unknown'` is for options of a verb that has none here: 501. */
export function decodeOpts(
  argument: string,
): Options | (ProtocolFault & { readonly reason: 'unknown' | 'syntax' }) {
  const [name = '', ...words] = argument.trim().split(/ +/);
  const first = words[0]?.toUpperCase();
  switch (name.toUpperCase()) {
    case 'UTF8':
    case 'UTF-8':
      if (first === undefined || first === 'ON' || first === 'NLST') return { kind: 'utf8', on: true };
      return first === 'OFF' ? { kind: 'utf8', on: false } : syntax('OPTS UTF8 takes ON or OFF');
    case 'MLST':
      return { kind: 'mlst', facts: new Set(words.join('').toLowerCase().split(';').filter(isFactName)) };
    case 'HASH':
      return words.length > 1 ? syntax('OPTS HASH takes one algorithm') : { kind: 'hash', algorithm: first };
    case 'MODE':
      return first === 'Z' ? modeZ(words.slice(1)) : syntax('OPTS MODE knows only Z');
    default:
      return { ...fault(`OPTS ${name.slice(0, 32)} is not known`), reason: 'unknown' };
  }
}

/** The argument of OPTS. Throws FtpLocalError when an algorithm or a level is none. */
export function encodeOpts(options: Options): string {
  switch (options.kind) {
    case 'utf8':
      return options.on ? 'UTF8 ON' : 'UTF8 OFF';
    case 'mlst':
      return `MLST ${formatFactNames(options.facts)}`.trimEnd();
    case 'hash':
      if (options.algorithm === undefined) return 'HASH';
      if (!/^[\w-]{1,32}$/.test(options.algorithm))
        throw new FtpLocalError('Not the name of a hash algorithm');
      return `HASH ${options.algorithm.toUpperCase()}`;
    case 'mode-z':
      if (options.level === undefined) return 'MODE Z';
      if (!isLevel(options.level)) throw new FtpLocalError(`Not a level of compression: ${options.level}`);
      return `MODE Z LEVEL ${options.level}`;
  }
}

function modeZ(words: readonly string[]): Options | (ProtocolFault & { readonly reason: 'syntax' }) {
  if (words.length === 0) return { kind: 'mode-z', level: undefined };
  const [word, value = ''] = words;
  const level = /^\d$/.test(value) ? Number(value) : Number.NaN;
  if (word?.toUpperCase() !== 'LEVEL' || words.length !== 2 || !isLevel(level)) {
    return syntax('OPTS MODE Z takes LEVEL 0..9');
  }
  return { kind: 'mode-z', level };
}

function isLevel(level: number): boolean {
  return Number.isInteger(level) && level >= 0 && level <= 9;
}

function syntax(text: string): ProtocolFault & { readonly reason: 'syntax' } {
  return { ...fault(text), reason: 'syntax' };
}
