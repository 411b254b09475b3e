/** `21, 50000-50100`: runs of numbers as their ends. */
export function numberRanges(numbers: readonly number[]): string {
  const runs: { low: number; high: number }[] = [];
  for (const number of [...numbers].sort((one, other) => one - other)) {
    const last = runs.at(-1);
    if (last !== undefined && number <= last.high + 1) last.high = number;
    else runs.push({ low: number, high: number });
  }
  return runs.map(({ low, high }) => (low === high ? String(low) : `${low}-${high}`)).join(', ');
}
