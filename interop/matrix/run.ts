import { type Cell, type Result, runCell } from './verdict.ts';

/** Two at a time: the peers are mostly idle, and two cores are what CI has. */
const atOnce = 2;

/** Runs every cell, and tells of each when it is done. */
export async function runCells(
  cells: readonly Cell[],
  tell: (result: Result) => void,
): Promise<readonly Result[]> {
  const results = new Map<Cell, Result>();
  const queue = cells.values();
  const worker = async (): Promise<void> => {
    for (const cell of queue) {
      const result = await runCell(cell);
      results.set(cell, result);
      tell(result);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  return cells.flatMap((cell) => results.get(cell) ?? []);
}
