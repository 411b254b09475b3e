import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import { Backs } from './gateway/gateway-kind.ts';
import { passages, sizes } from './gateway/plan.ts';
import { Field } from './matrix/field.ts';

describe('Through the gateway', { concurrency: 2 }, () => {
  const field = new Field(sizes);
  const backs = new Backs();
  after(async () => {
    await field.close();
    await backs.close();
  });
  const cells = passages(field, backs);
  for (const cell of cells.filter(({ empty }) => empty === undefined)) {
    it(cell.id, { skip: cell.missing ?? false, timeout: 600_000 }, async (context) => {
      const verdict = await cell.run();
      if (verdict.kind === 'passed' && verdict.note !== undefined) context.diagnostic(verdict.note);
      if (verdict.kind === 'failed') assert.fail(`${verdict.why}\n${verdict.evidence}`);
    });
  }
  it('a cell with nothing to try says why', () => {
    for (const { empty } of cells) assert.notEqual(empty, '');
  });
});
