import type { Way } from '../support/way.ts';
import { type Attempt, attempt, missingFor, type Pair } from './attempt.ts';
import type { Cell, Verdict } from './verdict.ts';

/** Something to try other than moving the samples. */
export interface Act {
  readonly name: string;
  /** It uploads. */
  readonly writes: boolean;
  /** Why there is nothing to try for this pair, or undefined. */
  readonly lacking?: (pair: Pair) => string | undefined;
  readonly run: (current: Attempt) => Promise<Verdict>;
}

export function actCell(pair: Pair, act: Act, way: Way): Cell {
  const { client, server } = pair;
  const column = `${act.name}, ${way.tls === 'none' ? 'plain' : `TLS ${way.tls}`}`;
  return {
    id: `${client.name} → ${server.name} · ${column}`,
    client: client.name,
    server: server.name,
    column,
    way,
    empty: lackingOf(pair, act) ?? client.unsupported(way) ?? server.unsupported(way),
    missing: missingFor(pair),
    run: () => attempt(pair, way, act.run),
  };
}

function lackingOf(pair: Pair, act: Act): string | undefined {
  return (act.writes ? pair.client.readOnly : undefined) ?? act.lacking?.(pair);
}
