import type { EntryType } from './entry.ts';

/** The first ten characters of an `ls -l` line. */
export interface UnixMode {
  readonly type: EntryType;
  /** Twelve permission bits; absent where the letters are not those of Unix. */
  readonly mode: number | undefined;
  /** For names of type `other`. */
  readonly kind: string | undefined;
  readonly letter: string;
}

const kinds: Readonly<Record<string, string>> = {
  b: 'block device',
  c: 'character device',
  p: 'pipe',
  s: 'socket',
  D: 'door',
  P: 'event port',
  n: 'network file',
  w: 'whiteout',
};
/** `f`: a file on some servers; `m`, `M`: migrated to tape (Cray); `C`: contiguous. All can be fetched. */
const fileLetters = '-fmMC?';

/** A listing has few different modes; the bound is against one that has not. */
const known = new Map<string, UnixMode>();
const mostKnown = 1024;

/** `undefined` when these are not ten mode characters. Letters beyond Unix (NetPresenz, Connect:Enterprise) pass without `mode`. */
export function unixMode(text: string, at: number): UnixMode | undefined {
  const letters = text.slice(at, at + 10);
  const seen = known.get(letters);
  if (seen !== undefined) return seen;
  const mode = readMode(letters, 0);
  if (mode !== undefined && known.size < mostKnown) known.set(letters, mode);
  return mode;
}

function readMode(text: string, at: number): UnixMode | undefined {
  const letter = text.charAt(at);
  const type = typeOf(letter);
  if (type === undefined || text.length < at + 10) return undefined;
  const mode = modeBits(text, at + 1);
  if (
    mode === undefined &&
    !/^[A-Za-z?-]*-[A-Za-z?-]*$/.test(text.slice(at + 1, at + 10)) &&
    !isUnknown(text, at)
  ) {
    return undefined;
  }
  return { type, mode, kind: kinds[letter], letter };
}

function typeOf(letter: string): EntryType | undefined {
  if (letter === 'd') return 'directory';
  if (letter === 'l') return 'symlink';
  if (letter !== '' && fileLetters.includes(letter)) return 'file';
  return kinds[letter] === undefined ? undefined : 'other';
}

/** `ls` may read the folder but not look at its files: `-????????? ? ? ? ? ? name`. */
function isUnknown(text: string, at: number): boolean {
  return text.startsWith('?????????', at + 1);
}

function modeBits(text: string, at: number): number | undefined {
  let mode = 0;
  for (let index = 0; index < 9; index += 1) {
    const bits = bitsOf(text.charAt(at + index), index);
    if (bits === undefined) return undefined;
    mode |= bits;
  }
  return mode;
}

function bitsOf(letter: string, index: number): number | undefined {
  if (letter === '-') return 0;
  const bit = 0o400 >> index;
  if (letter === 'rwx'[index % 3]) return bit;
  if (index % 3 !== 2) return undefined;
  const special = index === 2 ? 0o4000 : index === 5 ? 0o2000 : 0o1000;
  if (letter === (index === 8 ? 't' : 's')) return special | bit;
  if (letter === (index === 8 ? 'T' : 'S') || (index === 5 && (letter === 'l' || letter === 'L')))
    return special;
  return undefined;
}

/** The ten characters for a type and its permission bits. */
export function modeText(type: EntryType, mode: number): string {
  const letter = type === 'directory' ? 'd' : type === 'symlink' ? 'l' : '-';
  return letter + triad(mode, 6, 0o4000, 'sS') + triad(mode, 3, 0o2000, 'sS') + triad(mode, 0, 0o1000, 'tT');
}

function triad(mode: number, shift: number, special: number, letters: string): string {
  const bits = mode >> shift;
  const execute = (bits & 1) !== 0;
  const plain = execute ? 'x' : '-';
  const last = (mode & special) === 0 ? plain : letters.charAt(execute ? 0 : 1);
  return ((bits & 4) === 0 ? '-' : 'r') + ((bits & 2) === 0 ? '-' : 'w') + last;
}
