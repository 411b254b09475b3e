import type { DataVerb } from '@duoport/doctor';
import type { ExpectedFailure } from '../topology.ts';

/** One way of making a data connection. */
export interface Cell {
  readonly verb: DataVerb;
  /** TLS on both connections. */
  readonly secure: boolean;
}

/** All eight, plain ones first. */
export const cells: readonly Cell[] = [false, true].flatMap((secure) =>
  (['PASV', 'EPSV', 'PORT', 'EPRT'] as const).map((verb) => ({ verb, secure })),
);

/** What was moved over the data connections of a cell. */
export type Move = 'LIST' | 'RETR' | 'STOR';

/** What became of a cell. The words are those of a topology's `expect`, so that the two can be compared. */
export type Result = Worked | Failed;

interface Worked {
  readonly outcome: 'works';
  /** Each compared with what is on the server's disk. */
  readonly moves: readonly Move[];
  /** Milliseconds, the whole cell. */
  readonly took: number;
  /** What happened on the way and did not count: an upload that had to be repeated. */
  readonly remark?: string | undefined;
}

export interface Failed {
  readonly outcome: 'fails';
  readonly step: ExpectedFailure['step'] | 'tls';
  /** `garbage`: it came through and is not what it should be. */
  readonly how: ExpectedFailure['how'] | 'garbage';
  /** The reply code that said no, when one did. */
  readonly reply?: number | undefined;
  /** What the program said, one line. */
  readonly text: string;
  readonly took: number;
}

export function isPassive(verb: DataVerb): boolean {
  return verb === 'PASV' || verb === 'EPSV';
}

/**
 * How a server fared that says no more than 425: programs say neither RST nor ICMP nor silence, but silence takes the
 * seconds that the server was told to wait. An IPv6 reject may take a second (it is heeded only after the SYN was
 * repeated).
 */
export function howByTime(took: number): 'silent' | 'refused' {
  return took >= patience * 0.8 ? 'silent' : 'refused';
}

/** Milliseconds that both ends try to make a connection. Long enough for a busy machine, short enough for hundreds of cells. */
export const patience = 3_000;
