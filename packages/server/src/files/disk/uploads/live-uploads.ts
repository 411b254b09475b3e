import type { Stats } from 'node:fs';
import { loadFileLock } from '@duoport/net';
import type { Steps } from '../steps.ts';

/** Files that this process writes. All roots together: the same folder may be seen through several. */
const live = new Set<string>();
let lock: ((fd: number) => boolean) | undefined;
let isLoaded = false;

/** Who holds it says that its file is being written, to this process and, where the system has locks, to all others. */
export interface Claim {
  /** The lock of the system goes with its descriptor. */
  release(): void;
}

/** Claims the file behind a descriptor; `undefined` when somebody else writes it. */
export function* claim(fd: number, stats: Stats): Steps<Claim | undefined> {
  if (!isLoaded) yield* load();
  const key = `${stats.dev}:${stats.ino}`;
  if (live.has(key) || lock?.(fd) === false) return undefined;
  live.add(key);
  return { release: () => live.delete(key) };
}

function* load(): Steps<void> {
  lock = (yield loadFileLock()) as typeof lock;
  isLoaded = true;
}
