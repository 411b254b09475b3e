/** When a certificate is to be fetched, milliseconds since the epoch: at once where there is none. `chance` is from 0 to 1. */
export function dueAt(
  life: { readonly from: number; readonly to: number } | undefined,
  chance: number,
): number {
  if (life === undefined) return 0;
  // At two thirds, and a little later: not all servers of the world at once.
  return life.from + (life.to - life.from) * (2 / 3 + chance / 20);
}

const shortest = 5 * 60_000;
const longest = 12 * 3_600_000;

/** How long to wait after so many failures in a row, milliseconds: issuers count failures, and shut out who has too many an hour. */
export function pauseAfter(failures: number, chance: number): number {
  return Math.min(longest, shortest * 2 ** (failures - 1)) * (0.9 + chance / 5);
}
