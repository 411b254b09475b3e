import type { Way } from '../support/way.ts';

/** What became of a cell. */
export type Verdict =
  | { readonly kind: 'passed'; readonly note?: string }
  /** There is nothing to try: one of the two lacks the feature, or is known to be broken. */
  | { readonly kind: 'empty'; readonly reason: string }
  /** The program is not on this machine. */
  | { readonly kind: 'missing'; readonly reason: string }
  | { readonly kind: 'failed'; readonly why: string; readonly evidence: string };

/** One thing to try between one client and one server. */
export interface Cell {
  /** Unique, for humans: `lftp → duoport · EPSV TLS 1.3 IPv4`. */
  readonly id: string;
  readonly client: string;
  readonly server: string;
  /** Heading of its column. */
  readonly column: string;
  readonly way: Way;
  /** Why there is nothing to try, or undefined. */
  readonly empty: string | undefined;
  /** Why it cannot be tried on this machine, or undefined. */
  readonly missing: string | undefined;
  run(): Promise<Verdict>;
}

export interface Result {
  readonly cell: Cell;
  readonly verdict: Verdict;
  readonly seconds: number;
}

export async function runCell(cell: Cell): Promise<Result> {
  if (cell.empty !== undefined) return { cell, verdict: { kind: 'empty', reason: cell.empty }, seconds: 0 };
  if (cell.missing !== undefined)
    return { cell, verdict: { kind: 'missing', reason: cell.missing }, seconds: 0 };
  const started = performance.now();
  const verdict = await cell.run().catch(
    (error: unknown): Verdict => ({
      kind: 'failed',
      why: error instanceof Error ? error.message : String(error),
      evidence: error instanceof Error ? (error.stack ?? '') : '',
    }),
  );
  return { cell, verdict, seconds: (performance.now() - started) / 1000 };
}
