import type { DataVerb } from '@duoport/doctor';
import type { Cell, Failed } from '../drivers/cell.ts';
import type { CellReport, Party } from './cell-report.ts';

/** Somebody does something else than the topology says, and we know why. */
export interface Difference {
  /** Stands in the table: a letter. */
  readonly mark: string;
  readonly who: Party;
  readonly topologies: readonly string[];
  readonly verbs: readonly DataVerb[];
  /** Undefined: with TLS and without. */
  readonly secure?: boolean | undefined;
  /** What happens instead, as `kindOf` words it. */
  readonly instead: string;
  /** One sentence. */
  readonly because: string;
}

/** All that are known. One that fits no cell any more fails the matrix. */
export const differences: readonly Difference[] = [
  {
    mark: 'a',
    who: 'others',
    topologies: ['server-nat-lan-rule'],
    verbs: ['PASV'],
    instead: 'connect refused',
    because:
      'vsftpd has one pasv_address for all clients and tells its neighbours the public one; duoport has a rule for each network (--passive-address NETWORK=ADDRESS).',
  },
  {
    mark: 'b',
    who: 'others',
    topologies: ['port-mapped-nat'],
    verbs: ['PASV', 'EPSV'],
    instead: 'connect silent',
    because:
      'vsftpd announces the port that it listens on; duoport can announce the one that the outside has for it (--passive-address ADDRESS:+10000).',
  },
];

/** The same no, with another reply code. */
export interface ReplyDifference {
  readonly mark: string;
  readonly step: Failed['step'];
  readonly duoport: number;
  readonly others: number;
  readonly because: string;
}

export const replyDifferences: readonly ReplyDifference[] = [
  {
    mark: 'c',
    step: 'command',
    duoport: 504,
    others: 500,
    because:
      'PORT or EPRT with an address that is not the client’s is refused by both: duoport with 504, the code that RFC 2577 §3 suggests against bouncing, vsftpd with 500.',
  },
];

/** A topology that names several ends of one fault (`also`), and the two columns have met two of them. */
export const twoEnds = {
  mark: '=',
  because:
    'One fault that shows in two ways: the server refuses the data connection, and the client hears of it by its reply or by the end of the connection, whichever it looks at first.',
} as const;

export function covers({ topologies, verbs, secure }: Difference, topology: string, cell: Cell): boolean {
  return (
    topologies.includes(topology) &&
    verbs.includes(cell.verb) &&
    (secure === undefined || secure === cell.secure)
  );
}

/** What a run has shown not to be so any more: one line for each difference that no cell of a topology that ran bears out. */
export function staleDifferences(
  reports: readonly CellReport[],
  known: readonly Difference[] = differences,
): readonly string[] {
  return known.flatMap((difference) =>
    difference.topologies.flatMap((topology) => {
      const cells = reports.filter(
        (report) => report.topology === topology && covers(difference, topology, report),
      );
      const stale = cells.filter((cell) => cell[difference.who] && !cell.explained.includes(difference.mark));
      return stale.map(
        ({ verb, secure }) =>
          `difference ${difference.mark} (${difference.who}: ${difference.instead}) is not so any more: ${topology}, ${verb}${secure ? ' with TLS' : ''}`,
      );
    }),
  );
}

/** Reply differences that no cell of a run over all topologies has shown. */
export function staleReplies(reports: readonly CellReport[]): readonly string[] {
  return replyDifferences
    .filter(({ mark }) => !reports.some(({ explained }) => explained.includes(mark)))
    .map((one) => `difference ${one.mark} (${one.duoport} and ${one.others}) is not so any more`);
}

/** Names of topologies in the differences that do not exist: a typing error would never be found otherwise. */
export function unknownTopologies(
  names: readonly string[],
  known: readonly Difference[] = differences,
): readonly string[] {
  const there = new Set(names);
  return known
    .flatMap(({ mark, topologies }) => topologies.map((name) => ({ mark, name })))
    .filter(({ name }) => !there.has(name))
    .map(({ mark, name }) => `difference ${mark} names the topology ${name}, which does not exist`);
}
