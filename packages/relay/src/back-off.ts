/** Milliseconds before the first try again, and at most. */
const shortest = 500;
const longest = 30_000;

/** How long to wait after `failures` failures in a row. `chance` (0 to 1) spreads agents that lost the same relay. */
export function backOff(failures: number, chance: number): number {
  const full = Math.min(longest, shortest * 2 ** Math.min(failures - 1, 16));
  return Math.round(full * (0.5 + chance / 2));
}
