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

/** Undefined where it is not to be had: elsewhere than on Linux, or without koffi. The first call loads it. */
export function loadStatAt(): Promise<StatAt | undefined> {
  loading ??= load();
  return loading;
}

let loading: Promise<StatAt | undefined> | undefined;

const AT_SYMLINK_NOFOLLOW = 0x100;
const STATX_BASIC_STATS = 0x7ff;

/** statx(2), because its structure is the same on every architecture. */
async function load(): Promise<StatAt | undefined> {
  if (process.platform !== 'linux' || endianness() !== 'LE') return undefined;
  try {
    const { default: koffi } = await import('koffi');
    const statx = koffi
      .load(null)
      .func('int statx(int directory, const char *name, int flags, uint32_t mask, void *facts)');
    const memory = new ArrayBuffer(256);
    const [bytes, words, halves] = [new Uint8Array(memory), new Uint32Array(memory), new Uint16Array(memory)];
    return (directory, name) =>
      statx(directory, name, AT_SYMLINK_NOFOLLOW, STATX_BASIC_STATS, bytes) === 0
        ? decode(words, halves)
        : undefined;
  } catch {
    return undefined;
  }
}

/** `struct statx` in words of 32 bits, the lower half first. */
function decode(words: Uint32Array, halves: Uint16Array): NameFacts {
  const word = (at: number) => words[at] ?? 0;
  const long = (at: number) => word(at) + word(at + 1) * 0x1_0000_0000;
  // Seconds may be negative: the upper half is signed.
  const seconds = word(28) + (word(29) | 0) * 0x1_0000_0000;
  return {
    mode: halves[14] ?? 0,
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
