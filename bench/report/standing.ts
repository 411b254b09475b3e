import type { Cell } from '../contest.ts';
import { bestPeer, directClear, directWay, type Row } from '../rows.ts';
import { advantage, format, median } from './numbers.ts';

/** Where we stand in one row. */
export interface Standing {
  readonly row: Row;
  readonly cells: ReadonlyMap<string, Cell>;
  /** Our advantage over each peer that was measured. */
  readonly ratios: ReadonlyMap<string, number>;
  /** What is left of the direct way's number, for us and every peer; empty where there is no direct way. */
  readonly ofDirect: ReadonlyMap<string, number>;
  /** The peers that are ahead of us, the best first. */
  readonly behind: readonly { readonly peer: string; readonly percent: number }[];
  readonly floors: readonly { readonly text: string; readonly met: boolean }[];
}

/** Names that are no peers. */
const notPeers = new Set(['duoport', directClear, 'ceiling', directWay]);

export function standingOf(row: Row, cells: ReadonlyMap<string, Cell>): Standing {
  const ours = medianOf(cells.get('duoport'));
  const ratios = new Map<string, number>();
  for (const [name, cell] of cells) {
    const theirs = medianOf(cell);
    if (notPeers.has(name) || ours === undefined || theirs === undefined) continue;
    ratios.set(name, advantage(ours, theirs, row.better));
  }
  const behind = [...ratios]
    .filter(([, ratio]) => ratio < 1)
    .sort(([, a], [, b]) => a - b)
    .map(([peer, ratio]) => ({ peer, percent: Math.round((1 - ratio) * 100) }));
  const ofDirect = ofDirectIn(row, cells);
  return { row, cells, ratios, ofDirect, behind, floors: floorsOf(row, cells, { ratios, ofDirect }) };
}

function ofDirectIn(row: Row, cells: ReadonlyMap<string, Cell>): ReadonlyMap<string, number> {
  // A share is of its own way already.
  const direct = row.unit === 'share' ? undefined : medianOf(cells.get(directWay));
  const shares = new Map<string, number>();
  for (const [name, cell] of cells) {
    const value = medianOf(cell);
    if (name === directWay || direct === undefined || value === undefined) continue;
    shares.set(name, advantage(value, direct, row.better));
  }
  return shares;
}

function medianOf(cell: Cell | undefined): number | undefined {
  return cell?.kind === 'measured' ? median(cell.values) : undefined;
}

function floorsOf(
  row: Row,
  cells: ReadonlyMap<string, Cell>,
  { ratios, ofDirect }: Pick<Standing, 'ratios' | 'ofDirect'>,
): Standing['floors'] {
  // The relay is measured twice, and held to the same both times.
  if (!cells.has(directClear)) return floorsOfOne(row, cells, { name: 'duoport', ratios, ofDirect });
  return ['duoport', directClear].flatMap((name) =>
    floorsOfOne(row, cells, { name, ratios, ofDirect }).map(({ text, met }) => ({
      text: `${text} (${name})`,
      met,
    })),
  );
}

function floorsOfOne(
  row: Row,
  cells: ReadonlyMap<string, Cell>,
  { name: own, ratios, ofDirect }: Pick<Standing, 'ratios' | 'ofDirect'> & { readonly name: string },
): Standing['floors'] {
  const ours = medianOf(cells.get(own));
  return row.floors.flatMap((floor) => {
    if ('below' in floor) {
      return [{ text: `under ${floor.below} ${floor.of}`, met: ours !== undefined && ours < floor.below }];
    }
    if ('above' in floor) {
      return [{ text: `${floor.above} ${floor.of}`, met: ours !== undefined && ours >= floor.above }];
    }
    const isMeasured = ([name, cell]: [string, Cell]) =>
      cell.kind === 'measured' &&
      (floor.against === name || (floor.against === bestPeer && !notPeers.has(name)));
    // A peer that is not here or failed sets no floor.
    if (![...cells].some(isMeasured)) return [];
    const ratio = floor.against === directWay ? ofDirect.get(own) : advantageOver(floor.against, ratios);
    // Without a number of ours every floor is missed.
    const met = ours !== undefined && ratio !== undefined && ratio >= floor.ratio;
    return [{ text: `${floor.ratio} × ${floor.against}`, met }];
  });
}

function advantageOver(against: string, ratios: Standing['ratios']): number | undefined {
  return against === bestPeer ? Math.min(...ratios.values()) : ratios.get(against);
}

/** `12,300 (11,900–12,800)`, or why there is no number. */
export function cellText(cell: Cell | undefined, row: Row): string {
  if (cell === undefined) return '–';
  if (cell.kind === 'lacks') return cell.reason;
  if (cell.kind === 'failed') return `failed: ${cell.reason.replaceAll(/[|\r\n]/g, ' ').slice(0, 80)}`;
  const low = format(Math.min(...cell.values), row.unit);
  const high = format(Math.max(...cell.values), row.unit);
  const middle = format(median(cell.values), row.unit);
  return cell.values.length === 1 ? middle : `${middle} (${low}–${high})`;
}
