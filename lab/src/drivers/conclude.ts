import type { Cell, Failed, Move, Result } from './cell.ts';
import { type Errand, uploadName } from './client.ts';

/** One run of a client's program. */
export interface MoveRun {
  readonly done: boolean;
  /** What its dialogue tells went wrong. */
  readonly verdict: Omit<Failed, 'outcome' | 'took'> | undefined;
  /** Its own word for it. */
  readonly said: string;
  readonly listing: string;
  readonly fetched: Buffer | undefined;
}

export interface Moves {
  readonly client: string;
  /** Milliseconds, where the work was done before. */
  readonly took?: number;
  /** LIST and RETR. */
  fetch(): Promise<MoveRun>;
  /** STOR. */
  store(): Promise<MoveRun>;
}

/** How often an upload that vsftpd ended with 426 for no reason is tried again. */
const repeats = 3;

/**
 * Lists, fetches and, when that worked, stores; what was moved is compared with the server's disk.
 *
 * vsftpd 3.0.3 ends one TLS upload in a few dozen with 426, on any network: it takes the client's way of closing TLS for
 * an error. That says nothing about the network, so such an upload is repeated, and the result says so.
 */
export async function concludeMoves(errand: Errand, cell: Cell, moves: Moves): Promise<Result> {
  const started = performance.now();
  const took = (): number => moves.took ?? Math.round(performance.now() - started);
  const fetched = await moves.fetch();
  const wrong = faultOfFetch(errand, fetched);
  if (wrong !== undefined) return { outcome: 'fails', ...wrong, took: took() };
  for (let again = 0; ; again += 1) {
    const stored = await moves.store();
    const fault = faultOfStore(errand, stored, uploadName(moves.client, cell));
    if (fault === undefined) {
      const remark = again === 0 ? undefined : `STOR repeated ${again}×: vsftpd said 426`;
      return { outcome: 'works', moves: allMoves, took: took(), remark };
    }
    const known = errand.server.kind === 'vsftpd' && cell.secure && fault.reply === 426;
    if (!known || again === repeats) return { outcome: 'fails', ...fault, took: took() };
  }
}

const allMoves: readonly Move[] = ['LIST', 'RETR', 'STOR'];

type Fault = Omit<Failed, 'outcome' | 'took'>;

function faultOfFetch({ server }: Errand, run: MoveRun): Fault | undefined {
  const { sample } = server.folder;
  if (!run.done) return faultOf(run);
  if (!run.listing.includes(sample.name)) return garbage(`LIST does not show ${sample.name}`);
  if (run.fetched?.equals(sample.bytes) !== true) return garbage('RETR gave other bytes');
  return undefined;
}

function faultOfStore({ server }: Errand, run: MoveRun, name: string): Fault | undefined {
  if (!run.done) return faultOf(run);
  const same = server.folder.arrived(name)?.equals(server.folder.sample.bytes) === true;
  return same ? undefined : garbage('STOR left other bytes');
}

function faultOf({ verdict, said }: MoveRun): Fault {
  return verdict ?? { step: 'transfer', how: 'closed', text: said };
}

function garbage(text: string): Fault {
  return { step: 'transfer', how: 'garbage', text };
}
