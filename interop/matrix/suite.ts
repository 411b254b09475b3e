import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import { Field } from './field.ts';
import type { Match } from './lineup.ts';
import { actCells, transferCells } from './plan.ts';

/** One test for every cell where there is something to try, and one that every other cell says why there is not. */
export function interopSuite(title: string, matches: readonly Match[]): void {
  describe(title, { concurrency: 2 }, () => {
    const field = new Field();
    after(() => field.close());
    const cells = [...transferCells(matches, field), ...actCells(matches, field)];
    for (const cell of cells.filter(({ empty }) => empty === undefined)) {
      it(cell.id, { skip: cell.missing ?? false, timeout: 600_000 }, async (context) => {
        const verdict = await cell.run();
        if (verdict.kind === 'passed' && verdict.note !== undefined) context.diagnostic(verdict.note);
        if (verdict.kind === 'failed') assert.fail(`${verdict.why}\n${verdict.evidence}`);
      });
    }
    it('a cell with nothing to try says why', (context) => {
      const empty = cells.filter((cell) => cell.empty !== undefined);
      for (const cell of empty) context.diagnostic(`${cell.id}: ${cell.empty}`);
      for (const cell of empty) assert.notEqual(cell.empty, '');
    });
  });
}
