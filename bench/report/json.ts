import type { Cell } from '../contest.ts';
import type { Part } from '../options.ts';
import type { Machine } from './machine.ts';
import { median } from './numbers.ts';
import type { Standing } from './standing.ts';

/** Where and how one run was made. */
export interface Run {
  readonly machine: Machine;
  /** Ran in a network namespace where closed connections do not keep ports. */
  readonly ownNetwork: boolean;
  readonly rounds: number;
}

/** One page of results. */
export interface Page {
  /** Name of its files in `docs`. */
  readonly name: string;
  readonly parts: Readonly<Partial<Record<Part, readonly Standing[]>>>;
  /** What else is worth knowing. */
  readonly facts: Readonly<Record<string, string>>;
  markdown(): string;
}

/** Every number of every round. */
export function toJson(run: Run, pages: readonly Page[]): string {
  const contents = pages.map(({ facts, parts }) => ({
    ...facts,
    ...Object.fromEntries(Object.entries(parts).map(([name, standings]) => [name, standings.map(plain)])),
  }));
  return `${JSON.stringify(Object.assign({ ...run }, ...contents), undefined, 2)}\n`;
}

function plain({ row, cells, ratios, ofDirect, behind, floors }: Standing) {
  const { id, title, unit, better } = row;
  const measured = Object.fromEntries([...cells].map(([name, cell]) => [name, withMedian(cell)]));
  const shares = ofDirect.size === 0 ? {} : { ofDirect: Object.fromEntries(ofDirect) };
  const rest = { cells: measured, ratios: Object.fromEntries(ratios), ...shares, behind, floors };
  return { id, title, unit, better, ...rest };
}

function withMedian(cell: Cell) {
  return cell.kind === 'measured' ? { ...cell, median: median(cell.values) } : cell;
}
