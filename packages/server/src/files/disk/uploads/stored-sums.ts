import type { Stats } from 'node:fs';
import type { FileSum } from '../../files.ts';

/** Files whose checksums are remembered at most. */
const most = 1000;

interface Stored {
  readonly size: number;
  readonly modified: number;
  readonly changed: number;
  readonly sum: FileSum;
}

/**
 * Checksums that were computed while files were stored, by inode. One counts only for the file as it was left: another size, or
 * another time of change, which nobody can set, and it is forgotten.
 */
export class StoredSums {
  readonly #sums = new Map<string, Stored>();

  keep(stats: Stats, sum: FileSum): void {
    this.#sums.set(keyOf(stats), {
      size: stats.size,
      modified: stats.mtimeMs,
      changed: stats.ctimeMs,
      sum,
    });
    if (this.#sums.size <= most) return;
    for (const oldest of this.#sums.keys()) {
      this.#sums.delete(oldest);
      break;
    }
  }

  known(stats: Stats, algorithm: FileSum['algorithm']): FileSum | undefined {
    const stored = this.#sums.get(keyOf(stats));
    if (stored === undefined || stored.sum.algorithm !== algorithm) return undefined;
    const { size, modified, changed, sum } = stored;
    if (size === stats.size && modified === stats.mtimeMs && changed === stats.ctimeMs) return sum;
    this.forget(stats);
    return undefined;
  }

  /** Somebody is about to write to it: times of change are too coarse to tell a write in the same moment. */
  forget(stats: Stats): void {
    if (this.#sums.size > 0) this.#sums.delete(keyOf(stats));
  }
}

function keyOf({ dev, ino }: Stats): string {
  return `${dev}:${ino}`;
}
