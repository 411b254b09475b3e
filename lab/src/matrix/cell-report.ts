import type { DataVerb } from '@duoport/doctor';
import type { Cell, Failed, Result } from '../drivers/cell.ts';
import type { ExpectedCell, ExpectedFailure, Topology } from '../topology.ts';

/** Whose programs stand at both ends: our own, or vsftpd with curl, lftp or ftplib. */
export type Party = 'duoport' | 'others';

/** What one party made of one cell. */
export interface Try {
  /** `duoport`, `curl`, `lftp`, `ftplib`. */
  readonly client: string;
  readonly result: Result;
  /** The first result, when it was against all expectation and the cell was tried once more. */
  readonly before?: Result | undefined;
}

/** One cell of the matrix. Plain data. */
export interface CellReport {
  readonly topology: string;
  readonly number: number;
  readonly verb: DataVerb;
  readonly secure: boolean;
  readonly expected: ExpectedCell;
  /** Undefined: not tried, for the verb has no meaning there. */
  readonly duoport: Try | undefined;
  readonly others: Try | undefined;
  /** Marks of the known differences that explain it. */
  readonly explained: readonly string[];
  /** What is wrong and not explained. Empty: all is well. */
  readonly faults: readonly string[];
}

export function expectedOf({ expect }: Topology, { verb, secure }: Cell): ExpectedCell {
  return expect[verb][secure ? 'tls' : 'plain'];
}

/**
 * `works`, or step and how: `connect silent`, `command reply`. A reset and an ICMP error are one thing here: Linux gives
 * programs ECONNREFUSED for a reset and for the commonest ICMP error alike, and vsftpd says 425 to either.
 */
export function kindOf(
  what:
    | Result
    | (Pick<ExpectedFailure, 'outcome' | 'how'> & { readonly step: Failed['step'] })
    | { readonly outcome: 'works' },
): string {
  if (what.outcome === 'works') return 'works';
  const how = what.how === 'rejected' ? 'refused' : what.how;
  return `${what.step} ${how}`;
}

/** The same for people, with the reply code: `command: 500`. */
export function wordsOf(what: Result): string {
  if (what.outcome === 'works') return 'works';
  return `${what.step}: ${howWords(what)}`;
}

function howWords({ how, reply }: Failed): string {
  if (how === 'reply' && reply !== undefined) return String(reply);
  return how === 'rejected' ? 'refused' : how;
}
