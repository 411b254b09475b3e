import type { Family, Way } from '../support/way.ts';
import { type Marks, type Table, tableOf } from './report.ts';
import type { Result } from './verdict.ts';

export interface Half {
  readonly title: string;
  /** Which of the two names the row: the other one is ours. */
  readonly rows: 'client' | 'server';
  readonly transfers: readonly Result[];
  readonly acts: readonly Result[];
}

/** The tables of one half: transfers by address family, then everything else. */
export function tablesOf(half: Half, marks: Marks): readonly Table[] {
  // Ours goes without saying, unless it is there in more than one shape.
  const other = half.rows === 'client' ? 'server' : 'client';
  const name = ({ cell }: Result): string =>
    cell[other] === 'duoport' ? cell[half.rows] : `${cell[half.rows]} (${cell[other]})`;
  const families: readonly Family[] = [4, 6];
  const transfers = families.map((family) =>
    tableOf(
      half.transfers.filter(({ cell }) => cell.way.family === family),
      {
        title: `${half.title}, ${family === 4 ? 'IPv4' : 'IPv6'}`,
        marks,
        row: (result) => `${name(result)}, ${protection(result.cell.way)}`,
        column: ({ cell }) => cell.way.mode,
      },
    ),
  );
  const acts = tableOf(half.acts, {
    title: `${half.title}: resuming, folders and names`,
    marks,
    row: ({ cell }) => cell.column,
    column: name,
  });
  return [...transfers, acts].filter(({ rows }) => rows.length > 0);
}

function protection({ tls }: Way): string {
  return tls === 'none' ? 'plain' : `TLS ${tls}`;
}
