import { createRequire } from 'node:module';
import { endianness } from 'node:os';

/** What `struct stat` tells, in Node's names. */
export interface NameFacts {
  readonly mode: number;
  readonly size: number;
  /** Milliseconds since the epoch. */
  readonly mtimeMs: number;
  readonly nlink: number;
  readonly uid: number;
  readonly gid: number;
  readonly dev: number;
  readonly ino: number;
}

/**
 * Looks at a name in the directory behind a descriptor, and not through symlinks. Undefined for whatever does not work: Node's own
 * call on the path then says why.
 */
export type StatAt = (directory: number, name: string) => NameFacts | undefined;

/** The call in the C library, for a thread that has to load it for itself; its structure is read by `statFacts`. */
export const statCall = {
  signature: 'int statx(int directory, const char *name, int flags, uint32_t mask, void *facts)',
  /** AT_SYMLINK_NOFOLLOW and STATX_BASIC_STATS. */
  flags: 0x100,
  mask: 0x7ff,
  /** Bytes of `struct statx`, which is the same on every architecture. */
  size: 256,
} as const;

/** Where koffi is, which makes the call. Undefined where it is not to be had: elsewhere than on Linux, or without koffi. */
export function statModule(): string | undefined {
  if (process.platform !== 'linux' || endianness() !== 'LE') return undefined;
  try {
    return createRequire(import.meta.url).resolve('koffi');
  } catch {
    return undefined;
  }
}

/** Undefined where there is no `statModule`. The first call loads it. */
export function loadStatAt(): Promise<StatAt | undefined> {
  loading ??= load();
  return loading;
}

let loading: Promise<StatAt | undefined> | undefined;

async function load(): Promise<StatAt | undefined> {
  if (statModule() === undefined) return undefined;
  try {
    const { default: koffi } = await import('koffi');
    const statx = koffi.load(null).func(statCall.signature);
    const bytes = new Uint8Array(statCall.size);
    const words = new Uint32Array(bytes.buffer);
    return (directory, name) =>
      statx(directory, name, statCall.flags, statCall.mask, bytes) === 0 ? statFacts(words, 0) : undefined;
  } catch {
    return undefined;
  }
}

/** Reads the `index`th `struct statx` of several, in words of 32 bits, the lower half first. Undefined for one that was not filled. */
export function statFacts(words: Uint32Array, index: number): NameFacts | undefined {
  const from = (index * statCall.size) / 4;
  const word = (at: number) => words[from + at] ?? 0;
  const long = (at: number) => word(at) + word(at + 1) * 0x1_0000_0000;
  if (word(0) === 0) return undefined;
  // Seconds may be negative: the upper half is signed.
  const seconds = word(28) + (word(29) | 0) * 0x1_0000_0000;
  return {
    mode: word(7) & 0xffff,
    size: long(10),
    mtimeMs: seconds * 1000 + word(30) / 1_000_000,
    nlink: word(4),
    uid: word(5),
    gid: word(6),
    dev: deviceOf(word(34), word(35)),
    ino: long(8),
  };
}

/** makedev(3), as Node tells it. */
function deviceOf(major: number, minor: number): number {
  const low = ((minor & 0xff) | ((major & 0xfff) << 8) | ((minor & ~0xff) << 12)) >>> 0;
  return low + (minor >>> 20) * 0x1_0000_0000 + (major >>> 12) * 0x1000_0000_0000;
}
