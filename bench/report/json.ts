import type { Cell } from '../contest.ts';
import type { Machine } from './machine.ts';
import { median } from './numbers.ts';
import type { Standing } from './standing.ts';

/** One run with every number of every round. */
export interface Report {
  readonly machine: Machine;
  /** Ran in a network namespace where closed connections do not keep ports. */
  readonly ownNetwork: boolean;
  readonly rounds: number;
  readonly servers: readonly Standing[];
  readonly clients: readonly Standing[];
  /** The server that the clients were measured against. */
  readonly clientServer: string;
}

export function toJson(report: Report): string {
  const { servers, clients, ...rest } = report;
  return `${JSON.stringify({ ...rest, servers: servers.map(plain), clients: clients.map(plain) }, undefined, 2)}\n`;
}

function plain({ row, cells, ratios, behind, floors }: Standing) {
  const { id, title, unit, better } = row;
  const measured = Object.fromEntries([...cells].map(([name, cell]) => [name, withMedian(cell)]));
  return { id, title, unit, better, cells: measured, ratios: Object.fromEntries(ratios), behind, floors };
}

function withMedian(cell: Cell) {
  return cell.kind === 'measured' ? { ...cell, median: median(cell.values) } : cell;
}
