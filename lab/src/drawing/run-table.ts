import type { CellRun, TopologyRun } from '../run/run-topology.ts';
import { placeOf } from './words.ts';

/** One line a cell: what became of it, where it was stopped, and whether that is what the topology is made for. */
export function runTable({ cells }: TopologyRun): readonly string[] {
  const rows = [['', '', 'result', 'stopped at', 'expected'], ...cells.map(rowOf)];
  const widths = [0, 1, 2, 3].map((column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows.map((row) =>
    row
      .map((text, column) => text.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}

function rowOf(run: CellRun): readonly string[] {
  const { cell, expected, asExpected } = run;
  const verdict = expected.outcome === 'none' ? expected.because : asExpected ? 'yes' : `NO: ${wanted(run)}`;
  return [cell.verb, cell.secure ? 'TLS' : 'plain', resultOf(run), placeOf(run), verdict];
}

function resultOf({ result }: CellRun): string {
  if (result === undefined) return '-';
  return result.outcome === 'works' ? 'works' : `fails: ${result.step} ${result.how}`;
}

function wanted({ expected }: CellRun): string {
  return expected.outcome === 'fails' ? `fails: ${expected.step} ${expected.how}` : 'works';
}
